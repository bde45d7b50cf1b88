// All projections as text, for comparing two stores: the same content gives the same lines, whatever the order of
// writing and whatever small numbers the devices got. Throws sql::Error.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace millrace::sql {
class Connection;
}  // namespace millrace::sql

namespace millrace::store {

// One line a row, without its end: table, device, and the columns in their order; ordered by device, table and key.
void dump_projections(const sql::Connection& connection, const std::function<void(std::string_view line)>& sink);

// 16 hexadecimal digits over all lines (FNV-1a): against accidents, not against an adversary.
[[nodiscard]] std::string projection_digest(const sql::Connection& connection);

}  // namespace millrace::store
