#include "sql/open.h"

#include "sql/address.h"
#include "sql/postgres.h"
#include "sql/sqlite.h"

namespace millrace::sql {

std::unique_ptr<Connection> open_for_reading(const std::string& address) {
    if (is_server(address)) return Postgres::connect(address);
    return Sqlite::open_for_reading(address);
}

}  // namespace millrace::sql
