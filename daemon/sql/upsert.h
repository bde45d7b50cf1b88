// The statement that writes a row, or replaces the one with the same key.
#pragma once

#include <string>
#include <string_view>

namespace millrace::sql {

// `columns` with commas between, the `key` first of them the primary key; one parameter for each.
[[nodiscard]] std::string upsert(std::string_view table, std::size_t key, std::string_view columns);

}  // namespace millrace::sql
