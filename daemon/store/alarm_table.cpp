#include "store/alarm_table.h"

#include <charconv>
#include <string>
#include <string_view>

#include <SQLiteCpp/Database.h>

#include "store/connection.h"
#include "store/finding_text.h"

namespace millrace::store {
namespace {

// Numbers that stand literally in the statements, where SQLite needs them to choose an index.
static_assert(static_cast<int>(detect::IncidentState::Cleared) == 4);
static_assert(static_cast<int>(ports::DeliveryState::Waiting) == 1);
static_assert(static_cast<int>(ports::DeliveryState::Delivered) == 2);

// Looked at with each notice that is written; more than one, so that a backlog shrinks.
constexpr std::int64_t kDroppedAtATime = 20;

// Not the newest number, which is not to be given again, and of a channel not the last success.
constexpr const char* kDropDeliveries =
    "DELETE FROM deliveries WHERE number IN"
    " (SELECT number FROM deliveries d WHERE state <> 1 AND number < (SELECT max(number) FROM deliveries)"
    "  AND NOT (state = 2 AND delivered_ms IS"
    "   (SELECT max(delivered_ms) FROM deliveries WHERE channel = d.channel AND state = 2))"
    "  ORDER BY number LIMIT ?1)"
    " AND (queued_ms < ?2 OR number <= (SELECT max(number) FROM deliveries) - ?3)";

// "[100,110]"
std::string to_text(const std::vector<base::FlowRate>& shape) {
    std::string text = "[";
    for (const base::FlowRate& part : shape) {
        if (text.size() > 1) text += ',';
        text += std::to_string(part.microlitres_per_second);
    }
    return text + ']';
}

std::vector<base::FlowRate> shape_from(std::string_view text) {
    std::vector<base::FlowRate> shape;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end && shape.size() < detect::Use::kShapeParts) {
        std::int64_t number = 0;
        const auto [after, error] = std::from_chars(++at, end, number);
        if (error != std::errc{}) break;
        shape.push_back({number});
        at = after;
    }
    return shape;
}

}  // namespace

