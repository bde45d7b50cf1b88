// Prices, tiers and units of volume as the config file writes them, read and written exactly, never through a double.
// Pure; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "publish/settings.h"

namespace millrace::settings {

inline constexpr std::string_view kPriceHelp =
    "must be a decimal such as 0.0123, with at most 6 digits after the point and 6 before it";

// Bit 0: January.
inline constexpr std::uint16_t kAllMonths = 0x0fff;

inline constexpr std::array<std::pair<std::string_view, base::VolumeUnit>, 5> kTariffUnits{{
    {"l", base::VolumeUnit::Litre},
    {"m3", base::VolumeUnit::CubicMetre},
    {"gal", base::VolumeUnit::Gallon},
    {"ft3", base::VolumeUnit::CubicFoot},
    {"ccf", base::VolumeUnit::Ccf},
}};
[[nodiscard]] std::string_view unit_text(base::VolumeUnit unit);

[[nodiscard]] std::optional<meter::Money> price_of(std::string_view text);
[[nodiscard]] std::string price_text(meter::Money price);  // "12.5"

// "0.010 up to 3000", or the price alone for the last.
[[nodiscard]] std::optional<meter::Tier> tier_of(std::string_view text, base::VolumeUnit unit);
[[nodiscard]] std::string tier_text(const meter::Tier& tier, base::VolumeUnit unit);

}  // namespace millrace::settings
