// What may be wrong, with the water and with the system: the rules by name, and how grave each is.
//
// Values only; any thread. The numbers are stored.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace::detect {

enum class Rule : std::uint8_t {
    // Water. All of one sensor tell of the same water and share an incident.
    Burst = 1,           // far more at once, for longer, than the house ever uses
    ContinuousFlow = 2,  // water that does not rest
    SlowLeak = 3,        // a trickle that does not rest: under a twentieth of a gallon a minute
    RunningToilet = 4,   // alike small refills, over and over
    LongUse = 5,         // a use larger than any usual one at this time of day
    AwayUse = 6,         // water that is no learned schedule while nobody is at home
    SprinklerZone = 7,   // a learned irrigation that takes much more than it used to
    ImpossibleFlow = 8,  // more than the meter can pass, or a total that ran back
    // System. Each is an incident of its own.
    SensorSilent = 32,
    BridgeOffline = 33,
    RadioLost = 34,
    DeviceMoved = 35,
    BatteryLow = 36,
    BatteryDead = 37,
    DataErased = 38,
    ClockMissing = 39,
    // Leak pucks, which feel water where none should be. Each is an incident of its own.
    PuckWet = 48,
    PuckSilent = 49,
    PuckBattery = 50,
    // Budgets of the owner, for the local day, week and month. Each is an incident of its own, and no leak: whoever has
    // a valve closed by leaks does not want to be without water because it was much.
    BudgetDay = 64,
    BudgetWeek = 65,
    BudgetMonth = 66,
};

inline constexpr Rule kRules[] = {Rule::Burst,        Rule::ContinuousFlow, Rule::SlowLeak,      Rule::RunningToilet,
                                  Rule::LongUse,      Rule::AwayUse,        Rule::SprinklerZone, Rule::ImpossibleFlow,
                                  Rule::SensorSilent, Rule::BridgeOffline,  Rule::RadioLost,     Rule::DeviceMoved,
                                  Rule::BatteryLow,   Rule::BatteryDead,    Rule::DataErased,    Rule::ClockMissing,
                                  Rule::PuckWet,      Rule::PuckSilent,     Rule::PuckBattery,   Rule::BudgetDay,
                                  Rule::BudgetWeek,   Rule::BudgetMonth};

enum class Severity : std::uint8_t { Info = 1, Warning = 2, Critical = 3 };

[[nodiscard]] constexpr bool is_water(Rule rule) {
    return static_cast<std::uint8_t>(rule) < static_cast<std::uint8_t>(Rule::SensorSilent);
}

[[nodiscard]] constexpr bool is_budget(Rule rule) {
    return rule == Rule::BudgetDay || rule == Rule::BudgetWeek || rule == Rule::BudgetMonth;
}

[[nodiscard]] constexpr bool is_of_pucks(Rule rule) {
    return rule == Rule::PuckWet || rule == Rule::PuckSilent || rule == Rule::PuckBattery;
}

// Whether what it finds has a volume of water.
[[nodiscard]] constexpr bool has_volume(Rule rule) {
    return is_water(rule) || is_budget(rule);
}

// "burst", "continuous_flow", … as in the API, MQTT and the store's JSON.
[[nodiscard]] std::string_view name(Rule rule);
[[nodiscard]] std::optional<Rule> rule_by_name(std::string_view name);
// "info", "warning", "critical".
[[nodiscard]] std::string_view name(Severity severity);
[[nodiscard]] std::optional<Severity> severity_by_name(std::string_view name);
[[nodiscard]] Severity severity_of(Rule rule);

}  // namespace millrace::detect
