#include "store/projection_dump.h"

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "sql/statement.h"

namespace millrace::store {
namespace {

struct Table {
    const char* name;
    const char* query;  // its only parameter is the device's number
};

constexpr std::array kTables{
    Table{"device",
          "SELECT kind, bridge, branch, firmware, first_seen_ms, last_seen_ms, cloud_settings, cloud_sensors,"
          " cloud_devices FROM devices WHERE device = ?"},
    Table{"meter", "SELECT series, base, highest, last_time_ms, based_at_ms, lifetime_ul FROM meters WHERE sensor = ?"},
    Table{"series", "SELECT number, base FROM series WHERE sensor = ? ORDER BY number"},
    Table{"reading",
          "SELECT time_ms, total, series, received_ms, time_is_receipt, advance, kind FROM readings WHERE sensor = ?"
          " ORDER BY time_ms, total, series"},
    Table{"quarter", "SELECT quarter_start_s, peaks FROM quarter_usage WHERE sensor = ? ORDER BY quarter_start_s"},
    Table{"state", "SELECT time_ms, report, received_ms FROM states WHERE device = ? ORDER BY time_ms, report"},
    Table{"event",
          "SELECT time_ms, type, extra, received_ms FROM events WHERE device = ? ORDER BY time_ms, type, extra"},
    Table{"log",
          "SELECT time_ms, type, level, text, received_ms FROM logs WHERE device = ?"
          " ORDER BY time_ms, type, level, text"},
    Table{"estimate",
          "SELECT from_ms, to_ms, least, received_ms FROM estimates WHERE sensor = ? ORDER BY from_ms, to_ms, least"},
    Table{"heard", "SELECT received_ms FROM heard WHERE device = ? ORDER BY received_ms"},
};

// Texts come from devices: quoted, and with everything that could break a line written as hexadecimal digits.
void append_text(std::string& line, const std::string& text) {
    line += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) {
            line += "\\x" + base::to_hex(base::as_bytes(std::string_view(&c, 1)));
        } else {
            line += c;
        }
    }
    line += '"';
}

void append_row(std::string& line, const sql::Statement& row) {
    for (int i = 0; i < row.columns(); ++i) {
        line += ' ';
        switch (row.kind(i)) {
            case sql::ValueKind::Null: line += '-'; break;
            case sql::ValueKind::Integer: line += std::to_string(row.integer(i)); break;
            default: append_text(line, row.text(i));
        }
    }
}

}  // namespace

void dump_projections(const sql::Connection& connection, const std::function<void(std::string_view line)>& sink) {
    sql::Statement devices(connection, "SELECT number, device FROM device_numbers ORDER BY device");
    while (devices.step()) {
        for (const Table& table : kTables) {
            sql::Statement rows(connection, table.query);
            rows.bind(1, devices.integer(0));
            while (rows.step()) {
                std::string line = std::string(table.name) + ' ' + devices.text(1);
                append_row(line, rows);
                sink(line);
            }
        }
    }
}

std::string projection_digest(const sql::Connection& connection) {
    constexpr std::uint64_t kPrime = 0x100000001b3;
    std::uint64_t hash = 0xcbf29ce484222325;
    const auto add = [&hash](char c) { hash = (hash ^ static_cast<unsigned char>(c)) * kPrime; };
    dump_projections(connection, [&add](std::string_view line) {
        for (const char c : line) add(c);
        add('\n');
    });
    base::Bytes bytes;
    for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(hash >> shift));
    return base::to_hex(bytes);
}

}  // namespace millrace::store
