#include "api/rules.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "api/parameters.h"
#include "api/quantity.h"
#include "api/routes.h"
#include "api/week.h"
#include "detect/limit_range.h"

namespace millrace::api {
namespace {

using detect::Rule;
using Limits = detect::Settings;  // this room has Settings of its own

double minutes(base::Seconds duration) {
    return static_cast<double>(duration.count()) / 60;
}

Json minutes_or_null(const std::optional<base::Seconds>& duration) {
    return duration ? Json(minutes(*duration)) : Json(nullptr);
}

Json litres_or_null(const std::optional<base::Volume>& volume) {
    return volume ? Json(shown(*volume, base::VolumeUnit::Litre)) : Json(nullptr);
}

Json settings_json(const Limits& settings) {
    Json off = Json::array();
    for (const Rule rule : settings.off) off.push_back(detect::name(rule));
    Json irrigation = Json::array();
    for (const auto& window : settings.irrigation) irrigation.push_back(window_json(window));
    Json modes = Json::array();
    for (const auto& window : settings.modes) {
        Json entry{{"mode", detect::name(window.mode)}};
        entry.update(window_json(window.when));
        modes.push_back(std::move(entry));
    }
    return Json{
        {"burst_litres_per_minute",
         settings.burst_rate ? Json(shown(*settings.burst_rate, base::VolumeUnit::Litre)) : Json(nullptr)},
        {"burst_after_minutes", minutes_or_null(settings.burst_after)},
        {"continuous_after_minutes", minutes_or_null(settings.continuous_after)},
        {"away_after_minutes", minutes(settings.away_after)},
        {"sensor_silent_after_minutes", minutes(settings.sensor_silent_after)},
        {"bridge_offline_after_minutes", minutes(settings.bridge_offline_after)},
        {"battery_low_mv", settings.battery_low_mv},
        {"budget_day_litres", litres_or_null(settings.budget_day)},
        {"budget_week_litres", litres_or_null(settings.budget_week)},
        {"budget_month_litres", litres_or_null(settings.budget_month)},
        {"off", std::move(off)},
        {"irrigation", std::move(irrigation)},
        {"modes", std::move(modes)},
    };
}

// Where the limit of a rule comes from as far as settings tell; what is learned, each pending finding tells.
std::string_view limit_source(Rule rule, const Limits& settings) {
    const Limits first;
    const auto owner_or = [](bool set, std::string_view otherwise) { return set ? "owner" : otherwise; };
    switch (rule) {
        case Rule::Burst: return owner_or(settings.burst_rate || settings.burst_after, "learned");
        case Rule::ContinuousFlow: return owner_or(settings.continuous_after.has_value(), "learned");
        case Rule::AwayUse: return owner_or(settings.away_after != first.away_after, "fixed");
        case Rule::SensorSilent: return owner_or(settings.sensor_silent_after != first.sensor_silent_after, "fixed");
        case Rule::BridgeOffline: return owner_or(settings.bridge_offline_after != first.bridge_offline_after, "fixed");
        case Rule::BatteryLow: return owner_or(settings.battery_low_mv != first.battery_low_mv, "fixed");
        case Rule::BudgetDay: return owner_or(settings.budget_day.has_value(), "none");
        case Rule::BudgetWeek: return owner_or(settings.budget_week.has_value(), "none");
        case Rule::BudgetMonth: return owner_or(settings.budget_month.has_value(), "none");
        case Rule::SlowLeak:
        case Rule::RunningToilet:
        case Rule::LongUse:
        case Rule::SprinklerZone: return "learned";
        default: return "fixed";
    }
}

Json rule_list(const Limits& settings) {
    Json list = Json::array();
    for (const Rule rule : detect::kRules) {
        const bool off = std::find(settings.off.begin(), settings.off.end(), rule) != settings.off.end();
        list.push_back(Json{{"rule", detect::name(rule)},
                            {"water", detect::is_water(rule)},
                            {"severity", detect::name(detect::severity_of(rule))},
                            {"on", !off},
                            {"limit_source", limit_source(rule, settings)}});
    }
    return list;
}

// Reads limits into settings, where null is the value that settings begin with.
class Reader {
public:
    explicit Reader(Body& body) : body_(body) {}

