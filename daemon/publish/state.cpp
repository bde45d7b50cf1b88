#include "publish/state.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "base/units.h"
#include "ports/categories.h"
#include "publish/units.h"

namespace millrace::publish {

namespace {

std::string availability(bool available) {
    return std::string(available ? kOnline : kOffline);
}

std::string attributes(const ports::LiveSensor& sensor, base::VolumeUnit unit) {
    constexpr int kMillilitreDigits = 3;
    nlohmann::ordered_json json;
    json["calibrated"] = sensor.calibrated;
    json["ml_per_peak"] = nlohmann::ordered_json::parse(
        decimal(static_cast<double>(sensor.per_peak.microlitres) / 1e3, kMillilitreDigits), nullptr, false);
    json["readings_known"] = sensor.readings_known;
    json["estimated"] = sensor.estimate.has_value();
    if (sensor.estimate) {
        json["today_at_least"] =
            nlohmann::ordered_json::parse(volume_text(sensor.estimate->today_at_least, unit), nullptr, false);
    }
    return json.dump();
}

// As a decimal without the error of a double.
std::string money_text(meter::Money money) {
    constexpr std::int64_t kMillion = 1'000'000;
    std::string fraction = std::to_string(kMillion + std::abs(money.millionths % kMillion)).substr(1);
    return (money.millionths < 0 ? "-" : "") + std::to_string(std::abs(money.millionths / kMillion)) + "." + fraction;
}

std::string cost_json(meter::Money cost, base::WallTime reset, const Settings& settings) {
    return R"({"cost":)" + money_text(cost) + R"(,"last_reset":")" + settings.zone.rfc3339(reset) + "\"}";
}

// Each sensor as if it were alone on the bill.
void add_costs(std::vector<StateMessage>& messages, const Settings& settings, const ports::LiveSensor& sensor) {
    const auto topic = [&](std::string_view leaf) { return device_topic(settings, sensor.id, leaf); };
    const meter::Tariff& tariff = *settings.tariff;
    const int month = meter::month_of(sensor.month_start, settings.zone);
    const meter::Money today = meter::cost_within_month(tariff, month, sensor.month - sensor.today, sensor.today);
    messages.push_back(kept(topic("cost_today"), cost_json(today, sensor.day_start, settings), Pace::Fast));
    messages.push_back(kept(topic("cost_month"),
                            cost_json(meter::cost_of_month(tariff, month, sensor.month), sensor.month_start, settings),
                            Pace::Fast));
    messages.push_back(kept(topic("price"), money_text(meter::price_now(tariff, month, sensor.month))));
}

}  // namespace

std::vector<StateMessage> hub_messages(const Settings& settings, ports::CloudMode mode) {
    return {kept(cloud_mode_topic(settings), std::string(name(mode))),
            kept(cloud_relay_topic(settings), on_off(mode != ports::CloudMode::Local))};
}

