// A tariff as the config file writes it, and the tariff made of it. Decimals are read exactly, never through a double.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "settings/field_table.h"

namespace millrace::settings {

inline constexpr std::string_view kPriceHelp =
    "must be a decimal such as 0.0123, with at most 6 digits after the point and 6 before it";

[[nodiscard]] std::optional<meter::Money> price_of(std::string_view text);
[[nodiscard]] std::string check_currency(const Value& value);

// Fills settings.publish.tariff when the file has a tariff.
void check_tariff(Draft& draft, Problems& problems);

}  // namespace millrace::settings
