// The life of an alarm: raised, acknowledged or snoozed, cleared, re-opened.
//
// A book of incidents: findings go in, changes come out. All water rules of one sensor tell of the same water, so they
// share one incident, which bears the name of its gravest rule; every system rule has its own. A graver rule breaks
// through an acknowledgement and a snooze. When nothing holds any more the incident clears by itself, and what comes
// back soon re-opens it. Pure; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/device_id.h"
#include "base/result.h"
#include "base/time.h"
#include "detect/finding.h"

namespace millrace::detect {

// The numbers are stored.
enum class IncidentState : std::uint8_t { Raised = 1, Acknowledged = 2, Snoozed = 3, Cleared = 4 };
enum class Change : std::uint8_t {
    Raised = 1,
    Escalated = 2,  // a graver rule holds
    Acknowledged = 3,
    Snoozed = 4,
    Resumed = 5,  // a snooze is over and it still holds
    Cleared = 6,
    Reopened = 7,
    Noted = 8,     // somebody wrote a note
    NotALeak = 9,  // somebody said so
};

[[nodiscard]] std::string_view name(IncidentState state);  // "raised", "acknowledged", "snoozed", "cleared"
[[nodiscard]] std::string_view name(Change change);        // "raised", "escalated", …, "not_a_leak"

struct Incident {
    std::int64_t id = 0;
    base::DeviceId device;
    IncidentState state = IncidentState::Raised;
    Finding finding;  // the gravest, as it stood last
    base::WallTime raised;
    std::optional<base::WallTime> cleared;
    std::optional<base::WallTime> snoozed_until;
    std::string answered_by;  // who acknowledged or snoozed, as they call themselves
    std::string note;         // the newest
    bool not_a_leak = false;
    int reopened = 0;

    [[nodiscard]] bool open() const { return state != IncidentState::Cleared; }
    bool operator==(const Incident&) const = default;
};

// One line of an incident's history.
struct AlarmEvent {
    Change change = Change::Raised;
    base::WallTime at;
    std::string by;     // empty: by itself
    Incident incident;  // as it stands after the change

    bool operator==(const AlarmEvent&) const = default;
};

class IncidentBook {
public:
    // What comes back within this re-opens the incident.
    static constexpr base::Seconds kReopensWithin{30 * 60};
    // Nothing may hold for this long before an incident clears, so that it does not flap.
    static constexpr base::Seconds kClearsAfter{120};
    // Open incidents and those that may still re-open; a stranger who makes up devices cannot make more.
    static constexpr std::size_t kMaxIncidents = 4'096;

    // Goes on with the open ones, and those cleared lately, of an earlier run. New ones get higher ids.
    void restore(std::vector<Incident> incidents, std::int64_t last_id);

    // `findings`: all that hold for the device now (those that do not hold yet are ignored). `muted`: what was not
    // raised yet is not to be; what is open neither clears nor grows worse (a bridge that is offline mutes water).
    [[nodiscard]] std::vector<AlarmEvent> update(const base::DeviceId& device, const std::vector<Finding>& findings,
                                                 base::WallTime now, bool muted = false);
    // Snoozes that are over.
    [[nodiscard]] std::vector<AlarmEvent> tick(base::WallTime now);

    using Answer = base::Result<AlarmEvent, base::Error>;
    // Errors: no such incident, or it is cleared.
    [[nodiscard]] Answer acknowledge(std::int64_t id, const std::string& by, base::WallTime now);
    [[nodiscard]] Answer snooze(std::int64_t id, base::WallTime until, const std::string& by, base::WallTime now);
    // These two take cleared ones too, while the book has them.
    [[nodiscard]] Answer note(std::int64_t id, const std::string& text, const std::string& by, base::WallTime now);
    [[nodiscard]] Answer not_a_leak(std::int64_t id, const std::string& by, base::WallTime now);

    [[nodiscard]] const std::vector<Incident>& incidents() const { return incidents_; }  // by id

private:
    std::vector<Incident> incidents_;
    std::int64_t last_id_ = 0;
};

}  // namespace millrace::detect
