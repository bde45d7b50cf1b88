// The tariff made of what the config file says, and what is wrong with that.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "settings/field_table.h"

namespace millrace::settings {

[[nodiscard]] std::string check_currency(const Value& value);

// Whether anything of a tariff was given.
[[nodiscard]] bool sets_a_tariff(const Draft& draft);

// Fills the tariff of `publish` and `api` when the file has a tariff.
void check_tariff(Draft& draft, Problems& problems);

}  // namespace millrace::settings
