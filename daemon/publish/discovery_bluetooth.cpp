#include "publish/discovery_bluetooth.h"

#include "base/bluetooth_address.h"
#include "ports/live.h"
#include "publish/alarm_entities.h"
#include "publish/discovery_alarms.h"
#include "publish/units.h"

namespace millrace::publish {
namespace {

// The entities of one device.
class Said {
public:
    Said(Document& document, const Settings& settings, const base::DeviceId& device)
        : document_(document), settings_(settings), device_(device) {}

    Json& add(std::string_view key, std::string_view platform, std::string_view name) {
        return document_.add(key, platform, name, device_topic(settings_, device_, key));
    }

    Json& add_measurement(std::string_view key, std::string_view name, std::string_view device_class,
                          std::string_view unit) {
        Json& entity = add(key, "sensor", name);
        measurement(entity, device_class, unit);
        return entity;
    }

    void add_common(const DeviceIdentities::Advertised& says) {
        if (says.battery) diagnostic(add_measurement("battery", "Battery", "battery", "%"));
        if (says.voltage) {
            Json& voltage = add_measurement("voltage", "Voltage", "voltage", "V");
            voltage["suggested_display_precision"] = 2;
            diagnostic(voltage);
        }
        if (says.temperature) add_measurement("temperature", "Temperature", "temperature", "°C");
        if (says.humidity) add_measurement("humidity", "Humidity", "humidity", "%");
        // Always: after a start it is only known once the device is heard.
        diagnostic(add_measurement("rssi", "Signal", "signal_strength", "dBm"), false);
    }

private:
    Document& document_;
    const Settings& settings_;
    base::DeviceId device_;
};

}  // namespace

Json advertising_device(std::string_view id, std::string_view name, std::string_view model,
                        const base::DeviceId& device, const std::string& room) {
    Json json{{"identifiers", Json::array({id})}, {"name", name}, {"model", model}};
    const auto address = base::BluetoothAddress::of(device);
    json["serial_number"] = address ? address->str() : device.str();
    if (!room.empty()) json["suggested_area"] = room;
    return json;
}

void add_said_by_meter(Document& document, const Settings& settings, const base::DeviceId& meter,
                       const DeviceIdentities::Advertised& says) {
    const UnitNames units = unit_names(settings.unit);
    Said said(document, settings, meter);
    said.add_common(says);
    // Of a puck the alarm "Battery low" tells it.
    if (says.battery_low) {
        Json& low = said.add("battery_low", "binary_sensor", "Battery low");
        binary(low, "battery");
        diagnostic(low);
    }
    if (says.flow) {
        Json& flow =
            said.add_measurement("flow_said", "Flow rate as the meter says it", "volume_flow_rate", units.flow);
        flow["suggested_display_precision"] = 2;
    }
    if (says.storage) {
        Json& storage = said.add_measurement("storage", "Stored volume", "volume_storage", units.volume);
        storage["suggested_display_precision"] = units.volume_display_precision;
    }
}

Message puck_document(const Settings& settings, std::string_view version, const std::string& hub,
                      const DeviceIdentities::Puck& puck, const std::string& tail) {
    const std::string id = hub + "_" + puck.id.str();
    Document document(settings, version, id, "millrace_puck_" + tail);
    const std::string name = "Leak puck " + (puck.says.name.empty() ? tail : puck.says.name);
    document.device() = advertising_device(id, name, "Leak puck", puck.id, puck.says.room);
    document.device()["via_device"] = hub;
    document.available_when({availability_topic(settings), device_topic(settings, puck.id, "availability")});
    document.subscribe_at_qos_1();

    Said said(document, settings, puck.id);
    binary(said.add("moisture", "binary_sensor", "Moisture"), "moisture");
    if (puck.moisture_percent) said.add_measurement("moisture_percent", "Moisture in percent", "moisture", "%");
    if (puck.buttons) {
        Json& button = said.add("button", "event", "Button");
        button["device_class"] = "button";
        button["event_types"] = Json::array();
        for (const std::string_view kind : ports::kPressKinds) button["event_types"].push_back(kind);
    }
    add_puck_alarms(document, settings, puck.id);
    said.add_common(puck.says);
    // True, and wanted, when the puck falls silent.
    Json& last_seen = said.add("last_seen", "sensor", "Last seen");
    last_seen["device_class"] = "timestamp";
    diagnostic(last_seen);
    last_seen["availability"] = Document::availability({availability_topic(settings)});
    return document.finish();
}

}  // namespace millrace::publish
