#include "sql/postgres_result.h"

#include <algorithm>
#include <charconv>
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

void ClearResult::operator()(pg_result* result) const {
    PQclear(result);
}

bool succeeded(const Result& result) {
    const ExecStatusType status = PQresultStatus(result.get());
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

int rows_changed(const Result& result) {
    const std::string_view count = PQcmdTuples(result.get());
    int changed = 0;
    std::from_chars(count.data(), count.data() + count.size(), changed);
    return changed;
}

Error error_of(const pg_conn* connection, const pg_result* result) {
    const char* const state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (state != nullptr) return {cause_of(state), first_line(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY))};
    return {PQstatus(connection) == CONNECTION_OK ? Cause::Other : Cause::Unreachable,
            first_line(PQerrorMessage(connection))};
}

}  // namespace millrace::sql
