// A statement on a PostgreSQL connection. Its whole answer is held in memory, so what may be long is asked for in
// pages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sql/connection.h"
#include "sql/postgres.h"
#include "sql/postgres_result.h"

namespace millrace::sql {

class PostgresStatement final : public Prepared {
public:
    PostgresStatement(const Postgres& connection, const std::string& sql);
    ~PostgresStatement() override;

    void bind_null(int index) override;
    void bind_integer(int index, std::int64_t value) override;
    void bind_text(int index, std::string_view text) override;
    void bind_bytes(int index, base::ByteView bytes) override;
    bool step() override;
    int execute() override;
    void post() override;
    void rewind() noexcept override;
    int columns() const override;
    ValueKind kind(int column) const override;
    std::int64_t integer(int column) const override;
    std::string_view text(int column) const override;
    base::ByteView bytes(int column) const override;

private:
    struct Value {
        unsigned type = 0;  // its object identifier; 0: what the statement makes of it
        bool null = true;
        std::string text;
        base::ByteView bytes;
    };
    struct Sent;
    Value& at(int index);
    void ask();
    [[nodiscard]] bool is_prepared() const;
    const std::string& new_name();

    const Postgres& connection_;
    std::string sql_;
    std::vector<Value> values_;
    std::string name_;  // once it is prepared, with its second use: many are asked only once
    std::uint64_t prepared_in_ = 0;
    bool used_ = false;
    Result result_;
    int row_ = -1;
    mutable std::vector<base::Bytes> decoded_;  // of the row's columns
};

}  // namespace millrace::sql
