// The frame archive and the list of calibrations: the primary tables.
//
// Only ever added to. Belongs to the thread of its connection. Throws SQLite::Exception.
#pragma once

#include <cstdint>
#include <vector>

#include <SQLiteCpp/Statement.h>

#include "ports/records.h"

namespace SQLite {
class Database;
}

namespace millrace::store {

class FrameTable {
public:
    explicit FrameTable(SQLite::Database& connection);

    // The frame is numbered already; a number that is taken is an error.
    void add(const ports::Frame& frame);
    void add(const ports::CalibrationRecord& record);

    // Up to `limit` frames with a higher id than `after`, in order of id; fewer when they are large, none at the end.
    [[nodiscard]] std::vector<ports::Frame> page(std::int64_t after, std::size_t limit);

private:
    SQLite::Statement insert_;
    SQLite::Statement page_;
    SQLite::Statement add_calibration_;
};

// In order of entry.
[[nodiscard]] std::vector<ports::CalibrationRecord> read_calibrations(const SQLite::Database& connection);

// The entries of one sensor that are in force: of several with the same `from` the last entered counts, and one of
// zero withdraws it.
[[nodiscard]] std::vector<meter::CalibrationEntry> calibrations_in_force(const SQLite::Database& connection,
                                                                         const base::DeviceId& sensor);

}  // namespace millrace::store