    template <typename T, typename Made>
    void number(std::string_view name, const detect::LimitRange& range, T& value, const T& first, Made made) {
        if (body_.is_null(name)) value = first;
        if (const auto given = body_.number(name, range.least, range.most)) value = made(*given);
    }
    template <typename T>
    void minutes(std::string_view name, const detect::LimitRange& range, T& value, const T& first) {
        number(name, range, value, first, [](double given) { return base::Seconds{std::llround(given * 60)}; });
    }
    void litres(std::string_view name, const detect::LimitRange& range, std::optional<base::Volume>& value) {
        number(name, range, value, {}, [](double given) { return base::Volume{std::llround(given * 1e6)}; });
    }

private:
    Body& body_;
};

std::string all_rules() {
    std::string list;
    for (const Rule rule : detect::kRules) list.append(list.empty() ? "" : ", ").append(detect::name(rule));
    return list;
}

void read_off(Body& body, Limits& settings) {
    if (body.is_null("off")) settings.off.clear();
    const Json* list = body.list("off", std::size(detect::kRules));
    if (list == nullptr) return;
    settings.off.clear();
    for (std::size_t i = 0; i < list->size(); ++i) {
        const auto* text = (*list)[i].get_ptr<const std::string*>();
        const auto rule = text == nullptr ? std::nullopt : detect::rule_by_name(*text);
        if (!rule) return body.refuse("off[" + std::to_string(i) + "]", "must be one of " + all_rules());
        if (std::find(settings.off.begin(), settings.off.end(), *rule) == settings.off.end()) {
            settings.off.push_back(*rule);
        }
    }
}

void read_windows(Body& body, Limits& settings) {
    if (body.is_null("irrigation")) settings.irrigation.clear();
    if (const Json* list = body.list("irrigation", kMaxWindows)) {
        settings.irrigation.clear();
        for (std::size_t i = 0; i < list->size(); ++i) {
            const std::string name = "irrigation[" + std::to_string(i) + "]";
            settings.irrigation.push_back(window_from((*list)[i], name, body));
            if ((*list)[i].contains("mode")) body.refuse(name, "has from, to and days, and nothing else");
        }
    }
    if (body.is_null("modes")) settings.modes.clear();
    if (const Json* list = body.list("modes", kMaxWindows)) {
        settings.modes.clear();
        for (std::size_t i = 0; i < list->size(); ++i) {
            const std::string name = "modes[" + std::to_string(i) + "]";
            detect::ModeWindow window;
            window.when = window_from((*list)[i], name, body);
            const Json mode = (*list)[i].is_object() ? (*list)[i].value("mode", Json()) : Json();
            const auto* text = mode.get_ptr<const std::string*>();
            const auto known = text == nullptr ? std::nullopt : detect::mode_by_name(*text);
            if (!known) body.refuse(name + ".mode", "must be one of home, away, vacation");
            window.mode = known.value_or(window.mode);
            settings.modes.push_back(window);
        }
    }
}

void handle_put(const Site& site, ports::Alarms& alarms, const Request& request, const Responder& responder) {
    Body body(request.body);
    const Limits wanted = rules_from(body, alarms.alarms().rules);
    if (auto refusal = body.problem()) return responder.answer(std::move(*refusal));
    alarms.set_rules(
        wanted, while_served(site, [&site, &alarms, responder](base::Result<void, base::Error> done) {
            if (!done) {
                return responder.answer(problem(503, "It could not be kept: " + done.error().message));
            }
            responder.answer(json_response(rules_document(alarms.alarms(), {site.settings.unit, site.settings.zone})));
        }));
}

}  // namespace

detect::Settings rules_from(Body& body, detect::Settings settings) {
    const Limits first;
    Reader read(body);
    // What the config file may say must be taken back here, so that what was read can be written.
    read.number("burst_litres_per_minute", detect::kBurstLitresPerMinute, settings.burst_rate, first.burst_rate,
                [](double litres) { return base::FlowRate{std::llround(litres * 1e6 / 60)}; });
    read.minutes("burst_after_minutes", detect::kBurstAfterMinutes, settings.burst_after, first.burst_after);
    read.minutes("continuous_after_minutes", detect::kContinuousAfterMinutes, settings.continuous_after,
                 first.continuous_after);
    read.minutes("away_after_minutes", detect::kAwayAfterMinutes, settings.away_after, first.away_after);
    read.minutes("sensor_silent_after_minutes", detect::kSensorSilentAfterMinutes, settings.sensor_silent_after,
                 first.sensor_silent_after);
    read.minutes("bridge_offline_after_minutes", detect::kBridgeOfflineAfterMinutes, settings.bridge_offline_after,
                 first.bridge_offline_after);
    read.number("battery_low_mv", detect::kBatteryLowMillivolts, settings.battery_low_mv, first.battery_low_mv,
                [](double millivolts) { return std::llround(millivolts); });
    read.litres("budget_day_litres", detect::kBudgetLitres, settings.budget_day);
    read.litres("budget_week_litres", detect::kBudgetLitres, settings.budget_week);
    read.litres("budget_month_litres", detect::kBudgetLitres, settings.budget_month);
    read_off(body, settings);
    read_windows(body, settings);
    return settings;
}

std::string rules_document(const ports::AlarmState& state, const AlarmView& view) {
    Json sensors = Json::array();
    for (const ports::SensorWatch& watch : state.sensors) {
        Json pending = Json::array();
        for (const detect::Finding& finding : watch.pending) {
            if (!finding.holds()) pending.push_back(finding_json(finding, view));
        }
        sensors.push_back(Json{{"sensor", watch.sensor.text()},
                               {"days_learned", watch.days_learned},
                               {"base_flow_litres_per_minute", shown(watch.base_flow, base::VolumeUnit::Litre)},
                               {"pending", std::move(pending)}});
    }
    return to_text(Json{
        {"settings", settings_json(state.rules)},
        {"rules", rule_list(state.rules)},
        {"unit", name(view.unit)},
        {"flow_unit", flow_unit(view.unit)},
        {"sensors", std::move(sensors)},
    });
}

void add_rule_routes(Router& router, const Site& site) {
    router.add(
        Method::Get, "/api/v1/rules",
        with_alarms(site, [&site](ports::Alarms& alarms, const Request& request, const Responder& responder) {
            Parameters parameters(request);
            if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
            responder.answer(json_response(rules_document(alarms.alarms(), {site.settings.unit, site.settings.zone})));
        }));
    router.add(Method::Put, "/api/v1/rules",
               with_alarms(site, [&site](ports::Alarms& alarms, const Request& request,
                                         const Responder& responder) { handle_put(site, alarms, request, responder); }),
               access::Scope::Admin);
}

}  // namespace millrace::api
