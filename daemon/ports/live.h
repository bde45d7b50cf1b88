// The present: what the hub knows right now, for everybody who tells people about it.
//
// Immutable values handed out on the loop thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/device_id.h"
#include "base/time.h"
#include "base/units.h"
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

struct LiveSensor {
    base::DeviceId id;
    std::optional<base::DeviceId> bridge;
    base::FlowRate flow;
    bool running = false;
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
    virtual void on_live(const LiveState& state) = 0;
};

}  // namespace millrace::ports
