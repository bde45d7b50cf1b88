#include "sql/postgres_statement.h"

#include <charconv>
#include <utility>

#include <libpq-fe.h>

#include "sql/places.h"
#include "sql/postgres_result.h"
#include "sql/postgres_text.h"

namespace millrace::sql {
namespace {

// Object identifiers of types, fixed in PostgreSQL's catalogue (pg_type.dat).
constexpr unsigned kBool = 16;
constexpr unsigned kBytea = 17;
constexpr unsigned kInt8 = 20;
constexpr unsigned kInt2 = 21;
constexpr unsigned kInt4 = 23;
constexpr unsigned kText = 25;
constexpr unsigned kNumeric = 1700;

constexpr int kAsText = 0;
constexpr int kAsBinary = 1;

}  // namespace

// The values as libpq takes them.
struct PostgresStatement::Sent {
    explicit Sent(const std::vector<Value>& values)
        : types(values.size()), data(values.size()), sizes(values.size()), formats(values.size(), kAsText) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const Value& value = values[i];
            types[i] = value.type;
            if (value.null) continue;
            if (value.type == kBytea) {
                data[i] = value.bytes.empty() ? "" : reinterpret_cast<const char*>(value.bytes.data());
                sizes[i] = static_cast<int>(value.bytes.size());
                formats[i] = kAsBinary;
            } else {
                data[i] = value.text.c_str();
            }
        }
    }
    [[nodiscard]] int count() const { return static_cast<int>(types.size()); }

    std::vector<unsigned> types;
    std::vector<const char*> data;
    std::vector<int> sizes;
    std::vector<int> formats;
};

PostgresStatement::PostgresStatement(const Postgres& connection, const std::string& sql) : connection_(connection) {
    Numbered made = numbered(sql);
    sql_ = std::move(made.sql);
    // Of one that is left out the server wants to know a type all the same.
    values_.resize(static_cast<std::size_t>(made.parameters), {kInt8, true, {}, {}});
}

PostgresStatement::~PostgresStatement() {
    result_.reset();
    if (!is_prepared()) return;
    try {
        connection_.settle();
    } catch (const Error&) {
        return;
    }
    // In a transaction that has failed the server takes no statement; the name then stays taken until the end.
    if (PQtransactionStatus(connection_.handle()) != PQTRANS_INERROR) {
        PQclear(PQexec(connection_.handle(), ("DEALLOCATE " + name_).c_str()));
    }
}

PostgresStatement::Value& PostgresStatement::at(int index) {
    const auto place = static_cast<std::size_t>(index) - 1;
    if (place >= values_.size()) throw Error(Cause::Other, "the statement has no parameter " + std::to_string(index));
    return values_[place];
}

void PostgresStatement::bind_null(int index) {
    at(index) = {};
}

void PostgresStatement::bind_integer(int index, std::int64_t value) {
    at(index) = {kInt8, false, std::to_string(value), {}};
}

void PostgresStatement::bind_text(int index, std::string_view text) {
    at(index) = {kText, false, storable(text), {}};
}

void PostgresStatement::bind_bytes(int index, base::ByteView bytes) {
    at(index) = {kBytea, false, {}, bytes};
}

bool PostgresStatement::step() {
    if (!result_) ask();
    ++row_;
    decoded_.clear();
    return row_ < PQntuples(result_.get());
}

int PostgresStatement::execute() {
    ask();
    return rows_changed(result_);
}

void PostgresStatement::rewind() noexcept {
    result_.reset();
    row_ = -1;
}

void PostgresStatement::post() {
    if (!connection_.takes_posts()) return static_cast<void>(execute());
    rewind();
    connection_.open_pipeline();
    PGconn* const server = connection_.handle();
    const Sent sent(values_);
    bool taken = false;
    if (!std::exchange(used_, true)) {
        taken = PQsendQueryParams(server, sql_.c_str(), sent.count(), sent.types.data(), sent.data.data(),
                                  sent.sizes.data(), sent.formats.data(), kAsText) == 1;
    } else {
        taken = is_prepared() ||
                PQsendPrepare(server, new_name().c_str(), sql_.c_str(), sent.count(), sent.types.data()) == 1;
        taken = taken && PQsendQueryPrepared(server, name_.c_str(), sent.count(), sent.data.data(), sent.sizes.data(),
                                             sent.formats.data(), kAsText) == 1;
    }
    connection_.posted();
    if (!taken) throw error_of(server, nullptr);
}

void PostgresStatement::ask() {
    rewind();
    connection_.revive();
    connection_.settle();
    PGconn* const server = connection_.handle();
    const Sent sent(values_);
    if (!std::exchange(used_, true)) {
        result_.reset(PQexecParams(server, sql_.c_str(), sent.count(), sent.types.data(), sent.data.data(),
                                   sent.sizes.data(), sent.formats.data(), kAsText));
    } else {
        if (!is_prepared()) {
            const std::string& name = new_name();
            result_.reset(PQprepare(server, name.c_str(), sql_.c_str(), sent.count(), sent.types.data()));
            if (!succeeded(result_)) {
                name_.clear();
                throw error_of(server, result_.get());
            }
        }
        result_.reset(PQexecPrepared(server, name_.c_str(), sent.count(), sent.data.data(), sent.sizes.data(),
                                     sent.formats.data(), kAsText));
    }
    if (!succeeded(result_)) {
        const Error error = error_of(server, result_.get());
        result_.reset();
        throw error;
    }
}

bool PostgresStatement::is_prepared() const {
    return !name_.empty() && prepared_in_ == connection_.generation();
}

const std::string& PostgresStatement::new_name() {
    name_ = connection_.next_name();
    prepared_in_ = connection_.generation();
    return name_;
}

int PostgresStatement::columns() const {
    return PQnfields(result_.get());
}

ValueKind PostgresStatement::kind(int column) const {
    if (PQgetisnull(result_.get(), row_, column) != 0) return ValueKind::Null;
    switch (PQftype(result_.get(), column)) {
        case kBool:
        case kInt2:
        case kInt4:
        case kInt8:
        case kNumeric: return ValueKind::Integer;
        case kBytea: return ValueKind::Bytes;
        default: return ValueKind::Text;
    }
}

std::int64_t PostgresStatement::integer(int column) const {
    const std::string_view digits = text(column);
    if (digits == "t") return 1;
    std::int64_t value = 0;  // as SQLite gives for NULL and for what is no number
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

std::string_view PostgresStatement::text(int column) const {
    return {PQgetvalue(result_.get(), row_, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
}

base::ByteView PostgresStatement::bytes(int column) const {
    decoded_.resize(static_cast<std::size_t>(columns()));
    base::Bytes& decoded = decoded_[static_cast<std::size_t>(column)];
    if (decoded.empty()) decoded = base::from_hex(text(column).substr(2)).value_or(base::Bytes{});  // "\x0aff"
    return decoded;
}

}  // namespace millrace::sql
