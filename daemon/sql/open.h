// A connection by address: that of a PostgreSQL server, or the path of an SQLite file.
#pragma once

#include <memory>
#include <string>

#include "sql/connection.h"

namespace millrace::sql {

[[nodiscard]] std::unique_ptr<Connection> open_for_reading(const std::string& address);

}  // namespace millrace::sql
