// Alarms, uses and notices with no two members alike, so that a test sees which one got lost.
#pragma once

#include "ports/alarm_records.h"
#include "store_fixture.h"

namespace millrace::store::test {

inline detect::Incident incident(std::int64_t id, detect::IncidentState state = detect::IncidentState::Snoozed) {
    detect::Incident made;
    made.id = id;
    made.device = kSensor;
    made.state = state;
    made.raised = at_s(1'700'000'000 + id);
    if (state == detect::IncidentState::Cleared) made.cleared = at_s(1'700'001'000 + id);
    made.snoozed_until = base::from_unix_ms(1'700'000'500'123);
    made.answered_by = "Ada's \"phone\"";
    made.note = "plumber comes \xe2\x80\x93 Tuesday";
    made.not_a_leak = true;
    made.reopened = 3;
    detect::Finding& finding = made.finding;
    finding.rule = detect::Rule::RunningToilet;
    finding.severity = detect::Severity::Critical;
    finding.since = base::from_unix_ms(1'699'999'000'001);
    finding.at = base::from_unix_ms(1'700'000'400'002);
    finding.volume = {12'345'678'901};
    finding.rate = {1'001};
    finding.at_least = {902};
    finding.measure = detect::Measure::Count;
    finding.observed = 9;
    finding.limit = 8;
    finding.source = detect::LimitSource::Floor;
    finding.usual = 5;
    finding.learned_days = 21;
    // A server keeps text that is UTF-8 only (sql/postgres_text.h).
    finding.detail = std::getenv("MILLRACE_TEST_POSTGRES") == nullptr ? "no \xff text" : "水 text";
    return made;
}

inline detect::AlarmEvent alarm_event(const detect::Incident& incident, detect::Change change, std::int64_t at,
                                      std::string by = {}) {
    return {change, at_s(at), std::move(by), incident};
}

inline Entry raised(const detect::Incident& incident) {
    return ports::AlarmRecord{alarm_event(incident, detect::Change::Raised, 1'700'000'000)};
}

inline detect::Use use(std::int64_t start_s, std::int64_t end_s, std::int64_t volume_ul = 6'000'000) {
    detect::Use made;
    made.start = at_s(start_s);
    made.end = at_s(end_s);
    made.volume = {volume_ul};
    made.peak = {120'000};
    made.mean = {100'000};
    made.base = {900};
    made.shape = {{100'000}, {0}, {-1}};
    return made;
}

inline Entry used(const detect::Use& use, const base::DeviceId& sensor = kSensor) {
    return ports::UseRecord{sensor, use};
}

inline Entry labelled(const detect::Use& use, ports::UseLabel label, const base::DeviceId& sensor = kSensor) {
    return ports::UseLabelRecord{sensor, ports::key_of(use), std::move(label)};
}

inline Entry told(const detect::Use& use, classify::Verdict verdict, const base::DeviceId& sensor = kSensor) {
    if (verdict.machine_cycle == base::WallTime{}) verdict.machine_cycle = use.start;
    return ports::UseVerdictRecord{sensor, ports::key_of(use), std::move(verdict)};
}

inline ports::DeliveryRecord delivery(std::int64_t number, std::string channel = "phone",
                                      ports::DeliveryState state = ports::DeliveryState::Waiting,
                                      std::int64_t queued_s = 1'700'000'000) {
    ports::DeliveryRecord made;
    made.number = number;
    made.channel = std::move(channel);
    made.incident = 7;
    made.kind = "reminder";
    made.state = state;
    made.queued = at_s(queued_s);
    made.next_try = at_s(queued_s + 60);
    made.tries = 2;
    if (state == ports::DeliveryState::Delivered) made.delivered = at_s(queued_s + 3);
    made.error = "no route";
    made.title = "Water does not rest";
    made.text = "since noon";
    return made;
}

}  // namespace millrace::store::test
