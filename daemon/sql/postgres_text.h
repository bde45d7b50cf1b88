// What PostgreSQL takes as text.
#pragma once

#include <string>
#include <string_view>

namespace millrace::sql {

// The text, with U+FFFD for each byte that belongs to no character and for U+0000.
[[nodiscard]] std::string storable(std::string_view text);

}  // namespace millrace::sql
