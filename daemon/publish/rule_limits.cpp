#include "publish/rule_limits.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <type_traits>

#include "publish/units.h"

namespace millrace::publish {
namespace {

using Limits = detect::Settings;  // this room has Settings of its own

double minutes(base::Seconds duration) {
    return static_cast<double>(duration.count()) / 60;
}
base::Seconds seconds(double minutes) {
    return base::Seconds{std::llround(minutes * 60)};
}

template <auto Member>
std::optional<double> get_minutes(const Limits& settings) {
    const auto& value = settings.*Member;
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, base::Seconds>) {
        return minutes(value);
    } else {
        return value ? std::optional(minutes(*value)) : std::nullopt;
    }
}
template <auto Member>
void set_minutes(Limits& settings, std::optional<double> value) {
    const Limits first;
    settings.*Member = first.*Member;
    if (value) settings.*Member = seconds(*value);
}

std::optional<double> get_burst_rate(const Limits& settings) {
    return settings.burst_rate ? std::optional(base::to_litres_per_minute(*settings.burst_rate)) : std::nullopt;
}
void set_burst_rate(Limits& settings, std::optional<double> value) {
    settings.burst_rate = value ? std::optional(base::FlowRate{std::llround(*value * 1e6 / 60)}) : std::nullopt;
}

std::optional<double> get_battery(const Limits& settings) {
    return static_cast<double>(settings.battery_low_mv);
}
void set_battery(Limits& settings, std::optional<double> value) {
    settings.battery_low_mv = value ? std::llround(*value) : Limits{}.battery_low_mv;
}

template <auto Member>
std::optional<double> get_litres(const Limits& settings) {
    const std::optional<base::Volume>& value = settings.*Member;
    return value ? std::optional(base::to_litres(*value)) : std::nullopt;
}
template <auto Member>
void set_litres(Limits& settings, std::optional<double> value) {
    settings.*Member = value ? std::optional(base::Volume{std::llround(*value * 1e6)}) : std::nullopt;
}

constexpr RuleLimit kLimits[kRuleLimits] = {
    {"rules_burst_rate", "Burst from", LimitKind::Flow, detect::kBurstLitresPerMinute, get_burst_rate, set_burst_rate},
    {"rules_burst_minutes", "Burst after", LimitKind::Minutes, detect::kBurstAfterMinutes,
     get_minutes<&Limits::burst_after>, set_minutes<&Limits::burst_after>},
    {"rules_continuous_minutes", "Continuous flow after", LimitKind::Minutes, detect::kContinuousAfterMinutes,
     get_minutes<&Limits::continuous_after>, set_minutes<&Limits::continuous_after>},
    {"rules_away_minutes", "Water while away after", LimitKind::Minutes, detect::kAwayAfterMinutes,
     get_minutes<&Limits::away_after>, set_minutes<&Limits::away_after>},
    {"rules_sensor_silent_minutes", "Sensor silent after", LimitKind::Minutes, detect::kSensorSilentAfterMinutes,
     get_minutes<&Limits::sensor_silent_after>, set_minutes<&Limits::sensor_silent_after>},
    {"rules_bridge_offline_minutes", "Bridge offline after", LimitKind::Minutes, detect::kBridgeOfflineAfterMinutes,
     get_minutes<&Limits::bridge_offline_after>, set_minutes<&Limits::bridge_offline_after>},
    {"rules_battery_low_mv", "Battery low below", LimitKind::Millivolts, detect::kBatteryLowMillivolts, get_battery,
     set_battery},
    {"budget_day", "Budget of the day", LimitKind::Volume, detect::kBudgetLitres, get_litres<&Limits::budget_day>,
     set_litres<&Limits::budget_day>},
    {"budget_week", "Budget of the week", LimitKind::Volume, detect::kBudgetLitres, get_litres<&Limits::budget_week>,
     set_litres<&Limits::budget_week>},
    {"budget_month", "Budget of the month", LimitKind::Volume, detect::kBudgetLitres, get_litres<&Limits::budget_month>,
     set_litres<&Limits::budget_month>},
};

// What one of the unit shown is in litres, litres a minute, minutes or millivolts.
double factor(const RuleLimit& limit, base::VolumeUnit unit) {
    if (limit.kind == LimitKind::Volume) return base::litres_per(unit);
    const bool gallons = limit.kind == LimitKind::Flow && unit_names(unit).flow == "gal/min";
    return gallons ? base::kLitresPerGallon : 1;
}

std::string short_text(double value) {
    std::string text = decimal(value, 3);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

}  // namespace

const RuleLimit (&rule_limits())[kRuleLimits] {
    return kLimits;
}

std::string_view unit_name(const RuleLimit& limit, base::VolumeUnit unit) {
    switch (limit.kind) {
        case LimitKind::Minutes: return "min";
        case LimitKind::Flow: return unit_names(unit).flow;
        case LimitKind::Millivolts: return "mV";
        case LimitKind::Volume: return unit_names(unit).volume;
    }
    return "";
}

std::string limit_text(const RuleLimit& limit, const Limits& rules, base::VolumeUnit unit) {
    const auto value = limit.get(rules);
    return value ? short_text(*value / factor(limit, unit)) : std::string(kNoNumber);
}

detect::LimitRange shown_range(const RuleLimit& limit, base::VolumeUnit unit) {
    constexpr double kDigits = 1e3;
    const double one = factor(limit, unit);
    return {std::floor(limit.range.least / one * kDigits) / kDigits,
            std::ceil(limit.range.most / one * kDigits) / kDigits};
}

std::optional<WantedLimit> parse_limit(const RuleLimit& limit, std::string_view payload, base::VolumeUnit unit) {
    if (payload == kNoNumber) return WantedLimit{};
    double value = 0;
    const auto [end, error] = std::from_chars(payload.data(), payload.data() + payload.size(), value);
    if (error != std::errc{} || end != payload.data() + payload.size() || !std::isfinite(value)) return std::nullopt;
    const detect::LimitRange shown = shown_range(limit, unit);
    if (value < shown.least || value > shown.most) return std::nullopt;
    return WantedLimit{std::clamp(value * factor(limit, unit), limit.range.least, limit.range.most)};
}

}  // namespace millrace::publish
