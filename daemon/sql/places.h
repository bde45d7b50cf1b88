// Parameters of a statement as PostgreSQL writes them.
#pragma once

#include <string>
#include <string_view>

namespace millrace::sql {

struct Numbered {
    std::string sql;
    int parameters = 0;  // the highest number
};

// ? and ?1 become $1; those without a number count on from the highest before them, as SQLite has it. What stands in
// quotes stays.
[[nodiscard]] Numbered numbered(std::string_view sql);

}  // namespace millrace::sql
