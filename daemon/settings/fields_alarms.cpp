// When there is an alarm.
#include <algorithm>

#include "settings/field_groups.h"
#include "settings/week_text.h"

namespace millrace::settings {
namespace {

base::Seconds seconds(const Value& span) {
    return std::chrono::duration_cast<base::Seconds>(base::Milliseconds{span.integer});
}

std::string span_text(base::Seconds span) {
    return std::to_string(span.count()) + " s";
}

// A budget; `Member` is where it goes.
template <auto Member>
Field budget(std::string_view key, std::string_view help) {
    return {key, ValueType::Volume, {1, 1'000'000, {}}, "", help, [](Draft& d, const Value& v) {
                d.settings.alarms.*Member = base::Volume{v.integer};
            }};
}

template <typename Parse>
std::string each_is(const Value& value, Parse parse, std::string_view wanted) {
    for (const std::string& text : value.list) {
        if (!parse(text)) return "\"" + text.substr(0, 60) + "\" is not " + std::string(wanted);
    }
    return {};
}

}  // namespace

std::string check_rules(const Value& value) {
    std::string known;
    for (const detect::Rule rule : detect::kRules) known += (known.empty() ? "" : ", ") + std::string(name(rule));
    return each_is(value, detect::rule_by_name, "a rule; these are: " + known);
}

std::vector<detect::Rule> rules_of(const Value& value) {
    std::vector<detect::Rule> rules;
    for (const std::string& text : value.list) {
        const auto rule = detect::rule_by_name(text);
        if (rule && std::find(rules.begin(), rules.end(), *rule) == rules.end()) rules.push_back(*rule);
    }
    return rules;
}

std::vector<Field> alarm_fields() {
    constexpr double kDay = 86'400;
    return {
        {"alarms.burst_rate",
         ValueType::Flow,
         {1, 1'000, {}},
         "",
         "So much water at once is a burst. Without it: learned from the house's own peaks.",
         [](Draft& d, const Value& v) { d.settings.alarms.burst_rate = base::FlowRate{v.integer}; }},
        {"alarms.burst_after",
         ValueType::Span,
         {10, 3'600, {}},
         "",
         "For how long. Without it: learned.",
         [](Draft& d, const Value& v) { d.settings.alarms.burst_after = seconds(v); }},
        {"alarms.continuous_after",
         ValueType::Span,
         {600, 2 * kDay, {}},
         "",
         "For how long water may run without a rest. Without it: learned.",
         [](Draft& d, const Value& v) { d.settings.alarms.continuous_after = seconds(v); }},
        {"alarms.away_after",
         ValueType::Span,
         {10, 3'600, {}},
         "",
         "For how long a trickle may run while nobody is at home. A quarter of a litre at once is an alarm however "
         "short.",
         [](Draft& d, const Value& v) { d.settings.alarms.away_after = seconds(v); },
         [](const Settings& s) { return span_text(s.alarms.away_after); }},
        budget<&detect::Settings::budget_day>(
            "alarms.budget_day",
            "What each sensor's meter may pass in a local day, such as `500 l`: told of from three quarters of it on, "
            "and when it is used up. No leak. Without it: no alarm."),
        budget<&detect::Settings::budget_week>("alarms.budget_week", "The same for a week, from Monday."),
        budget<&detect::Settings::budget_month>("alarms.budget_month", "The same for a calendar month."),
        {.key = "alarms.off",
         .type = ValueType::Texts,
         .help =
             "Rules that are not to give an alarm, by name: `burst`, `continuous_flow`, `slow_leak`, "
             "`running_toilet`, `long_use`, `away_use`, `sprinkler_zone`, `impossible_flow`, `sensor_silent`, "
             "`bridge_offline`, `radio_lost`, `device_moved`, `battery_low`, `battery_dead`, `data_erased`, "
             "`clock_missing`, `puck_wet`, `puck_silent`, `puck_battery`, `budget_day`, `budget_week`, `budget_month`.",
         .store = [](Draft& d, const Value& v) { d.settings.alarms.off = rules_of(v); },
         .fallback = [](const Settings&) -> std::string { return "[]"; },
         .check = check_rules},
        {.key = "alarms.irrigation",
         .type = ValueType::Texts,
         .help = "When the sprinklers run, such as `[\"Mon,Wed,Fri 05:00-07:30\"]`; days may be left out. What they do "
                 "regularly is learned without it.",
         .store =
             [](Draft& d, const Value& v) {
                 d.settings.alarms.irrigation.clear();
                 for (const std::string& text : v.list) {
                     if (const auto window = week_window(text)) d.settings.alarms.irrigation.push_back(*window);
                 }
             },
         .fallback = [](const Settings&) -> std::string { return "[]"; },
         .check = [](const Value& v) { return each_is(v, week_window, kWindowWanted); }},
        {.key = "alarms.modes",
         .type = ValueType::Texts,
         .help = "The mode by the clock, such as `[\"away Mon-Fri 08:30-16:00\"]`: `home`, `away` or `vacation`, then "
                 "days and times. Outside of them: `home`. A mode that somebody chose goes first.",
         .store =
             [](Draft& d, const Value& v) {
                 d.settings.alarms.modes.clear();
                 for (const std::string& text : v.list) {
                     if (const auto window = mode_window(text)) d.settings.alarms.modes.push_back(*window);
                 }
             },
         .fallback = [](const Settings&) -> std::string { return "[]"; },
         .check =
             [](const Value& v) {
                 return each_is(v, mode_window, "home, away or vacation and " + std::string(kWindowWanted));
             }},
        {"alarms.sensor_silent_after",
         ValueType::Span,
         {900, 7 * kDay, {}},
         "",
         "A healthy sensor reports every ten minutes.",
         [](Draft& d, const Value& v) { d.settings.alarms.sensor_silent_after = seconds(v); },
         [](const Settings& s) { return span_text(s.alarms.sensor_silent_after); }},
        {"alarms.bridge_offline_after",
         ValueType::Span,
         {60, 7 * kDay, {}},
         "",
         "A bridge that lost its connection is usually back within a minute.",
         [](Draft& d, const Value& v) { d.settings.alarms.bridge_offline_after = seconds(v); },
         [](const Settings& s) { return span_text(s.alarms.bridge_offline_after); }},
        {"alarms.battery_low_mv",
         ValueType::Integer,
         {1'800, 3'200, {}},
         "mV",
         "Two fresh alkaline cells have 3100.",
         [](Draft& d, const Value& v) { d.settings.alarms.battery_low_mv = v.integer; },
         [](const Settings& s) { return std::to_string(s.alarms.battery_low_mv); }},
    };
}

}  // namespace millrace::settings