AlarmTable::AlarmTable(SQLite::Database& connection)
    : put_incident_(connection, std::string("INSERT OR REPLACE INTO incidents (id, device, ") + kStandingColumns +
                                    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      add_event_(connection, std::string("INSERT INTO incident_events (incident, change, at_ms, who, ") +
                                 kStandingColumns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      put_use_(connection, std::string("INSERT OR REPLACE INTO uses (sensor, ") + kUseColumns +
                               ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      put_label_(connection,
                 "INSERT OR REPLACE INTO use_labels"
                 " (sensor, start_ms, overlapped, volume_ul, category, name, who, at_ms)"
                 " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
      drop_label_(connection,
                  "DELETE FROM use_labels WHERE sensor = ? AND start_ms = ? AND overlapped = ? AND volume_ul = ?"),
      put_delivery_(connection, std::string("INSERT OR REPLACE INTO deliveries (") + kDeliveryColumns +
                                    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      drop_deliveries_(connection, kDropDeliveries) {}

void AlarmTable::put(const ports::AlarmRecord& record) {
    const detect::AlarmEvent& event = record.event;
    const detect::Incident& incident = event.incident;
    const detect::Finding& finding = incident.finding;
    // Together for both statements, which hold the incident as it now stands.
    const auto standing = [&](SQLite::Statement& statement, const auto&... before) {
        run(statement, before..., static_cast<std::int64_t>(finding.rule), static_cast<std::int64_t>(finding.severity),
            static_cast<std::int64_t>(incident.state), incident.raised, incident.cleared, incident.snoozed_until,
            incident.answered_by, incident.note, std::int64_t{incident.not_a_leak}, std::int64_t{incident.reopened},
            store::to_text(finding), finding.detail);
    };
    standing(put_incident_, incident.id, incident.device);
    standing(add_event_, incident.id, static_cast<std::int64_t>(event.change), event.at, event.by);
}

void AlarmTable::put(const ports::UseRecord& record) {
    const detect::Use& use = record.use;
    run(put_use_, record.sensor, use.start, std::int64_t{use.overlapped}, use.volume.microlitres, use.end,
        use.peak.microlitres_per_second, use.mean.microlitres_per_second, use.base.microlitres_per_second,
        to_text(use.shape));
}

void AlarmTable::put(const ports::UseLabelRecord& record) {
    const ports::UseKey& use = record.use;
    const ports::UseLabel& label = record.label;
    if (label.category.empty() && label.name.empty()) {
        run(drop_label_, record.sensor, use.start, std::int64_t{use.overlapped}, use.volume.microlitres);
        return;
    }
    run(put_label_, record.sensor, use.start, std::int64_t{use.overlapped}, use.volume.microlitres, label.category,
        label.name, label.by, label.at);
}

void AlarmTable::put(const ports::DeliveryRecord& record) {
    run(put_delivery_, record.number, record.channel, record.incident, record.kind,
        static_cast<std::int64_t>(record.state), record.queued, record.next_try, std::int64_t{record.tries},
        record.delivered, record.error, record.title, record.text);
    run(drop_deliveries_, kDroppedAtATime, record.queued - kDeliveriesKept, kMaxDeliveriesKept);
}

std::vector<detect::Incident> read_kept_incidents(const SQLite::Database& connection) {
    std::vector<detect::Incident> incidents;
    SQLite::Statement rows(connection, std::string("SELECT id, device, ") + kStandingColumns +
                                           " FROM incidents WHERE id IN (SELECT id FROM incidents WHERE state <> 4"
                                           " UNION ALL SELECT * FROM (SELECT id FROM incidents WHERE state = 4"
                                           "  ORDER BY cleared_ms DESC, id DESC LIMIT ?)) ORDER BY id");
    rows.bind(1, kClearedLoaded);
    while (rows.executeStep()) {
        if (auto incident = incident_at(rows)) incidents.push_back(std::move(*incident));
    }
    return incidents;
}

std::int64_t read_last_incident(const SQLite::Database& connection) {
    SQLite::Statement row(connection, "SELECT max(id) FROM incidents");
    return number_from(row).value_or(0);
}

std::vector<ports::DeliveryRecord> read_kept_deliveries(const SQLite::Database& connection) {
    std::vector<ports::DeliveryRecord> deliveries;
    SQLite::Statement waiting(
        connection, std::string("SELECT ") + kDeliveryColumns + " FROM deliveries WHERE state = 1 ORDER BY number");
    while (waiting.executeStep()) deliveries.push_back(delivery_at(waiting));
    SQLite::Statement channels(connection, "SELECT DISTINCT channel FROM deliveries ORDER BY channel");
    SQLite::Statement last(connection, std::string("SELECT ") + kDeliveryColumns +
                                           " FROM deliveries WHERE channel = ? AND state = 2"
                                           " ORDER BY delivered_ms DESC, number DESC LIMIT 1");
    while (channels.executeStep()) {
        const Rewind rewind(last);
        bind_values(last, text_at(channels, 0));
        if (last.executeStep()) deliveries.push_back(delivery_at(last));
    }
    return deliveries;
}

std::int64_t read_last_delivery(const SQLite::Database& connection) {
    SQLite::Statement row(connection, "SELECT max(number) FROM deliveries");
    return number_from(row).value_or(0);
}

std::optional<detect::Incident> incident_at(const SQLite::Statement& row) {
    const auto optional_time = [&row](int column) {
        return row.isColumnNull(column) ? std::nullopt : std::optional(time_at(row, column));
    };
    const auto device = device_at(row, 1);
    if (!device) return std::nullopt;
    detect::Incident incident;
    incident.id = int_at(row, 0);
    incident.device = *device;
    incident.finding = finding_from(text_at(row, 12));
    incident.finding.rule = static_cast<detect::Rule>(int_at(row, 2));
    incident.finding.severity = static_cast<detect::Severity>(int_at(row, 3));
    incident.finding.detail = text_at(row, 13);
    incident.state = static_cast<detect::IncidentState>(int_at(row, 4));
    incident.raised = time_at(row, 5);
    incident.cleared = optional_time(6);
    incident.snoozed_until = optional_time(7);
    incident.answered_by = text_at(row, 8);
    incident.note = text_at(row, 9);
    incident.not_a_leak = int_at(row, 10) != 0;
    incident.reopened = static_cast<int>(int_at(row, 11));
    return incident;
}

detect::Use use_at(const SQLite::Statement& row) {
    detect::Use use;
    use.start = time_at(row, 0);
    use.overlapped = int_at(row, 1) != 0;
    use.volume = {int_at(row, 2)};
    use.end = time_at(row, 3);
    use.peak = {int_at(row, 4)};
    use.mean = {int_at(row, 5)};
    use.base = {int_at(row, 6)};
    use.shape = shape_from(text_at(row, 7));
    return use;
}

ports::DeliveryRecord delivery_at(const SQLite::Statement& row) {
    ports::DeliveryRecord record;
    record.number = int_at(row, 0);
    record.channel = text_at(row, 1);
    record.incident = int_at(row, 2);
    record.kind = text_at(row, 3);
    record.state = static_cast<ports::DeliveryState>(int_at(row, 4));
    record.queued = time_at(row, 5);
    record.next_try = time_at(row, 6);
    record.tries = static_cast<int>(int_at(row, 7));
    if (!row.isColumnNull(8)) record.delivered = time_at(row, 8);
    record.error = text_at(row, 9);
    record.title = text_at(row, 10);
    record.text = text_at(row, 11);
    return record;
}

}  // namespace millrace::store
