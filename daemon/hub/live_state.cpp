// The hub's picture of the present, for everybody who tells people about it.
#include <algorithm>

#include "hub/hub.h"
#include "hub/watch.h"
#include "message/states.h"
#include "meter/flow.h"

namespace millrace::hub {
namespace {

using base::WallTime;

}  // namespace

ports::LiveState Hub::live() const {
    ports::LiveState state;
    state.cloud_mode = cloud_mode_;
    const WallTime now = surroundings_.clock.wall_now();
    const House& house = pipeline_.house();
    state.hears_bluetooth = hears_bluetooth_;
    const CalendarStarts starts = calendar_starts(now, settings_.zone);
    for (const auto& [id, device] : house.devices) {
        const bool strange = ports::is_of_bluetooth(device.record.kind) && !adopted_.contains(id);
        if (strange) continue;
        switch (device.record.kind) {
            case ports::DeviceKind::Bridge: state.bridges.push_back(live_bridge(id, &device)); break;
            case ports::DeviceKind::Puck: state.pucks.push_back(live_puck(id, device)); break;
            case ports::DeviceKind::Sensor:
            case ports::DeviceKind::Meter: state.sensors.push_back(live_sensor(id, device, now, starts)); break;
        }
    }
    // A puck that was adopted and not heard yet is worth showing too.
    for (const auto& [id, adopted] : adopted_) {
        const bool is_puck = adopted.device.role == ports::BluetoothRole::Puck;
        if (is_puck && !house.devices.contains(id)) state.pucks.push_back(live_puck(id, Device{}));
    }
    std::sort(state.pucks.begin(), state.pucks.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    // A bridge that connected and has not said anything yet is worth showing too.
    const std::size_t known = state.bridges.size();
    for (const auto& [id, run] : runs_) {
        if (run.connection != 0 && !house.devices.contains(id)) state.bridges.push_back(live_bridge(id, nullptr));
    }
    // Those that are known are in order already, and there are few others.
    std::inplace_merge(state.bridges.begin(), state.bridges.begin() + static_cast<std::ptrdiff_t>(known),
                       state.bridges.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    if (surroundings_.watch != nullptr) {
        for (ports::LiveSensor& sensor : state.sensors) {
            sensor.categories = surroundings_.watch->category_totals(sensor.id);
        }
    }
    any_running_ = std::any_of(state.sensors.begin(), state.sensors.end(), [](const ports::LiveSensor& sensor) {
        return sensor.running || (sensor.estimate && sensor.estimate->running);
    });
    return state;
}

ports::LiveBridge Hub::live_bridge(const base::DeviceId& id, const Device* known) const {
    ports::LiveBridge bridge;
    bridge.id = id;
    bridge.has_key = pipeline_.keys().find(id) != nullptr;
    if (known != nullptr) {
        const Device& device = *known;
        bridge.last_seen = device.last_seen;
        bridge.firmware = device.record.firmware;
        bridge.branch = device.record.branch;
        bridge.wifi_rssi_dbm = state_of(device, message::bridge_state::kWifiRssiDbm);
        bridge.sensor_rssi_dbm = state_of(device, message::bridge_state::kSensorRssiDbm);
    }
    bridge.waiting_for_cloud = cloud_queue_.waiting(id);
    if (const auto run = runs_.find(id); run != runs_.end()) {
        bridge.frames_opened = run->second.opened;
        bridge.frames_unopened = run->second.unopened;
        if (const auto open = connections_.find(run->second.connection); open != connections_.end()) {
            bridge.connected = true;
            bridge.door = open->second.opened.door;
            bridge.peer = open->second.opened.peer;
            bridge.connected_since = open->second.opened.at;
            bridge.cloud_path = open->second.opened.path;
        }
    }
    return bridge;
}

base::WallTime Hub::device_time(const Device& own, WallTime now) const {
    std::optional<base::Milliseconds> ahead = own.clock_ahead;
    if (own.record.bridge) {
        // The sensor's own messages are stamped by its bridge too; the newest word on the bridge's clock counts.
        const House& house = pipeline_.house();
        const auto bridge = house.devices.find(*own.record.bridge);
        const bool known = bridge != house.devices.end() && bridge->second.clock_ahead;
        if (known && (!ahead || bridge->second.last_seen > own.last_seen)) ahead = bridge->second.clock_ahead;
    }
    return now + ahead.value_or(base::Milliseconds{0});
}

ports::LiveSensor Hub::live_sensor(const base::DeviceId& id, const Device& device, WallTime now,
                                   const CalendarStarts& starts) const {
    ports::LiveSensor live;
    live.id = id;
    live.bridge = device.record.bridge;
    live.firmware = device.record.firmware;
    live.last_seen = device.last_seen;
    live.rssi_dbm = state_of(device, message::sensor_state::kRssiDbm);
    live.battery_mv = state_of(device, message::sensor_state::kBatteryMillivolts);
    if (const auto raw = state_of(device, message::sensor_state::kTemperatureCelsius)) {
        live.temperature_celsius = message::temperature_celsius(*raw);
    }
    const Sensor& sensor = pipeline_.house().sensors.at(id);
    const WallTime own_now = device_time(device, now);
    const meter::Flow flow = meter::flow_at(sensor.meter, sensor.calibration, own_now);
    live.flow = flow.rate;
    live.running = flow.running;
    live.last_reading = sensor.last_reading;
    live.calibrated = sensor.calibration.calibrated();
    live.per_peak = sensor.calibration.at(now);
    if (const auto found = durable_lifetime_.find(id); found != durable_lifetime_.end()) live.lifetime = found->second;
    live.day_start = starts.day;
    live.week_start = starts.week;
    live.month_start = starts.month;
    if (const auto found = totals_.find(id); found != totals_.end()) {
        constexpr base::Seconds kHour{3'600};
        const WaterTotals& totals = found->second;
        live.totals_known = totals.complete();
        live.today = totals.since(starts.day, now, settings_.zone);
        live.week = totals.since(starts.week, now, settings_.zone);
        live.month = totals.since(starts.month, now, settings_.zone);
        live.last_hour = totals.within(kHour, now);
        live.last_24h = totals.within(WaterTotals::kWindow, now);
    }
    if (device.record.kind == ports::DeviceKind::Meter) {
        live.says = live_advertised(id, device);
        // One that could be read once can be: what its key does not open now is a forgery.
        live.readings_known = device.fault != AdvertisedFault::NoKey &&
                              (device.fault != AdvertisedFault::WrongKey || sensor.last_reading);
    }
    if (live.bridge) {
        const auto run = runs_.find(*live.bridge);
        live.readings_known = !(run != runs_.end() && run->second.sealed_shut);
    }
    if (!live.readings_known && !live.says) {
        const meter::SealedFlow estimated = meter::sealed_flow_at(sensor.sealed, own_now);
        live.estimate = ports::LiveEstimate{estimated.running, estimated.since, {}};
        const auto today = at_least_.find(id);
        if (today != at_least_.end()) {
            live.estimate->today_at_least = today->second.since(starts.day, now, settings_.zone);
        }
    }
    return live;
}

void Hub::health(std::vector<ports::HealthItem>& items) const {
    ports::HealthItem keys{"keys", true, "every sealed message was opened"};
    for (const auto& [id, run] : runs_) {
        if (!run.sealed_shut || run.connection == 0) continue;
        keys.ok = false;
        keys.detail = "the messages of bridge " + id.str() +
                      " are sealed and no key opens them: hand its key over with `millrace key add`, or set its key "
                      "file in the config file under keys";
    }
    items.push_back(std::move(keys));
}

void Hub::metrics(std::vector<ports::Metric>& metrics) const {
    cloud_queue_.metrics(metrics);
    figures_.metrics(metrics);
}

}  // namespace millrace::hub