std::vector<StateMessage> sensor_messages(const Settings& settings, const ports::LiveSensor& sensor, bool heard,
                                          bool linked) {
    const auto topic = [&](std::string_view leaf) { return device_topic(settings, sensor.id, leaf); };
    std::vector<StateMessage> messages;
    messages.push_back(kept(topic("availability"), availability(heard)));
    messages.push_back(kept(topic("calibration"), sensor.calibrated ? "calibrated" : "uncalibrated"));
    messages.push_back(kept(topic("attributes"), attributes(sensor, settings.unit)));
    if (sensor.readings_known) {
        StateMessage flow{{topic("flow"), flow_text(sensor.flow, settings.unit), false, 0}, Pace::Fast};
        flow.at_once = sensor.flow.microlitres_per_second == 0;
        flow.repeated = heard && linked;
        messages.push_back(std::move(flow));
        messages.push_back(kept(topic("running"), on_off(sensor.running)));
        messages.push_back(kept(topic("total"), volume_text(sensor.lifetime, settings.unit), Pace::Fast));
        messages.push_back(kept(topic("today"), volume_text(sensor.today, settings.unit), Pace::Fast));
        messages.push_back(kept(topic("month"), volume_text(sensor.month, settings.unit), Pace::Fast));
        messages.push_back(kept(topic("week"), volume_text(sensor.week, settings.unit), Pace::Fast));
        messages.push_back(kept(topic("last_hour"), volume_text(sensor.last_hour, settings.unit), Pace::Slow));
        messages.push_back(kept(topic("last_24h"), volume_text(sensor.last_24h, settings.unit), Pace::Slow));
        ports::for_each_total(
            sensor.categories, sensor.lifetime, [&](const ports::Category& category, base::Volume total) {
                messages.push_back(
                    kept(topic("total_" + std::string(category.key)), volume_text(total, settings.unit), Pace::Fast));
            });
        if (settings.tariff) add_costs(messages, settings, sensor);
    } else if (sensor.estimate) {
        messages.push_back(kept(topic("running"), on_off(sensor.estimate->running)));
    }
    if (sensor.battery_mv) {
        const double volts = static_cast<double>(*sensor.battery_mv) / 1e3;
        messages.push_back(kept(topic("battery_voltage"), decimal(volts, 3)));
    }
    if (sensor.rssi_dbm) messages.push_back(kept(topic("rssi"), std::to_string(*sensor.rssi_dbm)));
    if (sensor.temperature_celsius) {
        messages.push_back(kept(topic("temperature"), std::to_string(*sensor.temperature_celsius)));
    }
    if (sensor.last_seen) messages.push_back(kept(topic("last_seen"), base::to_rfc3339(*sensor.last_seen), Pace::Slow));
    if (sensor.says) {
        add_said(messages, settings, sensor.id, *sensor.says);
        if (sensor.says->battery_low) messages.push_back(kept(topic("battery_low"), on_off(*sensor.says->battery_low)));
    }
    return messages;
}

std::vector<StateMessage> bridge_messages(const Settings& settings, const ports::LiveBridge& bridge) {
    const auto topic = [&](std::string_view leaf) { return device_topic(settings, bridge.id, leaf); };
    std::vector<StateMessage> messages;
    messages.push_back(kept(topic("availability"), availability(bridge.connected)));
    messages.push_back(kept(topic("connected"), on_off(bridge.connected)));
    messages.push_back(kept(topic("cloud"), std::string(name(bridge.cloud_path))));
    messages.push_back(kept(topic("cloud_relay"), on_off(bridge.cloud_path == ports::CloudPath::Relay)));
    messages.push_back(kept(topic("cloud_waiting"), std::to_string(bridge.waiting_for_cloud), Pace::Fast));
    if (bridge.wifi_rssi_dbm) messages.push_back(kept(topic("wifi_rssi"), std::to_string(*bridge.wifi_rssi_dbm)));
    if (bridge.firmware) messages.push_back(kept(topic("firmware"), *bridge.firmware));
    if (bridge.last_seen) messages.push_back(kept(topic("last_seen"), base::to_rfc3339(*bridge.last_seen), Pace::Slow));
    return messages;
}

