#include "sql/connection.h"

namespace millrace::sql {

Unsynced::Unsynced(Connection& connection) : connection_(connection) {
    connection_.sync_each(false);
}

Unsynced::~Unsynced() {
    try {
        connection_.sync_each(true);
    } catch (const Error&) {
        // A connection that cannot be told this does not write either, and says so with the next commit.
    }
}

}  // namespace millrace::sql
