#include "store/alarm_table.h"

#include <charconv>
#include <string>
#include <string_view>

#include "sql/statement.h"
#include "sql/upsert.h"
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
    "  AND NOT (state = 2 AND delivered_ms IS NOT DISTINCT FROM"
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

AlarmTable::AlarmTable(sql::Connection& connection)
    : put_incident_(connection, sql::upsert("incidents", 1, std::string("id, device, ") + kStandingColumns)),
      add_event_(connection, std::string("INSERT INTO incident_events (incident, change, at_ms, who, ") +
                                 kStandingColumns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      put_use_(connection, sql::upsert("uses", 4, std::string("sensor, ") + kUseColumns)),
      put_label_(connection,
                 sql::upsert("use_labels", 4, "sensor, start_ms, overlapped, volume_ul, category, name, who, at_ms")),
      drop_label_(connection,
                  "DELETE FROM use_labels WHERE sensor = ? AND start_ms = ? AND overlapped = ? AND volume_ul = ?"),
      put_delivery_(connection, sql::upsert("deliveries", 1, kDeliveryColumns)),
      drop_deliveries_(connection, kDropDeliveries) {}

void AlarmTable::put(const ports::AlarmRecord& record) {
    const detect::AlarmEvent& event = record.event;
    const detect::Incident& incident = event.incident;
    const detect::Finding& finding = incident.finding;
    // Together for both statements, which hold the incident as it now stands.
    const auto standing = [&](sql::Statement& statement, const auto&... before) {
        statement.post(before..., static_cast<std::int64_t>(finding.rule), static_cast<std::int64_t>(finding.severity),
                       static_cast<std::int64_t>(incident.state), incident.raised, incident.cleared,
                       incident.snoozed_until, incident.answered_by, incident.note, std::int64_t{incident.not_a_leak},
                       std::int64_t{incident.reopened}, store::to_text(finding), finding.detail);
    };
    standing(put_incident_, incident.id, incident.device);
    standing(add_event_, incident.id, static_cast<std::int64_t>(event.change), event.at, event.by);
}

void AlarmTable::put(const ports::UseRecord& record) {
    const detect::Use& use = record.use;
    put_use_.post(record.sensor, use.start, std::int64_t{use.overlapped}, use.volume.microlitres, use.end,
                  use.peak.microlitres_per_second, use.mean.microlitres_per_second, use.base.microlitres_per_second,
                  to_text(use.shape));
}

void AlarmTable::put(const ports::UseLabelRecord& record) {
    const ports::UseKey& use = record.use;
    const ports::UseLabel& label = record.label;
    if (label.category.empty() && label.name.empty()) {
        drop_label_.post(record.sensor, use.start, std::int64_t{use.overlapped}, use.volume.microlitres);
        return;
    }
    put_label_.post(record.sensor, use.start, std::int64_t{use.overlapped}, use.volume.microlitres, label.category,
                    label.name, label.by, label.at);
}

void AlarmTable::put(const ports::DeliveryRecord& record) {
    put_delivery_.post(record.number, record.channel, record.incident, record.kind,
                       static_cast<std::int64_t>(record.state), record.queued, record.next_try,
                       std::int64_t{record.tries}, record.delivered, record.error, record.title, record.text);
    drop_deliveries_.post(kDroppedAtATime, record.queued - kDeliveriesKept, kMaxDeliveriesKept);
}

std::vector<detect::Incident> read_kept_incidents(const sql::Connection& connection) {
    std::vector<detect::Incident> incidents;
    sql::Statement rows(connection, std::string("SELECT id, device, ") + kStandingColumns +
                                        " FROM incidents WHERE id IN (SELECT id FROM incidents WHERE state <> 4"
                                        " UNION ALL SELECT * FROM (SELECT id FROM incidents WHERE state = 4"
                                        "  ORDER BY cleared_ms DESC, id DESC LIMIT ?) AS newest) ORDER BY id");
    rows.bind(1, kClearedLoaded);
    while (rows.step()) {
        if (auto incident = incident_at(rows)) incidents.push_back(std::move(*incident));
    }
    return incidents;
}

std::int64_t read_last_incident(const sql::Connection& connection) {
    sql::Statement row(connection, "SELECT max(id) FROM incidents");
    return row.number().value_or(0);
}

std::vector<ports::DeliveryRecord> read_kept_deliveries(const sql::Connection& connection) {
    std::vector<ports::DeliveryRecord> deliveries;
    sql::Statement waiting(
        connection, std::string("SELECT ") + kDeliveryColumns + " FROM deliveries WHERE state = 1 ORDER BY number");
    while (waiting.step()) deliveries.push_back(delivery_at(waiting));
    sql::Statement channels(connection, "SELECT DISTINCT channel FROM deliveries ORDER BY channel");
    sql::Statement last(connection, std::string("SELECT ") + kDeliveryColumns +
                                        " FROM deliveries WHERE channel = ? AND state = 2"
                                        " ORDER BY delivered_ms DESC, number DESC LIMIT 1");
    while (channels.step()) {
        const sql::Rewind rewind(last);
        last.bind_all(channels.text(0));
        if (last.step()) deliveries.push_back(delivery_at(last));
    }
    return deliveries;
}

std::int64_t read_last_delivery(const sql::Connection& connection) {
    sql::Statement row(connection, "SELECT max(number) FROM deliveries");
    return row.number().value_or(0);
}

std::optional<detect::Incident> incident_at(const sql::Statement& row) {
    const auto device = row.device(1);
    if (!device) return std::nullopt;
    detect::Incident incident;
    incident.id = row.integer(0);
    incident.device = *device;
    incident.finding = finding_from(row.text(12));
    incident.finding.rule = static_cast<detect::Rule>(row.integer(2));
    incident.finding.severity = static_cast<detect::Severity>(row.integer(3));
    incident.finding.detail = row.text(13);
    incident.state = static_cast<detect::IncidentState>(row.integer(4));
    incident.raised = row.time_at(5);
    incident.cleared = row.optional_time(6);
    incident.snoozed_until = row.optional_time(7);
    incident.answered_by = row.text(8);
    incident.note = row.text(9);
    incident.not_a_leak = row.integer(10) != 0;
    incident.reopened = static_cast<int>(row.integer(11));
    return incident;
}

detect::Use use_at(const sql::Statement& row) {
    detect::Use use;
    use.start = row.time_at(0);
    use.overlapped = row.integer(1) != 0;
    use.volume = {row.integer(2)};
    use.end = row.time_at(3);
    use.peak = {row.integer(4)};
    use.mean = {row.integer(5)};
    use.base = {row.integer(6)};
    use.shape = shape_from(row.text(7));
    return use;
}

ports::DeliveryRecord delivery_at(const sql::Statement& row) {
    ports::DeliveryRecord record;
    record.number = row.integer(0);
    record.channel = row.text(1);
    record.incident = row.integer(2);
    record.kind = row.text(3);
    record.state = static_cast<ports::DeliveryState>(row.integer(4));
    record.queued = row.time_at(5);
    record.next_try = row.time_at(6);
    record.tries = static_cast<int>(row.integer(7));
    if (!row.is_null(8)) record.delivered = row.time_at(8);
    record.error = row.text(9);
    record.title = row.text(10);
    record.text = row.text(11);
    return record;
}

}  // namespace millrace::store
