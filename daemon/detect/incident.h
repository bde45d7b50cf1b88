// The life of an alarm: raised, acknowledged or snoozed, cleared, re-opened.
//
// A book of incidents: findings go in, changes come out. All water rules of one sensor tell of the same water, so they
// share one incident, which bears the name of its gravest rule; every system rule and every budget has its own, and a
// budget another one in each of its periods. A graver rule, or a graver word of the same one, breaks through an
// acknowledgement and a snooze. When nothing holds any more the incident clears by itself, and what comes back soon
// re-opens it. Pure; one thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
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
    static constexpr base::Seconds kReopensWithin{2 * 3600};
    // Nothing may hold for this long before an incident clears, so that it does not flap: the first time, the second,
    // and from then on. A leak slower than the meter's peaks seems to rest again and again. But for budgets.
    static constexpr std::array kClearsAfter = {base::Seconds{120}, base::Seconds{300}, base::Seconds{600}};
    // Open incidents and those that may still re-open; a stranger who makes up devices cannot make more.
    static constexpr std::size_t kMaxIncidents = 4'096;
    // Cleared ones that stay beyond that, so that a note or "this was no leak" may still come the next day.
    static constexpr std::size_t kKeptCleared = 100;
    // A note is a remark, not a file.
    static constexpr std::size_t kMaxNoteBytes = 1'000;
    // Longer names of those who answer are cut.
    static constexpr std::size_t kMaxNameBytes = 64;

    // Goes on with the open ones, and those cleared lately, of an earlier run. New ones get higher ids.
    void restore(std::vector<Incident> incidents, std::int64_t last_id);

    // How well the device is seen.
    struct Sight {
        // Not at all (its bridge is offline): what was not raised yet is not to be; what is open neither clears nor
        // grows worse. Budgets go by what was counted, seen or not.
        bool muted = false;
        // Its last sign of life. Water that rests and a radio that is lost look the same, so a water incident clears
        // when something was heard after the water came to rest. Unset: whoever asks knows that it rests.
        std::optional<base::WallTime> heard = std::nullopt;
    };

    // `findings`: all that hold for the device now (those that do not hold yet are ignored).
    [[nodiscard]] std::vector<AlarmEvent> update(const base::DeviceId& device, const std::vector<Finding>& findings,
                                                 base::WallTime now, const Sight& sight);
    [[nodiscard]] std::vector<AlarmEvent> update(const base::DeviceId& device, const std::vector<Finding>& findings,
                                                 base::WallTime now) {
        return update(device, findings, now, Sight{});
    }
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
    // Of one device, by id; until the next change.
    [[nodiscard]] std::vector<const Incident*> of(const base::DeviceId& device) const;

private:
    // What is known of an incident in this run only.
    struct Life {
        std::optional<base::WallTime> held;    // when it was last seen to hold; nothing: not judged since the start
        std::optional<base::WallTime> rested;  // since when it has not; nothing: it held at the last look
        bool hushed = false;                   // said to be no leak, and the same water still runs
    };

    [[nodiscard]] std::optional<std::size_t> index_of(std::int64_t id) const;
    // Where those of one device are, by id.
    [[nodiscard]] std::vector<std::size_t> indices_of(const base::DeviceId& device) const;
    [[nodiscard]] std::optional<std::size_t> newest_of(const base::DeviceId& device, int slot, bool open) const;
    void settle(const base::DeviceId& device, int slot, std::vector<Finding> holding, base::WallTime now,
                const Sight& sight, std::vector<AlarmEvent>& events);
    void take_hushed(const base::DeviceId& device, int slot, std::vector<Finding>& holding, base::WallTime now);
    void follow(std::size_t index, const std::vector<Finding>& holding, base::WallTime now,
                std::vector<AlarmEvent>& events);
    void rest(std::size_t index, base::WallTime now, const Sight& sight, std::vector<AlarmEvent>& events);
    void clear(std::size_t index, base::WallTime now, std::vector<AlarmEvent>& events);
    void raise(const base::DeviceId& device, int slot, const Finding& finding, base::WallTime now,
               std::vector<AlarmEvent>& events);
    [[nodiscard]] bool make_room(const Finding& finding);
    void drop_old_cleared(base::WallTime now);
    void drop(std::size_t index);
    [[nodiscard]] base::Result<std::size_t, base::Error> answerable(std::int64_t id) const;

    std::vector<Incident> incidents_;                                          // by id
    std::vector<Life> lives_;                                                  // of each, at the same place
    std::unordered_map<base::DeviceId, std::vector<std::int64_t>> by_device_;  // ids, rising; none is empty
    std::int64_t last_id_ = 0;
};

}  // namespace millrace::detect
