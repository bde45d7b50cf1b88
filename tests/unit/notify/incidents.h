// Incidents and what happens to them, for the tests of this room.
#pragma once

#include "detect/incident.h"

namespace millrace::notify {

inline constexpr std::int64_t kStart = 1'795'500'000;  // 24 Nov 2026, 06:00 UTC

inline base::WallTime at_s(std::int64_t seconds) {
    return base::from_unix_s(kStart + seconds);
}

inline detect::Incident incident(std::int64_t id, detect::Rule rule, std::int64_t raised_s = 0) {
    detect::Incident incident;
    incident.id = id;
    incident.device = *base::DeviceId::parse("61DA80B500000001");
    incident.raised = at_s(raised_s);
    incident.finding.rule = rule;
    incident.finding.severity = detect::severity_of(rule);
    incident.finding.since = at_s(raised_s - 600);
    incident.finding.at = at_s(raised_s);
    incident.finding.volume = {24'000'000};
    incident.finding.rate = {40'000};
    incident.finding.observed = 600'000;
    incident.finding.limit = 500'000;
    return incident;
}

inline detect::AlarmEvent event(detect::Change change, detect::Incident incident, std::int64_t at) {
    using detect::Change;
    using detect::IncidentState;
    if (change == Change::Acknowledged) incident.state = IncidentState::Acknowledged;
    if (change == Change::Snoozed) incident.state = IncidentState::Snoozed, incident.snoozed_until = at_s(at + 3'600);
    if (change == Change::Cleared || change == Change::NotALeak) {
        incident.state = IncidentState::Cleared;
        incident.cleared = at_s(at);
        incident.not_a_leak = change == Change::NotALeak;
    }
    return {change, at_s(at), "", std::move(incident)};
}

}  // namespace millrace::notify
