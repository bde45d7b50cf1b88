#include "publish/discovery_alarms.h"

#include "detect/settings.h"
#include "publish/alarm_entities.h"
#include "publish/units.h"

namespace millrace::publish {
namespace {

// The alarm entities of one device.
class Alarms {
public:
    Alarms(Document& document, const Settings& settings, const base::DeviceId& device)
        : document_(document),
          settings_(settings),
          device_(device),
          ours_(Document::availability({availability_topic(settings)})) {}

    Json& add_binary(std::string_view key, std::string_view name, std::string_view device_class) {
        Json& entity = document_.add(key, "binary_sensor", name, topic(key));
        binary(entity, device_class);
        // One topic has the numbers of all alarms that are on, by key.
        entity["json_attributes_topic"] = topic("alarms");
        entity["json_attributes_template"] = "{{ value_json.get('" + std::string(key) + "', {}) | to_json }}";
        entity["availability"] = ours_;
        return entity;
    }

    void add_alert() {
        Json& alert = document_.add("alert", "event", "Alert", topic("alert"));
        alert["event_types"] = Json::array();
        for (const std::string_view type : kAlertTypes) alert["event_types"].push_back(type);
        alert["availability"] = ours_;
    }

    void add_button(std::string_view key, std::string_view name) {
        Json& button = document_.add(key, "button", name, "");
        button["command_topic"] = command_topic(topic(key));
        button["payload_press"] = kPress;
        button["retain"] = false;
        button["entity_category"] = "config";
        button["availability"] = ours_;
    }

    void add_answers() {
        add_button(kAcknowledge, "Acknowledge alarms");
        add_button(kSnooze, "Snooze alarms for 1 h");
    }

    Json& add_figure(std::string_view key, std::string_view name) {
        Json& figure = document_.add(key, "sensor", name, topic(key));
        figure["availability"] = ours_;
        return figure;
    }

private:
    [[nodiscard]] std::string topic(std::string_view leaf) const { return device_topic(settings_, device_, leaf); }

    Document& document_;
    const Settings& settings_;
    base::DeviceId device_;
    Json ours_;
};

void add_switch(Document& document, const Settings& settings, std::string_view key, std::string_view name) {
    Json& component = document.add(key, "switch", name, house_topic(settings, key));
    component["command_topic"] = command_topic(house_topic(settings, key));
    component["retain"] = false;
    component["entity_category"] = "config";
    component["availability"] = Document::availability({availability_topic(settings)});
}

}  // namespace

void add_hub_alarms(Document& document, const Settings& settings) {
    Json& mode = document.add(kMode, "select", "Mode", house_topic(settings, kMode));
    mode["command_topic"] = command_topic(house_topic(settings, kMode));
    mode["retain"] = false;
    mode["options"] = Json::array({name(detect::Mode::Home), name(detect::Mode::Away), name(detect::Mode::Vacation)});
    mode["entity_category"] = "config";
    mode["availability"] = Document::availability({availability_topic(settings)});
    add_switch(document, settings, kIrrigation, "Irrigation active");
    add_switch(document, settings, kNotifications, "Notifications");
}

void add_bridge_alarms(Document& document, const Settings& settings, const base::DeviceId& bridge) {
    Alarms alarms(document, settings, bridge);
    for (const AlarmEntity& alarm : kBridgeAlarms) {
        diagnostic(alarms.add_binary(alarm.key, alarm.name, alarm.device_class));
    }
    alarms.add_alert();
    alarms.add_answers();
}

void add_sensor_alarms(Document& document, const Settings& settings, const base::DeviceId& sensor) {
    Alarms alarms(document, settings, sensor);
    (void)alarms.add_binary(kLeakKey, "Leak", "moisture");
    for (const AlarmEntity& alarm : kWaterAlarms) (void)alarms.add_binary(alarm.key, alarm.name, alarm.device_class);
    for (const AlarmEntity& alarm : kSensorAlarms) {
        diagnostic(alarms.add_binary(alarm.key, alarm.name, alarm.device_class));
    }
    alarms.add_alert();
    alarms.add_answers();
    alarms.add_button(kTestAlert, "Test alert");

    const UnitNames units = unit_names(settings.unit);
    Json& base = alarms.add_figure("base_flow", "Flow that does not rest");
    measurement(base, "volume_flow_rate", units.flow);
    base["suggested_display_precision"] = 2;
    Json& session = alarms.add_figure("session_volume", "Use under way or last");
    session["device_class"] = "volume";
    session["unit_of_measurement"] = units.volume;
    session["suggested_display_precision"] = units.volume_display_precision;
}

}  // namespace millrace::publish
