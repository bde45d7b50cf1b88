#include "detect/wording.h"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace millrace::detect {
namespace {

using base::Milliseconds;
using base::WallTime;

// Whether a house may teach the rule another limit.
bool is_learned(Rule rule) {
    return is_water(rule) && rule != Rule::AwayUse && rule != Rule::RunningToilet && rule != Rule::ImpossibleFlow;
}

// Enough digits to tell a drip from a trickle, and no more: 0.02, 0.1, 6.4, 85.
std::string number(double value) {
    const double size = value < 0 ? -value : value;
    const int decimals = size >= 20 ? 0 : size >= 1 ? 1 : size >= 0.1 ? 2 : 3;
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    std::string trimmed = text.data();
    if (trimmed.find('.') != std::string::npos) {
        trimmed.erase(trimmed.find_last_not_of('0') + 1);
        if (trimmed.back() == '.') trimmed.pop_back();
    }
    return trimmed == "-0" ? "0" : trimmed;
}

bool metric(const Wording& w) {
    return w.unit == base::VolumeUnit::Litre;
}

std::string volume_text(base::Volume volume, const Wording& w) {
    return metric(w) ? number(base::to_litres(volume)) + " L" : number(base::to_gallons(volume)) + " gal";
}

std::string rate_text(base::FlowRate rate, const Wording& w) {
    return metric(w) ? number(base::to_litres_per_minute(rate)) + " L/min"
                     : number(base::to_gallons_per_minute(rate)) + " gal/min";
}

std::string quantity(Measure measure, std::int64_t value, const Wording& w) {
    switch (measure) {
        case Measure::Duration: return duration_text(Milliseconds{value});
        case Measure::Flow: return rate_text({value}, w);
        case Measure::Amount: return volume_text({value}, w);
        case Measure::Count: return value == 1 ? "once" : std::to_string(value) + " times";
        case Measure::Millivolts: {
            std::array<char, 32> text{};
            std::snprintf(text.data(), text.size(), "%.2f V", static_cast<double>(value) / 1'000);
            return text.data();
        }
        case Measure::Percent: return std::to_string(value) + " %";
        case Measure::None: break;
    }
    return "";
}

// "02:10", with the day when that is not the day of `seen_at`.
std::string clock_text(WallTime time, WallTime seen_at, const Wording& w) {
    static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    constexpr std::size_t kDateDigits = 10;  // of 2026-11-23T02:10:00
    const std::string local = w.zone.rfc3339(time);
    const std::string clock = local.substr(kDateDigits + 1, 5);
    if (local.compare(0, kDateDigits, w.zone.rfc3339(seen_at), 0, kDateDigits) == 0) return clock;
    const int month = (local[5] - '0') * 10 + (local[6] - '0');
    const std::size_t day = local[8] == '0' ? 9 : 8;
    return local.substr(day, kDateDigits - day) + " " + kMonths.at(static_cast<std::size_t>(month - 1)) + ", " + clock;
}

std::string since_text(const Finding& finding, const Wording& w) {
    return "since " + clock_text(finding.since, finding.at, w);
}

std::string days_text(int days) {
    return days == 1 ? "day" : std::to_string(days) + " days";
}

// ": 6.4 gal since 02:10, 0.1 gal/min on average, never under 0.05 gal/min"
std::string water_text(const Finding& finding, const Wording& w) {
    std::string text = volume_text(finding.volume, w) + " " + since_text(finding, w);
    if (finding.rate.microlitres_per_second > 0) text += ", " + rate_text(finding.rate, w) + " on average";
    if (finding.at_least.microlitres_per_second > 0) text += ", never under " + rate_text(finding.at_least, w);
    return text;
}

Milliseconds length(const Finding& finding) {
    return finding.at > finding.since ? finding.at - finding.since : Milliseconds{0};
}

// Where the limit comes from, as the end of a sentence: "; in this house it rested within 38 min on each of the …".
std::string limit_text(const Finding& finding, const Wording& w) {
    if (finding.measure == Measure::None) return ".";
    const std::string limit = quantity(finding.measure, finding.limit, w);
    const std::string usual = quantity(finding.measure, finding.usual, w);
    const bool rests = finding.rule == Rule::ContinuousFlow || finding.rule == Rule::SlowLeak;
    const std::string known =
        rests && finding.measure == Measure::Duration
            ? "in this house it rested within " + usual + " on each of the last " + days_text(finding.learned_days)
            : "the most here in the last " + days_text(finding.learned_days) + " was " + usual;
    const bool is_known = finding.usual > 0 && finding.learned_days > 0;
    switch (finding.source) {
        case LimitSource::Fallback:
            if (!is_learned(finding.rule)) return "; the limit is " + limit + ".";
            return "; the limit is " + limit + ", as in every house until this one is known.";
        case LimitSource::Learned:
            if (is_known) return "; " + known + ", and the limit learned from that is " + limit + ".";
            return "; the limit, learned over " + days_text(finding.learned_days) + ", is " + limit + ".";
        case LimitSource::Owner: return "; the limit you set is " + limit + ".";
        case LimitSource::Floor:
            return "; the limit is " + limit + ", the lowest that is used" + (is_known ? ": " + known : "") + ".";
    }
    return ".";
}

std::string detail_text(const Finding& finding) {
    return finding.detail.empty() ? "" : " (" + finding.detail + ")";
}

std::string water_sentence(const Finding& finding, const Wording& w) {
    const std::string length_text = duration_text(length(finding));
    const std::string observed = quantity(finding.measure, finding.observed, w);
    const std::string water = water_text(finding, w) + detail_text(finding) + limit_text(finding, w);
    switch (finding.rule) {
        case Rule::Burst: return "Far more water runs than usual, for " + length_text + ": " + water;
        case Rule::ContinuousFlow: return "Water has not rested for " + length_text + ": " + water;
        case Rule::SlowLeak: return "A trickle has not rested for " + length_text + ": " + water;
        case Rule::RunningToilet: {
            const std::string often = finding.measure == Measure::Count ? " " + observed : " over and over";
            return "The same small refill came" + often + " in " + length_text +
                   ", as of a toilet that runs on: " + water;
        }
        case Rule::LongUse: return "One use is larger than usual at this time of day, " + length_text + ": " + water;
        case Rule::AwayUse: return "Water has run for " + length_text + " while nobody is at home: " + water;
        case Rule::SprinklerZone: {
            const std::string takes = observed.empty() ? "more than it used to" : observed + ", more than it used to";
            return "An irrigation run takes " + takes + ": " + water;
        }
        case Rule::ImpossibleFlow:
            if (finding.measure != Measure::Flow) return "The meter's count ran back: " + water;
            return "The sensor reports " + observed + ", more than the meter can pass: " + water;
        default: return "";
    }
}

std::string system_sentence(const Finding& finding, const Wording& w) {
    const std::string since = since_text(finding, w);
    const std::string at = "at " + clock_text(finding.since, finding.at, w) + detail_text(finding);
    const std::string observed = quantity(finding.measure, finding.observed, w);
    const std::string limit = limit_text(finding, w);
    switch (finding.rule) {
        case Rule::SensorSilent:
            // A meter that needs no bridge has a place in its stead.
            return "Nothing was heard of the " + (finding.detail.empty() ? "sensor" : "meter" + detail_text(finding)) +
                   " for " + observed + ", " + since +
                   (finding.detail.empty() ? ", though its bridge is connected" : "") + limit +
                   " Leaks cannot be seen meanwhile.";
        case Rule::BridgeOffline:
            return "The bridge has been offline for " + observed + ", " + since + limit +
                   " Leaks cannot be seen meanwhile.";
        case Rule::RadioLost:
            return "The bridge lost the radio link to its sensor " + at + ". Leaks cannot be seen meanwhile.";
        case Rule::DeviceMoved:
            return "The sensor was moved, it says, " + at + ". If that was nobody of the house, look after it.";
        case Rule::BatteryLow:
            return "The sensor's batteries are down to " + observed + ", under " +
                   quantity(finding.measure, finding.limit, w) + ". Change them soon.";
        case Rule::BatteryDead: return "The sensor's batteries are dead, it says, " + at + ". Change them.";
        case Rule::DataErased:
            return "The sensor erased what it had stored, it says, " + at + ". Readings from before may be missing.";
        case Rule::ClockMissing:
            return "Messages without a time of their own came" + (observed.empty() ? "" : " " + observed) +
                   " in the last hour, " + since + limit + " The time of arrival is used for them.";
        default: return "";
    }
}

// Of pucks, the detail is where they lie.
std::string puck_sentence(const Finding& finding, const Wording& w) {
    const std::string puck = "leak puck" + detail_text(finding);
    const std::string since = since_text(finding, w);
    const std::string observed = quantity(finding.measure, finding.observed, w);
    switch (finding.rule) {
        case Rule::PuckWet: return "The " + puck + " feels water, " + since + ". Look after it at once.";
        case Rule::PuckSilent:
            return "Nothing was heard of the " + puck + " for " + observed + ", " + since + limit_text(finding, w) +
                   " It cannot tell of water meanwhile.";
        case Rule::PuckBattery:
            if (finding.measure == Measure::None)
                return "The battery of the " + puck + " is low, it says. Change it soon.";
            return "The battery of the " + puck + " is down to " + observed + ". Change it soon.";
        default: return "";
    }
}

// "The day's water", not "today's": it is read later, too.
std::string budget_sentence(const Finding& finding, const Wording& w) {
    const std::string period = finding.rule == Rule::BudgetDay    ? "day"
                               : finding.rule == Rule::BudgetWeek ? "week"
                                                                  : "month";
    const std::string reached =
        "The " + period + "'s water has reached " + volume_text({finding.observed}, w) + " " + since_text(finding, w);
    const std::string budget = "the budget of a " + period + ", " + volume_text({finding.limit}, w);
    if (finding.observed >= finding.limit) return reached + ": " + budget + ", is used up.";
    // Rounded down, for what is not used up is not 100 %.
    const double share = static_cast<double>(finding.observed) / static_cast<double>(finding.limit);
    return reached + ": " + std::to_string(static_cast<int>(share * 100)) + " % of " + budget + ".";
}

}  // namespace

std::string title(Rule rule) {
    switch (rule) {
        case Rule::Burst: return "Burst";
        case Rule::ContinuousFlow: return "Continuous flow";
        case Rule::SlowLeak: return "Slow leak";
        case Rule::RunningToilet: return "Running toilet";
        case Rule::LongUse: return "Unusually large use";
        case Rule::AwayUse: return "Water while away";
        case Rule::SprinklerZone: return "Sprinkler zone over its usual";
        case Rule::ImpossibleFlow: return "Impossible flow";
        case Rule::SensorSilent: return "Sensor silent";
        case Rule::BridgeOffline: return "Bridge offline";
        case Rule::RadioLost: return "Radio link lost";
        case Rule::DeviceMoved: return "Sensor moved";
        case Rule::BatteryLow: return "Battery low";
        case Rule::BatteryDead: return "Battery dead";
        case Rule::DataErased: return "Stored data erased";
        case Rule::ClockMissing: return "Clock missing";
        case Rule::PuckWet: return "Water at a leak puck";
        case Rule::PuckSilent: return "Leak puck silent";
        case Rule::PuckBattery: return "Leak puck's battery low";
        case Rule::BudgetDay: return "Budget of the day";
        case Rule::BudgetWeek: return "Budget of the week";
        case Rule::BudgetMonth: return "Budget of the month";
    }
    return "Alarm";
}

std::string sentence(const Finding& finding, const Wording& w) {
    if (is_budget(finding.rule)) return budget_sentence(finding, w);
    if (is_of_pucks(finding.rule)) return puck_sentence(finding, w);
    return is_water(finding.rule) ? water_sentence(finding, w) : system_sentence(finding, w);
}

std::string duration_text(base::Milliseconds duration) {
    // Whole seconds are as exact as anybody wants to read it.
    const std::int64_t seconds = duration.count() < 0 ? 0 : duration.count() / 1'000;
    const std::int64_t minutes = seconds / 60;
    const std::int64_t hours = minutes / 60;
    constexpr std::int64_t kShortMinutes = 10, kLongHours = 48;
    const auto joined = [](std::int64_t large, const char* unit, std::int64_t small, const char* small_unit) {
        std::string text = std::to_string(large) + unit;
        if (small > 0) text += " " + std::to_string(small) + small_unit;
        return text;
    };
    if (minutes == 0) return std::to_string(seconds) + " s";
    if (minutes < kShortMinutes) return joined(minutes, " min", seconds % 60, " s");
    if (hours == 0) return std::to_string(minutes) + " min";
    if (hours < kLongHours) return joined(hours, " h", minutes % 60, " min");
    return joined(hours / 24, " days", hours % 24, " h");
}

}  // namespace millrace::detect
