#include "sql/postgres.h"

#include <algorithm>

#include <libpq-fe.h>

#include "sql/postgres_result.h"
#include "sql/postgres_statement.h"
#include "sql/statement.h"

namespace millrace::sql {
namespace {

// Beside what the address says: a server that is gone is noticed within a minute, and texts are UTF-8 whatever the
// environment says.
constexpr const char* kSettings =
    "connect_timeout=10&keepalives_idle=30&keepalives_interval=10&keepalives_count=3&tcp_user_timeout=60000"
    "&client_encoding=UTF8&application_name=millrace";

// What every session is told.
constexpr const char* kSession =
    "SET standard_conforming_strings = on; SET bytea_output = 'hex'; SET client_min_messages = warning";

// The server's notices are for its own log.
void ignore(void*, const char*) {}

// The answer to one statement or several without parameters; an error is thrown.
Result ask(PGconn* connection, const std::string& sql) {
    Result result(PQexec(connection, sql.c_str()));
    if (!succeeded(result)) throw error_of(connection, result.get());
    return result;
}

// Whether libpq will take the address as it was meant. Its own complaint would quote parts of a password.
bool readable(const std::string& address) {
    char* complaint = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(address.c_str(), &complaint), PQconninfoFree);
    PQfreemem(complaint);
    if (!options) return false;
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->val == nullptr || std::string_view(option->keyword) != "port") continue;
        if (std::string_view(option->val).find_first_not_of("0123456789,") != std::string_view::npos) return false;
    }
    return true;
}

}  // namespace

bool Postgres::is_address(std::string_view address) {
    return address.starts_with("postgresql://") || address.starts_with("postgres://");
}

std::string Postgres::without_password(std::string_view address) {
    constexpr std::string_view kBeforeUser = "://";
    std::string shown(address);
    // A password may stand among the options too, and none of them is worth showing; but one that was not written with
    // %3F may hold what looks like their beginning.
    const std::size_t options = std::min(shown.find('?'), shown.size());
    std::size_t at = shown.rfind('@', options);
    if (at == std::string::npos) at = shown.rfind('@');
    const std::size_t scheme = shown.find(kBeforeUser);
    if (scheme != std::string::npos && at != std::string::npos) {
        const std::size_t colon = shown.find(':', scheme + kBeforeUser.size());
        if (colon < at) shown.erase(colon, at - colon);
    }
    return shown.substr(0, shown.find('?'));
}

std::unique_ptr<Postgres> Postgres::connect(const std::string& address) {
    const char* const separator = address.find('?') == std::string::npos ? "?" : "&";
    const std::string whole = address + separator + kSettings;
    if (!readable(whole)) {
        throw Error(Cause::Other,
                    "its address cannot be read; in a password / is written %2F, ? %3F, # %23, @ %40, : %3A and % %25");
    }
    PGconn* const connection = PQconnectdb(whole.c_str());
    auto made = std::make_unique<Postgres>(connection);
    if (PQstatus(connection) != CONNECTION_OK) throw error_of(connection, nullptr);
    PQsetNoticeProcessor(connection, ignore, nullptr);
    ask(connection, kSession);
    return made;
}

Postgres::Postgres(pg_conn* connection) : connection_(connection) {}

Postgres::~Postgres() {
    PQfinish(connection_);
}

void Postgres::revive() const {
    if (in_transaction_ || PQstatus(connection_) == CONNECTION_OK) return;
    PQreset(connection_);
    ++generation_;
    if (PQstatus(connection_) != CONNECTION_OK) throw error_of(connection_, nullptr);
    ask(connection_, kSession);
    if (alone_) take_alone();
    if (unsynced_) ask(connection_, "SET synchronous_commit = off");
}

std::unique_ptr<Prepared> Postgres::prepare(const std::string& sql) const {
    return std::make_unique<PostgresStatement>(*this, sql);
}

int Postgres::execute(const std::string& sql) {
    revive();
    return rows_changed(ask(connection_, sql));
}

void Postgres::begin(bool writes) {
    // The lock comes before the moment that the transaction sees.
    const std::string reading = std::string("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; LOCK TABLE ") +
                                kFormatTable + " IN ACCESS SHARE MODE";
    execute(writes ? "BEGIN" : reading);
    in_transaction_ = true;
}

void Postgres::shut_out_readers() {
    execute(std::string("LOCK TABLE ") + kFormatTable + " IN ACCESS EXCLUSIVE MODE");
}

void Postgres::commit() {
    const Result result = ask(connection_, "COMMIT");
    // Of a transaction that has failed the server makes a ROLLBACK, and does not call it an error.
    if (std::string_view(PQcmdStatus(result.get())) != "COMMIT") {
        throw Error(Cause::Other, "the transaction had failed before");
    }
    in_transaction_ = false;
}

void Postgres::roll_back() noexcept {
    const Result ended(PQexec(connection_, "ROLLBACK"));
    in_transaction_ = false;
}

bool Postgres::has_table(const std::string& name) const {
    Statement query(*this, "SELECT count(*) FROM pg_class WHERE oid = to_regclass(?) AND relkind IN ('r', 'p')");
    return query.number(name).value_or(0) > 0;
}

std::vector<std::string> Postgres::key_of(const std::string& table) const {
    std::vector<std::string> columns;
    Statement query(*this,
                    "SELECT a.attname FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k(number, place)"
                    " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number"
                    " WHERE i.indisprimary AND i.indrelid = to_regclass(?) ORDER BY k.place");
    query.bind(1, table);
    while (query.step()) columns.push_back(query.text(0));
    return columns;
}

// The server finds names for the indexes itself.
void Postgres::copy_definition(const std::string& table, const std::string& copy, std::int64_t) {
    execute("CREATE TABLE " + copy + " (LIKE " + table + " INCLUDING ALL)");
}

void Postgres::sync_each(bool on) {
    unsynced_ = !on;
    execute(on ? "SET synchronous_commit = on" : "SET synchronous_commit = off");
}

void Postgres::hold_alone() {
    take_alone();
    alone_ = true;
}

// Of a connection that has just ended the server lets go a moment later.
void Postgres::take_alone() const {
    ask(connection_,
        "SET lock_timeout = '2s'; SELECT pg_advisory_lock(hashtext('millrace'), hashtext(current_schema()));"
        "SET lock_timeout = DEFAULT");
}

Size Postgres::size() const {
    Statement query(*this, "SELECT pg_database_size(current_database())");
    return {query.number().value_or(0), 0};
}

}  // namespace millrace::sql
