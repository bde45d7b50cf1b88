#include "publish/discovery_alarms.h"

#include <span>

#include "detect/settings.h"
#include "ports/categories.h"
#include "publish/alarm_entities.h"
#include "publish/rule_limits.h"
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

void add_limit(Document& document, const Settings& settings, const RuleLimit& limit) {
    Json& number = document.add(limit.key, "number", limit.name, house_topic(settings, limit.key));
    const detect::LimitRange range = shown_range(limit, settings.unit);
    number["command_topic"] = command_topic(house_topic(settings, limit.key));
    number["retain"] = false;
    number["min"] = range.least;
    number["max"] = range.most;
    // Steps that suit the smallest limit; what is entered may be any number between.
    number["step"] = limit.kind == LimitKind::Millivolts ? 1.0 : 0.001;
    number["mode"] = "box";
    switch (limit.kind) {
        case LimitKind::Minutes: number["device_class"] = "duration"; break;
        case LimitKind::Flow: number["device_class"] = "volume_flow_rate"; break;
        case LimitKind::Millivolts: number["device_class"] = "voltage"; break;
        case LimitKind::Volume: number["device_class"] = "water"; break;
    }
    number["unit_of_measurement"] = unit_name(limit, settings.unit);
    number["payload_reset"] = kNoNumber;
    number["entity_category"] = "config";
    number["availability"] = Document::availability({availability_topic(settings)});
}

void add_alarms_of_water(Document& document, const Settings& settings, const base::DeviceId& sensor,
                         std::span<const AlarmEntity> of_the_device) {
    Alarms alarms(document, settings, sensor);
    (void)alarms.add_binary(kLeakKey, "Leak", "moisture");
    for (const AlarmEntity& alarm : kWaterAlarms) (void)alarms.add_binary(alarm.key, alarm.name, alarm.device_class);
    for (const AlarmEntity& alarm : kBudgetAlarms) (void)alarms.add_binary(alarm.key, alarm.name, alarm.device_class);
    for (const AlarmEntity& alarm : of_the_device) {
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
    Json& lasted = alarms.add_figure("session_duration", "Length of the use under way or last");
    lasted["device_class"] = "duration";
    lasted["unit_of_measurement"] = "s";
    Json& event = alarms.add_figure("last_event", "Kind of the use under way or last");
    event["device_class"] = "enum";
    event["options"] = Json::array();
    for (const ports::Category& category : ports::kUseCategories) event["options"].push_back(category.key);
    event["options"].push_back(
        ports::kUncategorised.key);  // what was told before kinds were, and may still be retained
    event["json_attributes_topic"] = device_topic(settings, sensor, "last_event_numbers");
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
    for (const RuleLimit& limit : rule_limits()) add_limit(document, settings, limit);
}

void add_bridge_alarms(Document& document, const Settings& settings, const base::DeviceId& bridge) {
    Alarms alarms(document, settings, bridge);
    for (const AlarmEntity& alarm : kBridgeAlarms) {
        diagnostic(alarms.add_binary(alarm.key, alarm.name, alarm.device_class));
    }
    alarms.add_alert();
    alarms.add_answers();
}

void add_puck_alarms(Document& document, const Settings& settings, const base::DeviceId& puck) {
    Alarms alarms(document, settings, puck);
    for (const AlarmEntity& alarm : kPuckAlarms) {
        Json& entity = alarms.add_binary(alarm.key, alarm.name, alarm.device_class);
        if (alarm.rule != detect::Rule::PuckWet) diagnostic(entity);
    }
    alarms.add_alert();
    alarms.add_answers();
}

void add_sensor_alarms(Document& document, const Settings& settings, const base::DeviceId& sensor) {
    add_alarms_of_water(document, settings, sensor, kSensorAlarms);
}

void add_meter_alarms(Document& document, const Settings& settings, const base::DeviceId& meter) {
    add_alarms_of_water(document, settings, meter, kMeterAlarms);
}

}  // namespace millrace::publish
