// Where a database is: the path of an SQLite file, or "postgresql://…", which names a server.
//
// Of a server's address libpq says what may stand in it. Pure functions of text; any thread.
#pragma once

#include <string>
#include <string_view>

namespace millrace::sql {

// "postgresql://…" or "postgres://…".
[[nodiscard]] bool is_server(std::string_view address);

// For messages, logs and answers: without what stands for a password in it. A path is shown as it is.
[[nodiscard]] std::string shown(std::string_view address);

// Why libpq would not take a server's address as it was meant, and the mend; empty: it would. Quotes nothing of it.
[[nodiscard]] std::string complaint_about(const std::string& address);

// Of a server's address that can be read.
[[nodiscard]] bool has_password(const std::string& address);
[[nodiscard]] std::string with_password(const std::string& address, std::string_view password);

}  // namespace millrace::sql
