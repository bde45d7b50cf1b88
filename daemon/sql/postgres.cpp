#include "sql/postgres.h"

#include <optional>

#include <libpq-fe.h>

#include "sql/address.h"
#include "sql/postgres_result.h"
#include "sql/postgres_statement.h"
#include "sql/statement.h"

namespace millrace::sql {
namespace {

// Beside what the address says: a server that is gone is noticed within some ten seconds, and texts are UTF-8 whatever
// the environment says.
constexpr const char* kSettings =
    "connect_timeout=10&keepalives_idle=4&keepalives_interval=2&keepalives_count=3&tcp_user_timeout=10000"
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

}  // namespace

std::unique_ptr<Postgres> Postgres::connect(const std::string& address) {
    const char* const separator = address.find('?') == std::string::npos ? "?" : "&";
    const std::string whole = address + separator + kSettings;
    if (const std::string wrong = complaint_about(whole); !wrong.empty()) throw Error(Cause::Other, "it " + wrong);
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
    if (alone_) throw Error(Cause::Unreachable, "the session that holds the schema has ended");
    PQreset(connection_);
    ++generation_;
    if (PQstatus(connection_) != CONNECTION_OK) throw error_of(connection_, nullptr);
    ask(connection_, kSession);
    if (unsynced_) ask(connection_, "SET synchronous_commit = off");
}

void Postgres::open_pipeline() const {
    if (unanswered_ == 0 && PQenterPipelineMode(connection_) == 0) throw error_of(connection_, nullptr);
}

void Postgres::posted() const {
    // Their answers have to fit into the socket's buffer while we are still sending.
    constexpr int kMostUnanswered = 256;
    if (++unanswered_ >= kMostUnanswered) settle();
}

void Postgres::settle() const {
    if (unanswered_ == 0) return;
    unanswered_ = 0;
    std::optional<Error> first;
    bool all = false;
    if (PQpipelineSync(connection_) == 1) {
        // Nothing stands between two statements' answers, and where the connection has been lost.
        while (!all && PQstatus(connection_) == CONNECTION_OK) {
            const Result result(PQgetResult(connection_));
            const ExecStatusType status = PQresultStatus(result.get());
            all = result && status == PGRES_PIPELINE_SYNC;
            // Those behind one that failed are passed over.
            const bool failed = result && !all && !succeeded(result) && status != PGRES_PIPELINE_ABORTED;
            if (failed && !first) first = error_of(connection_, result.get());
        }
    }
    if (!all) throw error_of(connection_, nullptr);
    PQexitPipelineMode(connection_);
    if (!first) return;
    ++generation_;  // what was to be prepared behind it is not
    throw *first;
}

std::unique_ptr<Prepared> Postgres::prepare(const std::string& sql) const {
    return std::make_unique<PostgresStatement>(*this, sql);
}

int Postgres::execute(const std::string& sql) {
    revive();
    settle();
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
    settle();
    const Result result = ask(connection_, "COMMIT");
    // Of a transaction that has failed the server makes a ROLLBACK, and does not call it an error.
    if (std::string_view(PQcmdStatus(result.get())) != "COMMIT") {
        throw Error(Cause::Other, "the transaction had failed before");
    }
    in_transaction_ = false;
}

void Postgres::roll_back() noexcept {
    try {
        settle();
    } catch (const Error&) {
        // What failed is taken back.
    }
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

// Of a connection that has just ended the server lets go a moment later.
void Postgres::hold_alone() {
    ask(connection_,
        "SET lock_timeout = '2s'; SELECT pg_advisory_lock(hashtext('millrace'), hashtext(current_schema()));"
        "SET lock_timeout = DEFAULT;"
        "SET tcp_keepalives_idle = 4; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;"
        "SET tcp_user_timeout = '10s'");
    alone_ = true;
}

void Postgres::check() {
    execute("SELECT 1");
}

Size Postgres::size() const {
    Statement query(*this, "SELECT pg_database_size(current_database())");
    return {query.number().value_or(0), 0};
}

}  // namespace millrace::sql
