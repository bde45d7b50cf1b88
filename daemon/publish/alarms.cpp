#include "publish/alarms.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>

#include <nlohmann/json.hpp>

#include "detect/wording.h"
#include "publish/alarm_entities.h"
#include "publish/rule_limits.h"
#include "publish/units.h"

namespace millrace::publish {
namespace {

using Json = nlohmann::ordered_json;
using detect::Finding;
using detect::Incident;
using detect::Rule;

// Sentences know litres and gallons.
detect::Wording wording(const Settings& settings) {
    const bool cubic_metres = settings.unit == base::VolumeUnit::CubicMetre;
    return {cubic_metres ? base::VolumeUnit::Litre : settings.unit, settings.zone};
}

std::string text_of(const Json& document) {
    return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Numbers as they are written elsewhere, so that no false digits appear.
Json number(const std::string& text) {
    return Json::parse(text, nullptr, false);
}

Json limit_json(const Finding& finding, base::VolumeUnit unit) {
    using detect::Measure;
    switch (finding.measure) {
        case Measure::Duration: return finding.limit / 1000;
        case Measure::Flow: return number(flow_text({finding.limit}, unit));
        case Measure::Amount: return number(volume_text({finding.limit}, unit));
        case Measure::Count:
        case Measure::Percent:
        case Measure::Millivolts: return finding.limit;
        case Measure::None: return nullptr;
    }
    return nullptr;
}

Json limit_unit(const Finding& finding, base::VolumeUnit unit) {
    using detect::Measure;
    switch (finding.measure) {
        case Measure::Duration: return "s";
        case Measure::Flow: return unit_names(unit).flow;
        case Measure::Amount: return unit_names(unit).volume;
        case Measure::Millivolts: return "mV";
        case Measure::Percent: return "%";
        case Measure::Count:
        case Measure::None: return nullptr;
    }
    return nullptr;
}

Json finding_attributes(const Finding& finding, const Settings& settings) {
    return Json{
        {"since", settings.zone.rfc3339(finding.since)},
        {"volume", number(volume_text(finding.volume, settings.unit))},
        {"volume_unit", unit_names(settings.unit).volume},
        {"rate", number(flow_text(finding.rate, settings.unit))},
        {"rate_unit", unit_names(settings.unit).flow},
        {"limit", limit_json(finding, settings.unit)},
        {"limit_unit", limit_unit(finding, settings.unit)},
        {"severity", detect::name(finding.severity)},
        {"sentence", detect::sentence(finding, wording(settings))},
    };
}

Json incident_attributes(const Incident& incident, const Settings& settings) {
    Json attributes{{"alarm", incident.id},
                    {"rule", detect::name(incident.finding.rule)},
                    {"title", detect::title(incident.finding.rule)},
                    {"state", detect::name(incident.state)},
                    {"raised", settings.zone.rfc3339(incident.raised)},
                    {"answered_by", incident.answered_by}};
    if (incident.snoozed_until) attributes["snoozed_until"] = settings.zone.rfc3339(*incident.snoozed_until);
    attributes.update(finding_attributes(incident.finding, settings));
    return attributes;
}

bool is_leak(const Incident& incident) {
    return detect::is_water(incident.finding.rule) && incident.finding.severity > detect::Severity::Info;
}

bool tells_of(const AlarmEntity& entity, Rule rule) {
    return rule == entity.rule || (entity.rule == Rule::BatteryLow && rule == Rule::BatteryDead);
}

// The states of one device and, before them, the numbers of those that are on.
class AlarmMessages {
public:
    AlarmMessages(const Settings& settings, const base::DeviceId& device, const DeviceAlarms& alarms)
        : settings_(settings), device_(device), alarms_(alarms) {}

    void add(std::string_view key, bool on, const Json& attributes) {
        messages_.push_back(kept(topic(key), on_off(on)));
        if (!attributes.is_null()) numbers_[std::string(key)] = attributes;
    }

    void add_entity(const AlarmEntity& entity) {
        Json attributes;
        for (const Finding& finding : alarms_.holding) {
            if (tells_of(entity, finding.rule)) attributes = finding_attributes(finding, settings_);
        }
        // The incident's own words come last, for they know more.
        for (const Incident& incident : alarms_.incidents) {
            if (tells_of(entity, incident.finding.rule)) attributes = incident_attributes(incident, settings_);
        }
        const bool alarmed = !attributes.is_null();
        add(entity.key, alarmed != entity.on_when_well, attributes);
    }

    void add_message(std::string_view key, std::string payload, Pace pace) {
        messages_.push_back(kept(topic(key), std::move(payload), pace));
    }

    // What an alarm that goes on sets off finds its numbers there.
    std::vector<StateMessage> finish() {
        messages_.insert(messages_.begin(), kept(topic("alarms"), text_of(numbers_), Pace::Slow));
        return std::move(messages_);
    }

private:
    [[nodiscard]] std::string topic(std::string_view leaf) const { return device_topic(settings_, device_, leaf); }

    const Settings& settings_;
    const base::DeviceId& device_;
    const DeviceAlarms& alarms_;
    std::vector<StateMessage> messages_;
    Json numbers_ = Json::object();
};

// Which alarms there are and in which state: when that changes, their numbers do not wait.
bool same_alarms(const DeviceAlarms& a, const DeviceAlarms& b) {
    const bool same_rules =
        std::equal(a.holding.begin(), a.holding.end(), b.holding.begin(), b.holding.end(),
                   [](const Finding& x, const Finding& y) { return x.rule == y.rule && x.severity == y.severity; });
    return same_rules && std::equal(a.incidents.begin(), a.incidents.end(), b.incidents.begin(), b.incidents.end(),
                                    [](const Incident& x, const Incident& y) {
                                        return x.id == y.id && x.state == y.state && x.finding.rule == y.finding.rule &&
                                               x.finding.severity == y.finding.severity &&
                                               x.snoozed_until == y.snoozed_until;
                                    });
}

Json use_attributes(const detect::Use& use, const Settings& settings) {
    return Json{{"start", settings.zone.rfc3339(use.start)},
                {"end", settings.zone.rfc3339(use.end)},
                {"volume", number(volume_text(use.volume, settings.unit))},
                {"volume_unit", unit_names(settings.unit).volume},
                {"peak", number(flow_text(use.peak, settings.unit))},
                {"rate_unit", unit_names(settings.unit).flow}};
}

Message alert(const Settings& settings, const base::DeviceId& device, const Json& payload) {
    return {device_topic(settings, device, "alert"), text_of(payload), false, 1, true};
}

std::vector<StateMessage> messages_of_water(const Settings& settings, const base::DeviceId& sensor,
                                            const DeviceAlarms& alarms, std::span<const AlarmEntity> of_the_device) {
    AlarmMessages messages(settings, sensor, alarms);
    const auto leak =
        std::max_element(alarms.incidents.begin(), alarms.incidents.end(), [](const Incident& a, const Incident& b) {
            return std::pair(is_leak(a), a.finding.severity) < std::pair(is_leak(b), b.finding.severity);
        });
    const bool leaking = leak != alarms.incidents.end() && is_leak(*leak);
    messages.add(kLeakKey, leaking, leaking ? incident_attributes(*leak, settings) : Json());
    for (const AlarmEntity& entity : kWaterAlarms) messages.add_entity(entity);
    for (const AlarmEntity& entity : kBudgetAlarms) messages.add_entity(entity);
    for (const AlarmEntity& entity : of_the_device) messages.add_entity(entity);
    if (alarms.base_flow) messages.add_message("base_flow", flow_text(*alarms.base_flow, settings.unit), Pace::Slow);
    if (alarms.use) {
        messages.add_message("session_volume", volume_text(alarms.use->volume, settings.unit), Pace::Fast);
        // As far as the last reading, so it does not tick by itself.
        const auto lasted = std::chrono::duration_cast<base::Seconds>(alarms.use->end - alarms.use->start);
        messages.add_message("session_duration", std::to_string(lasted.count()), Pace::Fast);
        messages.add_message("last_event_numbers", text_of(use_attributes(*alarms.use, settings)), Pace::Fast);
    }
    if (alarms.use_is) messages.add_message("last_event", std::string(key(*alarms.use_is)), Pace::OnChange);
    return messages.finish();
}

}  // namespace

std::vector<StateMessage> sensor_alarm_messages(const Settings& settings, const base::DeviceId& sensor,
                                                const DeviceAlarms& alarms) {
    return messages_of_water(settings, sensor, alarms, kSensorAlarms);
}

std::vector<StateMessage> meter_alarm_messages(const Settings& settings, const base::DeviceId& meter,
                                               const DeviceAlarms& alarms) {
    return messages_of_water(settings, meter, alarms, kMeterAlarms);
}

std::vector<StateMessage> puck_alarm_messages(const Settings& settings, const base::DeviceId& puck,
                                              const DeviceAlarms& alarms) {
    AlarmMessages messages(settings, puck, alarms);
    for (const AlarmEntity& entity : kPuckAlarms) messages.add_entity(entity);
    return messages.finish();
}

std::vector<StateMessage> bridge_alarm_messages(const Settings& settings, const base::DeviceId& bridge,
                                                const DeviceAlarms& alarms) {
    AlarmMessages messages(settings, bridge, alarms);
    for (const AlarmEntity& entity : kBridgeAlarms) messages.add_entity(entity);
    return messages.finish();
}

std::vector<StateMessage> house_alarm_messages(const Settings& settings, const ports::AlarmState& state,
                                               std::optional<bool> notifications) {
    std::vector<StateMessage> messages;
    messages.push_back(kept(house_topic(settings, kMode), std::string(detect::name(state.mode))));
    messages.push_back(kept(house_topic(settings, kIrrigation), on_off(state.irrigation_active)));
    for (const RuleLimit& limit : rule_limits()) {
        messages.push_back(kept(house_topic(settings, limit.key), limit_text(limit, state.rules, settings.unit)));
    }
    if (notifications) messages.push_back(kept(house_topic(settings, kNotifications), on_off(*notifications)));
    return messages;
}

std::optional<Message> alert_message(const Settings& settings, const detect::AlarmEvent& event) {
    const std::string_view type = detect::name(event.change);
    if (std::find(std::begin(kAlertTypes), std::end(kAlertTypes), type) == std::end(kAlertTypes)) return std::nullopt;
    Json payload{{"event_type", type}, {"at", settings.zone.rfc3339(event.at)}, {"by", event.by}};
    payload.update(incident_attributes(event.incident, settings));
    return alert(settings, event.incident.device, payload);
}

Message test_alert_message(const Settings& settings, const base::DeviceId& device, base::WallTime now) {
    return alert(settings, device,
                 Json{{"event_type", "test"},
                      {"at", settings.zone.rfc3339(now)},
                      {"title", "Test"},
                      {"sentence", "This is a test; nothing is wrong."}});
}

void AlarmPlanner::plan_device(const base::DeviceId& id, DeviceAlarms alarms, Builder build, base::SteadyTime now,
                               std::vector<Message>& messages) {
    Record& record = records_[id];
    const bool is_new = record.build != build;
    if (is_new) {
        // It may have been a device of another kind, with other alarms.
        empty_topics(record.sent, messages);
        record = {};
        record.build = build;
    }
    if (is_new || record.alarms != alarms || (record.due && now >= *record.due)) {
        const bool same = same_alarms(record.alarms, alarms);
        record.alarms = std::move(alarms);
        std::vector<StateMessage> candidates = build(settings_, id, record.alarms);
        candidates.front().at_once = !same;
        record.due = choose_new(std::move(candidates), record.sent, now, messages);
    }
    due_ = earlier(due_, record.due);
}

std::vector<Message> AlarmPlanner::plan(const ports::AlarmState& state, const ports::LiveState& live,
                                        std::optional<bool> notifications, base::SteadyTime now) {
    std::vector<Message> messages;
    due_ = choose_new(house_alarm_messages(settings_, state, notifications), house_sent_, now, messages);
    std::unordered_map<base::DeviceId, DeviceAlarms> by_device;
    for (const Incident& incident : state.incidents) {
        if (incident.open()) by_device[incident.device].incidents.push_back(incident);
    }
    for (const ports::SensorWatch& watch : state.sensors) {
        DeviceAlarms& alarms = by_device[watch.sensor];
        alarms.use = watch.use;
        alarms.use_is = watch.use_may_be ? std::optional(watch.use_may_be->category) : watch.last_use;
        alarms.base_flow = watch.base_flow;
        // What holds without an incident was muted, switched off, or said to be no leak.
        const bool water = std::any_of(alarms.incidents.begin(), alarms.incidents.end(),
                                       [](const Incident& i) { return detect::is_water(i.finding.rule); });
        if (!water) continue;
        std::copy_if(watch.pending.begin(), watch.pending.end(), std::back_inserter(alarms.holding),
                     [](const Finding& finding) { return finding.holds() && detect::is_water(finding.rule); });
    }
    for (const ports::LiveBridge& bridge : live.bridges) {
        plan_device(bridge.id, by_device[bridge.id], bridge_alarm_messages, now, messages);
    }
    for (const ports::LiveSensor& sensor : live.sensors) {
        DeviceAlarms alarms = by_device[sensor.id];
        // Whichever end of the radio link tells that it is lost, the link is the sensor's.
        if (sensor.bridge) {
            for (const Incident& incident : by_device[*sensor.bridge].incidents) {
                if (incident.finding.rule == Rule::RadioLost) alarms.incidents.push_back(incident);
            }
        }
        const Builder build = sensor.says ? meter_alarm_messages : sensor_alarm_messages;
        plan_device(sensor.id, std::move(alarms), build, now, messages);
    }
    for (const ports::LivePuck& puck : live.pucks) {
        plan_device(puck.id, by_device[puck.id], puck_alarm_messages, now, messages);
    }
    std::erase_if(records_, [&live, &messages](const auto& known) {
        const base::DeviceId& id = known.first;
        const bool gone = !has_device(live.bridges, id) && !has_device(live.sensors, id) && !has_device(live.pucks, id);
        if (gone) empty_topics(known.second.sent, messages);
        return gone;
    });
    return messages;
}

void AlarmPlanner::forget() {
    house_sent_.clear();
    records_.clear();
    due_.reset();
}

}  // namespace millrace::publish
