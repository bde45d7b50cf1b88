// Writes projections into their tables.
//
// One writer writes one set of tables (projection_tables.h). Belongs to the thread of its connection, and works inside
// the caller's transaction; after a rollback the caller says so with `forget_numbers`. Throws sql::Error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/device_id.h"
#include "ports/records.h"
#include "sql/statement.h"
#include "store/projection_tables.h"
#include "store/reading_table.h"

namespace millrace::store {

class ProjectionWriter {
public:
    explicit ProjectionWriter(sql::Connection& connection, std::string_view prefix = kPresent);

    void apply(const ports::Projection& projection);

    // Forgets device numbers: the transaction may have taken them back, or the tables are others now.
    void forget_numbers();

    // The device's small number in this set, given now when it has none.
    [[nodiscard]] std::int64_t number_of(const base::DeviceId& device);

private:
    void heard(std::int64_t device, base::WallTime received);

    void write(const ports::DeviceRecord& record);
    void write(const ports::ReadingRecord& record);
    void write(const ports::StateRecord& record);
    void write(const ports::EventRecord& record);
    void write(const ports::LogRecord& record);
    void write(const ports::MeterRecord& record);
    void write(const ports::EstimateRecord& record);

    std::unordered_map<base::DeviceId, std::int64_t> numbers_;
    sql::Statement find_number_;
    sql::Statement add_number_;
    sql::Statement put_device_;
    sql::Statement add_state_;
    sql::Statement add_event_;
    sql::Statement add_log_;
    sql::Statement put_meter_;
    sql::Statement add_estimate_;
    sql::Statement add_heard_;
    // The row written last: the readings of one message share it.
    std::int64_t heard_device_ = 0;
    base::WallTime heard_at_;
    ReadingTable readings_;
};

}  // namespace millrace::store
