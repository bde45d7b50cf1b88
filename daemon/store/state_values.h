// The text in which a state report's values are kept: a JSON object in the order of the report, `{"16":-71,"32":3012}`,
// so that SQLite's json functions can look into it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::store {

using StateValues = std::vector<std::pair<std::uint64_t, std::int64_t>>;

[[nodiscard]] std::string to_text(const StateValues& values);

// Reads back what `to_text` wrote; stops at anything else.
[[nodiscard]] StateValues state_values(std::string_view text);

}  // namespace millrace::store
