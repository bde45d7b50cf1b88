// The present: what the hub knows right now, for everybody who tells people about it.
//
// Immutable values handed out on the loop thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/device_id.h"
#include "base/time.h"
#include "base/units.h"
#include "classify/category_totals.h"
#include "ports/cloud_mode.h"
#include "ports/frame.h"

namespace millrace::ports {

// What sealed messages tell without their key: topics, sizes and times. All of it is estimated.
struct LiveEstimate {
    bool running = false;
    std::optional<base::WallTime> running_since;
    base::Volume today_at_least;  // a lower bound

    bool operator==(const LiveEstimate&) const = default;
};

// What a device that is heard by Bluetooth says beside its water, and how it is called. Each value is the newest word.
struct LiveAdvertised {
    std::string name;  // as the owner calls it
    std::string room;  // where it is, in the owner's words; may be empty
    std::optional<std::int64_t> battery_percent;
    std::optional<bool> battery_low;
    std::optional<std::int64_t> voltage_mv;
    std::optional<std::int64_t> temperature_centi;  // hundredths of a degree Celsius
    std::optional<std::int64_t> humidity_centi;     // hundredths of a percent
    std::optional<base::FlowRate> flow;             // as a meter says it, beside what its total tells
    std::optional<base::Volume> storage;            // in a tank
    std::optional<std::int64_t> rssi_dbm;           // at our adapter
    bool trigger_based = false;                     // speaks when something happens, not by the clock
    std::string problem;                            // why it is not understood, and how to mend it; empty: it is

    bool operator==(const LiveAdvertised&) const = default;
};

// How a button may be pressed, as all that is written out names it.
inline constexpr std::string_view kPressKinds[] = {
    "press", "double_press", "triple_press", "long_press", "long_double_press", "long_triple_press", "hold_press"};

// A button of a device that was pressed.
struct LivePress {
    base::WallTime at;
    std::uint8_t button = 1;  // the how-manieth of the device
    std::string kind;         // one of kPressKinds

    bool operator==(const LivePress&) const = default;
};

// A leak puck.
struct LivePuck {
    base::DeviceId id;
    LiveAdvertised says;
    std::optional<bool> wet;  // nothing: it has not said yet
    std::optional<base::WallTime> wet_since;
    std::optional<std::int64_t> moisture_centi;  // hundredths of a percent
    std::optional<base::WallTime> last_seen;
    bool has_buttons = false;             // it has told of one, pressed or not
    std::optional<LivePress> last_press;  // in this run

    bool operator==(const LivePuck&) const = default;
};

struct LiveSensor {
    base::DeviceId id;
    std::optional<base::DeviceId> bridge;
    base::FlowRate flow;
    bool running = false;
    std::optional<classify::CategoryTotals> categories;
    base::Volume lifetime;  // the durable register: what is shown is on disk, so it survives any crash
    base::Volume today;     // since local midnight
    base::Volume week;      // since local Monday
    base::Volume month;     // since the local first
    base::Volume last_hour;
    base::Volume last_24h;
    base::WallTime day_start;    // of `today`
    base::WallTime week_start;   // of `week`
    base::WallTime month_start;  // of `month`
    bool totals_known = false;   // whether today, week and month hold all from before this run
    bool calibrated = false;
    base::VolumePerPeak per_peak;
    std::optional<base::WallTime> last_reading;  // the sensor's own time
    std::optional<base::WallTime> last_seen;     // when anything of it last reached us
    std::optional<std::int64_t> battery_mv;
    std::optional<std::int64_t> rssi_dbm;  // of the bridge's signal at the sensor
    std::optional<std::int64_t> temperature_celsius;
    std::optional<std::string> firmware;
    bool readings_known = true;            // false while its messages are sealed and no key opens them
    std::optional<LiveEstimate> estimate;  // while readings are not known
    std::optional<LiveAdvertised> says;    // of a meter that is heard by Bluetooth

    bool operator==(const LiveSensor&) const = default;
};

struct LiveBridge {
    base::DeviceId id;
    bool connected = false;
    std::optional<Door> door;
    std::string peer;
    std::optional<base::WallTime> connected_since;
    std::optional<base::WallTime> last_seen;
    std::optional<std::string> firmware;
    std::optional<std::string> branch;
    std::optional<std::int64_t> wifi_rssi_dbm;
    std::optional<std::int64_t> sensor_rssi_dbm;  // of the sensor's signal at the bridge
    bool has_key = false;
    std::uint64_t frames_opened = 0;    // in this run
    std::uint64_t frames_unopened = 0;  // sealed, and no key opened them, in this run
    CloudPath cloud_path = CloudPath::None;
    std::size_t waiting_for_cloud = 0;  // frames that the cloud has missed

    bool operator==(const LiveBridge&) const = default;
};

struct LiveState {
    CloudMode cloud_mode = CloudMode::Local;
    std::vector<LiveBridge> bridges;  // by id
    std::vector<LiveSensor> sensors;  // by id
    std::vector<LivePuck> pucks{};    // by id
    bool hears_bluetooth = false;     // an adapter listens
};

class LiveView {
public:
    virtual ~LiveView() = default;
    [[nodiscard]] virtual LiveState live() const = 0;
};

// Told after every change that a person could see: a message applied, a commit durable, a connection opened or
// closed, flow come to rest, a new day. Must return at once.
class LiveSubscriber {
public:
    virtual ~LiveSubscriber() = default;
    // Whether it looks at the state now. A picture of thousands of devices is not made where nobody does; who does not
    // look may be given an empty one.
    [[nodiscard]] virtual bool looks() const { return true; }
    virtual void on_live(const LiveState& state) = 0;
};

}  // namespace millrace::ports
