// What we say about each bridge and sensor, and when we say it again.
//
// Topics under `millrace/`: cloud_mode, cloud_relay_enabled, update. Under `millrace/<uuid>/`, sensor: flow (not
// retained), total, today, week, month, last_hour, last_24h, total_<category>, running, with a tariff cost_today,
// cost_month and price, battery_voltage, rssi, temperature, last_seen, calibration, attributes, availability. Bridge:
// connected, wifi_rssi, last_seen, firmware, availability. Leak puck: moisture, moisture_percent, battery, voltage,
// temperature, humidity, rssi, last_seen, availability, and `button`, an event; a meter that is heard by Bluetooth has
// those from battery to last_seen, and battery_low, flow_said and storage. All but the flow and events are retained,
// and all but the flow are sent at QoS 1. A fact that is not known has no message; while a sensor's readings are sealed
// and no key opens them, it has no flow, total, today and running.
//
// `StatePlanner` remembers what was sent and yields only what is new. Water figures go at most once in
// `kFastInterval`, except a flow of zero, which goes at once; "last seen" at most once a minute. The flow is repeated
// every minute while the sensor is heard and its bridge is connected, so that Home Assistant does not let it expire
// during the long silences that are normal when no water runs.
//
// Pure: times are parameters. Loop thread only.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/device_id.h"
#include "base/time.h"
#include "base/version.h"
#include "ports/live.h"
#include "ports/release.h"
#include "publish/message.h"
#include "publish/pacing.h"
#include "publish/settings.h"

namespace millrace::publish {

// Silences of 13 minutes are normal, and the sensor sends its states every ten: two of these in a row were missed.
inline constexpr base::Seconds kSensorSilentAfter{30 * 60};

// A puck's shortest sign of life may be some hours apart; after this its alarm says that it is silent.
inline constexpr base::Seconds kPuckSilentAfter{24 * 3600};
// A press of a button that could not be told within this is told no more: nobody waits for its light any longer.
inline constexpr base::Seconds kPressHolds{10};

// `heard`: something of it came within kSensorSilentAfter. `linked`: its bridge is connected, or it has none; of a
// meter that is heard by Bluetooth, an adapter listens.
[[nodiscard]] std::vector<StateMessage> sensor_messages(const Settings& settings, const ports::LiveSensor& sensor,
                                                        bool heard, bool linked);
// `heard`: it spoke within kPuckSilentAfter, and an adapter listens.
[[nodiscard]] std::vector<StateMessage> puck_messages(const Settings& settings, const ports::LivePuck& puck,
                                                      bool heard);
// What a Bluetooth device says beside its water.
void add_said(std::vector<StateMessage>& messages, const Settings& settings, const base::DeviceId& device,
              const ports::LiveAdvertised& says);
[[nodiscard]] Message press_message(const Settings& settings, const base::DeviceId& device,
                                    const ports::LivePress& press);
[[nodiscard]] std::vector<StateMessage> hub_messages(const Settings& settings, ports::CloudMode mode);
[[nodiscard]] std::vector<StateMessage> bridge_messages(const Settings& settings, const ports::LiveBridge& bridge);
// `installed` is our version. Until a newest one is heard of Home Assistant shows "unknown", or what it knew before.
[[nodiscard]] StateMessage update_message(const Settings& settings, const std::string& installed,
                                          const std::optional<ports::Release>& newest);

class StatePlanner {
public:
    explicit StatePlanner(Settings settings, std::string version = base::version())
        : settings_(std::move(settings)), version_(std::move(version)) {}

    // From now on; the next plan holds every message.
    void use(Settings settings) {
        settings_ = std::move(settings);
        forget();
    }
    void on_release(ports::Release newest) { newest_ = std::move(newest); }

    [[nodiscard]] std::vector<Message> plan(const ports::LiveState& state, base::WallTime wall, base::SteadyTime now);

    // The broker or Home Assistant may have lost everything: the next plan holds every message.
    void forget();
    // What is said of the hub itself goes out again, changed or not.
    void repeat_hub() { hub_sent_.clear(); }

    // When the next plan could hold something though the state has not changed.
    [[nodiscard]] std::optional<base::SteadyTime> due() const { return due_; }

private:
    struct SensorRecord {
        ports::LiveSensor sensor;
        bool heard = false;
        bool linked = false;
        SentByTopic sent;
        std::optional<base::SteadyTime> due;
    };
    struct BridgeRecord {
        ports::LiveBridge bridge;
        SentByTopic sent;
        std::optional<base::SteadyTime> due;
    };

    struct PuckRecord {
        ports::LivePuck puck;
        bool heard = false;
        SentByTopic sent;
        std::optional<base::SteadyTime> due;
    };

    void plan_pucks(const ports::LiveState& state, base::WallTime wall, base::SteadyTime now,
                    std::vector<Message>& messages);
    void tell_press(const ports::LivePuck& puck, base::WallTime wall, std::vector<Message>& messages);
    void let_go(const ports::LiveState& state, std::vector<Message>& messages);
    void note_due(std::optional<base::SteadyTime> due);

    Settings settings_;
    std::string version_;
    std::optional<ports::Release> newest_;
    SentByTopic hub_sent_;
    std::unordered_map<base::DeviceId, SensorRecord> sensors_;
    std::unordered_map<base::DeviceId, BridgeRecord> bridges_;
    std::unordered_map<base::DeviceId, PuckRecord> pucks_;
    std::unordered_map<base::DeviceId, ports::LivePress> presses_;  // the newest that were told, and are not told again
    std::optional<base::SteadyTime> due_;
};

}  // namespace millrace::publish
