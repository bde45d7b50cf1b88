#include "detect/rule.h"

#include <algorithm>
#include <iterator>

namespace millrace::detect {

std::string_view name(Rule rule) {
    switch (rule) {
        case Rule::Burst: return "burst";
        case Rule::ContinuousFlow: return "continuous_flow";
        case Rule::SlowLeak: return "slow_leak";
        case Rule::RunningToilet: return "running_toilet";
        case Rule::LongUse: return "long_use";
        case Rule::AwayUse: return "away_use";
        case Rule::SprinklerZone: return "sprinkler_zone";
        case Rule::ImpossibleFlow: return "impossible_flow";
        case Rule::SensorSilent: return "sensor_silent";
        case Rule::BridgeOffline: return "bridge_offline";
        case Rule::RadioLost: return "radio_lost";
        case Rule::DeviceMoved: return "device_moved";
        case Rule::BatteryLow: return "battery_low";
        case Rule::BatteryDead: return "battery_dead";
        case Rule::DataErased: return "data_erased";
        case Rule::ClockMissing: return "clock_missing";
        case Rule::PuckWet: return "puck_wet";
        case Rule::PuckSilent: return "puck_silent";
        case Rule::PuckBattery: return "puck_battery";
        case Rule::BudgetDay: return "budget_day";
        case Rule::BudgetWeek: return "budget_week";
        case Rule::BudgetMonth: return "budget_month";
    }
    return "unknown";
}

std::optional<Rule> rule_by_name(std::string_view text) {
    const auto found =
        std::find_if(std::begin(kRules), std::end(kRules), [&](Rule rule) { return name(rule) == text; });
    return found == std::end(kRules) ? std::nullopt : std::optional(*found);
}

std::string_view name(Severity severity) {
    switch (severity) {
        case Severity::Info: return "info";
        case Severity::Warning: return "warning";
        case Severity::Critical: return "critical";
    }
    return "unknown";
}

std::optional<Severity> severity_by_name(std::string_view text) {
    for (const Severity severity : {Severity::Info, Severity::Warning, Severity::Critical}) {
        if (name(severity) == text) return severity;
    }
    return std::nullopt;
}

Severity severity_of(Rule rule) {
    switch (rule) {
        case Rule::Burst:
        case Rule::AwayUse:
        case Rule::DeviceMoved:
        case Rule::PuckWet:
        case Rule::BatteryDead: return Severity::Critical;
        case Rule::LongUse: return Severity::Info;
        default: return Severity::Warning;
    }
}

}  // namespace millrace::detect