StateMessage update_message(const Settings& settings, const std::string& installed,
                            const std::optional<ports::Release>& newest) {
    nlohmann::ordered_json json{{"title", "Millrace"}, {"installed_version", installed}};
    if (newest) {
        json["latest_version"] = newest->version;
        json["release_summary"] = newest->summary;
        // Home Assistant refuses all of it for a link that is none.
        if (!newest->url.empty()) json["release_url"] = newest->url;
    }
    return kept(update_topic(settings), json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

void StatePlanner::note_due(std::optional<base::SteadyTime> due) {
    due_ = earlier(due_, due);
}

std::vector<Message> StatePlanner::plan(const ports::LiveState& state, base::WallTime wall, base::SteadyTime now) {
    std::vector<Message> messages;
    due_.reset();
    // First, because a device may have become one of another kind.
    let_go(state, messages);
    std::vector<StateMessage> hub = hub_messages(settings_, state.cloud_mode);
    if (settings_.update_entity) hub.push_back(update_message(settings_, version_, newest_));
    note_due(choose_new(std::move(hub), hub_sent_, now, messages));
    std::unordered_map<base::DeviceId, bool> connected;
    for (const ports::LiveBridge& bridge : state.bridges) {
        connected[bridge.id] = bridge.connected;
        const auto [entry, is_new] = bridges_.try_emplace(bridge.id);
        BridgeRecord& record = entry->second;
        if (is_new || record.bridge != bridge || (record.due && now >= *record.due)) {
            record.bridge = bridge;
            record.due = choose_new(bridge_messages(settings_, bridge), record.sent, now, messages);
        }
        note_due(record.due);
    }
    for (const ports::LiveSensor& sensor : state.sensors) {
        const bool heard = sensor.last_seen && wall - *sensor.last_seen < kSensorSilentAfter;
        const auto its_bridge = sensor.bridge ? connected.find(*sensor.bridge) : connected.end();
        const bool bridged = its_bridge == connected.end() || its_bridge->second;
        const bool linked = sensor.says ? state.hears_bluetooth : bridged;
        const auto [entry, is_new] = sensors_.try_emplace(sensor.id);
        SensorRecord& record = entry->second;
        const bool changed = record.sensor != sensor || record.heard != heard || record.linked != linked;
        if (is_new || changed || (record.due && now >= *record.due)) {
            record.sensor = sensor;
            record.heard = heard;
            record.linked = linked;
            record.due = choose_new(sensor_messages(settings_, sensor, heard, linked), record.sent, now, messages);
        }
        note_due(record.due);
        if (heard) note_due(now + (*sensor.last_seen + kSensorSilentAfter - wall));
    }
    plan_pucks(state, wall, now, messages);
    return messages;
}

void StatePlanner::plan_pucks(const ports::LiveState& state, base::WallTime wall, base::SteadyTime now,
                              std::vector<Message>& messages) {
    for (const ports::LivePuck& puck : state.pucks) {
        const bool lately = puck.last_seen && wall - *puck.last_seen < kPuckSilentAfter;
        const bool heard = lately && state.hears_bluetooth;
        const auto [entry, is_new] = pucks_.try_emplace(puck.id);
        PuckRecord& record = entry->second;
        if (is_new || record.puck != puck || record.heard != heard || (record.due && now >= *record.due)) {
            record.puck = puck;
            record.heard = heard;
            record.due = choose_new(puck_messages(settings_, puck, heard), record.sent, now, messages);
        }
        tell_press(puck, wall, messages);
        note_due(record.due);
        if (heard) note_due(now + (*puck.last_seen + kPuckSilentAfter - wall));
    }
}

void StatePlanner::tell_press(const ports::LivePuck& puck, base::WallTime wall, std::vector<Message>& messages) {
    if (!puck.last_press) return;
    const auto [told, is_new] = presses_.try_emplace(puck.id, *puck.last_press);
    if (!is_new && told->second == *puck.last_press) return;
    told->second = *puck.last_press;
    const base::Milliseconds ago = wall - puck.last_press->at;
    if (ago < base::Milliseconds{0} || ago >= kPressHolds) return;
    messages.push_back(press_message(settings_, puck.id, *puck.last_press));
}

void StatePlanner::let_go(const ports::LiveState& state, std::vector<Message>& messages) {
    const auto drop = [&messages](auto& records, const auto& devices) {
        std::erase_if(records, [&](const auto& known) {
            const bool gone = !has_device(devices, known.first);
            if (gone) empty_topics(known.second.sent, messages);
            return gone;
        });
    };
    drop(sensors_, state.sensors);
    drop(bridges_, state.bridges);
    drop(pucks_, state.pucks);
    std::erase_if(presses_, [&state](const auto& told) { return !has_device(state.pucks, told.first); });
}

void StatePlanner::forget() {
    hub_sent_.clear();
    sensors_.clear();
    bridges_.clear();
    pucks_.clear();
    due_.reset();
}

}  // namespace millrace::publish
