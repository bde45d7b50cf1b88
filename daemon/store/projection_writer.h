// Writes projections into their tables.
//
// Belongs to the thread of its connection, and works inside the caller's transaction; after a rollback the caller
// says so with `rolled_back`. Throws SQLite::Exception.
#pragma once

#include <cstdint>
#include <unordered_map>

#include <SQLiteCpp/Statement.h>

#include "base/device_id.h"
#include "ports/records.h"
#include "store/reading_table.h"

namespace millrace::store {

class ProjectionWriter {
public:
    explicit ProjectionWriter(SQLite::Database& connection);

    void apply(const ports::Projection& projection);

    // Empties every projection except the lifetime registers: they never fall, not even when frames that once raised
    // them are gone or read differently.
    void clear();

    // Forgets device numbers that the transaction may have taken back.
    void rolled_back() { numbers_.clear(); }

private:
    [[nodiscard]] std::int64_t number_of(const base::DeviceId& device);

    void write(const ports::DeviceRecord& record);
    void write(const ports::ReadingRecord& record);
    void write(const ports::StateRecord& record);
    void write(const ports::EventRecord& record);
    void write(const ports::LogRecord& record);
    void write(const ports::MeterRecord& record);

    SQLite::Database& connection_;
    std::unordered_map<base::DeviceId, std::int64_t> numbers_;
    SQLite::Statement find_number_;
    SQLite::Statement add_number_;
    SQLite::Statement put_device_;
    SQLite::Statement add_state_;
    SQLite::Statement add_event_;
    SQLite::Statement add_log_;
    SQLite::Statement put_meter_;
    ReadingTable readings_;
};

}  // namespace millrace::store
