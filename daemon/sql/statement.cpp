#include "sql/statement.h"

namespace millrace::sql {

std::optional<std::string> Statement::optional_text(int column) const {
    return is_null(column) ? std::nullopt : std::optional(text(column));
}

std::optional<base::WallTime> Statement::optional_time(int column) const {
    return is_null(column) ? std::nullopt : std::optional(time_at(column));
}

std::optional<base::DeviceId> Statement::device(int column) const {
    return is_null(column) ? std::nullopt : base::DeviceId::parse(text(column));
}

}  // namespace millrace::sql
