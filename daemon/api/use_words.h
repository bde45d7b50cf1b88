// What a use was, by whose word, and why in a sentence: "9.0 L in 60 s at a steady 9.0 L/min, like 14 others this
// week". Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "base/units.h"
#include "classify/verdict.h"
#include "detect/use.h"
#include "ports/alarm_records.h"

namespace millrace::api {

inline constexpr std::string_view kByTheOwner = "owner";
inline constexpr std::string_view kByMillrace = "millrace";

// The owner's word, else what Millrace takes the use for. Each may be empty.
struct UseWord {
    std::string_view category;
    std::string_view source;
    std::string name;
};
[[nodiscard]] UseWord word_of(const ports::KeptUse& kept);

// Of a machine's cycle, all of it.
[[nodiscard]] base::WallTime end_of(const ports::KeptUse& kept);
[[nodiscard]] base::Volume volume_of(const ports::KeptUse& kept);

// A valve opens once and as far as it goes; a hand does not.
[[nodiscard]] bool is_steady(const detect::Use& use);

// `cycle`: all of a machine's, when the use is its first fill.
[[nodiscard]] std::string explanation(const detect::Use& use, const std::optional<ports::MachineCycle>& cycle,
                                      const classify::Verdict& verdict, base::VolumeUnit unit);

}  // namespace millrace::api
