// The limits of rules that Home Assistant shows as numbers: their keys, ranges, and how they are read and set.
//
// A limit that is learned has no number, nor has a budget that is not set; MQTT says "None" for it, and takes "None" to
// give a limit back to what is learned, or to take a budget away. Values only; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/units.h"
#include "detect/limit_range.h"
#include "detect/settings.h"

namespace millrace::publish {

enum class LimitKind : std::uint8_t { Minutes, Flow, Millivolts, Volume };

struct RuleLimit {
    std::string_view key;
    std::string_view name;
    LimitKind kind;
    detect::LimitRange range;  // in minutes, litres a minute, millivolts, litres
    std::optional<double> (*get)(const detect::Settings&);
    void (*set)(detect::Settings&, std::optional<double>);  // nothing: as it is without a choice
};

inline constexpr std::size_t kRuleLimits = 10;
[[nodiscard]] const RuleLimit (&rule_limits())[kRuleLimits];

inline constexpr std::string_view kNoNumber = "None";

[[nodiscard]] std::string_view unit_name(const RuleLimit& limit, base::VolumeUnit unit);
[[nodiscard]] std::string limit_text(const RuleLimit& limit, const detect::Settings& rules, base::VolumeUnit unit);

// The range as it is shown: to three digits, and never narrower than what is allowed.
[[nodiscard]] detect::LimitRange shown_range(const RuleLimit& limit, base::VolumeUnit unit);

// A command's payload: whether it is one, and if so the limit wanted, or nothing.
struct WantedLimit {
    std::optional<double> value;
};
[[nodiscard]] std::optional<WantedLimit> parse_limit(const RuleLimit& limit, std::string_view payload,
                                                     base::VolumeUnit unit);

}  // namespace millrace::publish
