// A statement with the values that the store speaks of: device ids, times, optional ones.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/device_id.h"
#include "base/time.h"
#include "sql/connection.h"

namespace millrace::sql {

class Statement {
public:
    Statement(const Connection& connection, const std::string& sql) : prepared_(connection.prepare(sql)) {}

    void bind(int index, std::int64_t value) { prepared_->bind_integer(index, value); }
    void bind(int index, const std::string& text) { prepared_->bind_text(index, text); }
    void bind(int index, const base::DeviceId& id) { prepared_->bind_text(index, id.str()); }
    void bind(int index, base::WallTime time) { prepared_->bind_integer(index, base::unix_ms(time)); }
    void bind(int index, base::ByteView bytes) { prepared_->bind_bytes(index, bytes); }  // not copied

    template <typename T>
    void bind(int index, const std::optional<T>& value) {
        if (value) {
            bind(index, *value);
        } else {
            prepared_->bind_null(index);
        }
    }

    template <typename... Values>
    void bind_all(const Values&... values) {
        int index = 0;
        (bind(++index, values), ...);
    }

    [[nodiscard]] bool step() { return prepared_->step(); }
    int execute() { return prepared_->execute(); }
    void rewind() noexcept { prepared_->rewind(); }

    // Runs a statement that returns no rows; says how many rows it changed.
    template <typename... Values>
    int run(const Values&... values);

    // The same where nobody asks how many, and the answer may come later (Prepared::post).
    template <typename... Values>
    void post(const Values&... values);

    // The first column of the first row as a number; nothing without a row or when it is NULL.
    template <typename... Values>
    [[nodiscard]] std::optional<std::int64_t> number(const Values&... values);

    [[nodiscard]] int columns() const { return prepared_->columns(); }
    [[nodiscard]] ValueKind kind(int column) const { return prepared_->kind(column); }
    [[nodiscard]] bool is_null(int column) const { return kind(column) == ValueKind::Null; }
    [[nodiscard]] std::int64_t integer(int column) const { return prepared_->integer(column); }
    [[nodiscard]] base::WallTime time_at(int column) const { return base::from_unix_ms(integer(column)); }
    [[nodiscard]] std::string text(int column) const { return std::string(prepared_->text(column)); }
    [[nodiscard]] base::ByteView bytes(int column) const { return prepared_->bytes(column); }
    [[nodiscard]] std::optional<std::string> optional_text(int column) const;
    [[nodiscard]] std::optional<base::WallTime> optional_time(int column) const;
    // Nothing when NULL, or not a device id.
    [[nodiscard]] std::optional<base::DeviceId> device(int column) const;

private:
    std::unique_ptr<Prepared> prepared_;
};

// Leaves a statement ready for its next use, and frees its locks, however the block ends.
class Rewind {
public:
    explicit Rewind(Statement& statement) : statement_(statement) {}
    ~Rewind() { statement_.rewind(); }
    Rewind(const Rewind&) = delete;
    Rewind& operator=(const Rewind&) = delete;

private:
    Statement& statement_;
};

template <typename... Values>
int Statement::run(const Values&... values) {
    const Rewind rewind(*this);
    bind_all(values...);
    return prepared_->execute();
}

template <typename... Values>
void Statement::post(const Values&... values) {
    const Rewind rewind(*this);
    bind_all(values...);
    prepared_->post();
}

template <typename... Values>
std::optional<std::int64_t> Statement::number(const Values&... values) {
    const Rewind rewind(*this);
    bind_all(values...);
    if (!step() || is_null(0)) return std::nullopt;
    return integer(0);
}

}  // namespace millrace::sql
