// What is said of leak pucks, and of what Bluetooth devices say beside their water.
#include <nlohmann/json.hpp>

#include "publish/state.h"
#include "publish/units.h"

namespace millrace::publish {
namespace {

// A number in hundredths as a decimal.
std::string hundredths(std::int64_t value) {
    return decimal(static_cast<double>(value) / 100, 2);
}

}  // namespace

void add_said(std::vector<StateMessage>& messages, const Settings& settings, const base::DeviceId& device,
              const ports::LiveAdvertised& says) {
    const auto topic = [&](std::string_view leaf) { return device_topic(settings, device, leaf); };
    const auto add = [&](std::string_view leaf, std::string payload, Pace pace = Pace::OnChange) {
        messages.push_back(kept(topic(leaf), std::move(payload), pace));
    };
    if (says.battery_percent) add("battery", std::to_string(*says.battery_percent));
    if (says.voltage_mv) add("voltage", decimal(static_cast<double>(*says.voltage_mv) / 1e3, 3));
    if (says.temperature_centi) add("temperature", hundredths(*says.temperature_centi));
    if (says.humidity_centi) add("humidity", hundredths(*says.humidity_centi));
    if (says.flow) add("flow_said", flow_text(*says.flow, settings.unit), Pace::Fast);
    if (says.storage) add("storage", volume_text(*says.storage, settings.unit), Pace::Fast);
    // Of another strength with every advertisement.
    if (says.rssi_dbm) add("rssi", std::to_string(*says.rssi_dbm), Pace::Slow);
}

std::vector<StateMessage> puck_messages(const Settings& settings, const ports::LivePuck& puck, bool heard) {
    const auto topic = [&](std::string_view leaf) { return device_topic(settings, puck.id, leaf); };
    std::vector<StateMessage> messages;
    messages.push_back(kept(topic("availability"), std::string(heard ? kOnline : kOffline)));
    if (puck.wet) messages.push_back(kept(topic("moisture"), on_off(*puck.wet)));
    if (puck.moisture_centi) messages.push_back(kept(topic("moisture_percent"), hundredths(*puck.moisture_centi)));
    add_said(messages, settings, puck.id, puck.says);
    if (puck.last_seen) messages.push_back(kept(topic("last_seen"), base::to_rfc3339(*puck.last_seen), Pace::Slow));
    return messages;
}

Message press_message(const Settings& settings, const base::DeviceId& device, const ports::LivePress& press) {
    const nlohmann::ordered_json json{
        {"event_type", press.kind}, {"button", press.button}, {"at", settings.zone.rfc3339(press.at)}};
    return {device_topic(settings, device, "button"), json.dump(), false, 1, true};
}

}  // namespace millrace::publish
