#include "sql/postgres_error.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <libpq-fe.h>

namespace millrace::sql {
namespace {

// By the codes of PostgreSQL's appendix A, whose first two characters are the class.
Cause cause_of(std::string_view state) {
    if (state == "53100") return Cause::DiskFull;
    if (state == "25006" || state == "42501") return Cause::ReadOnly;
    if (state == "55P03" || state == "40P01" || state == "40001") return Cause::Locked;
    const std::string_view group = state.substr(0, 2);
    if (group == "58") return Cause::InputOutput;
    if (group == "XX") return Cause::Damaged;
    if (group == "22" || group == "23") return Cause::Content;
    if (group == "08" || group == "57" || group == "53") return Cause::Unreachable;
    return Cause::Other;
}

std::string first_line(const char* text) {
    std::string line = text == nullptr ? "" : text;
    line.erase(std::min(line.find('\n'), line.size()));
    return line;
}

}  // namespace

Error error_of(const pg_conn* connection, const pg_result* result) {
    const char* const state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (state != nullptr) return {cause_of(state), first_line(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY))};
    return {PQstatus(connection) == CONNECTION_OK ? Cause::Other : Cause::Unreachable,
            first_line(PQerrorMessage(connection))};
}

}  // namespace millrace::sql
