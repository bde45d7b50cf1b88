// Which channel is to be told what, and when.
//
// Each incident has a track per channel. What happens to an incident makes a notice due there: at once, or after the
// channel's patience when it only gets what nobody answers. While it stays unanswered, reminders follow. An answer
// drops what is still due. A budget has neither reminders nor a word of its end. What becomes due again before it was
// told is told once, in its newest form. Quiet hours and the least gap of a minute put off, they drop nothing: `due`
// gives it out as soon as it may.
//
// Pure: the time and the local minute are parameters. What was told is read back from the deliveries after a restart.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/time.h"
#include "detect/incident.h"
#include "notify/notice.h"
#include "notify/settings.h"
#include "ports/alarm_records.h"

namespace millrace::notify {

struct Due {
    std::size_t channel = 0;  // of the settings' list
    NoticeKind kind = NoticeKind::Raised;
    detect::Incident incident;
};

class Policy {
public:
    // Between two notices of one incident to one channel.
    static constexpr base::Seconds kLeastGap{60};

    explicit Policy(std::vector<Channel> channels) : channels_(std::move(channels)) {}

    // Goes on after a restart. `incidents`: open ones and those cleared lately; `deliveries`: all that is known of
    // theirs. An incident that a channel has no delivery of is raised there, if nobody has answered: rather twice than
    // never.
    void restore(const std::vector<detect::Incident>& incidents, const std::vector<ports::DeliveryRecord>& deliveries,
                 base::WallTime now);

    void on_event(const detect::AlarmEvent& event);

    // What is to be sent now, the gravest first; each is given out once. `local_minute` of the day, 0 to 1439.
    [[nodiscard]] std::vector<Due> due(base::WallTime now, int local_minute);

private:
    struct Pending {
        NoticeKind kind = NoticeKind::Raised;
        base::WallTime not_before;
    };
    struct Track {
        bool told = false;  // knows that it is open
        bool ever = false;  // was told of it before
        std::optional<base::WallTime> last;
        std::size_t reminders = 0;  // since the last notice that was none
        std::optional<Pending> pending;
    };
    struct Watched {
        detect::Incident incident;
        std::vector<Track> tracks;  // as many as channels
    };

    [[nodiscard]] bool wants(const Channel& channel, const detect::Finding& finding) const;
    Watched& watched(const detect::Incident& incident);  // known from now on, as it stands now
    void tell(Watched& watched, detect::Change change, base::WallTime at);
    void end(Watched& watched, base::WallTime at);
    [[nodiscard]] std::optional<NoticeKind> due_kind(const Channel& channel, const Watched& watched, Track& track,
                                                     base::WallTime now, int local_minute) const;
    void forget_ended(base::WallTime now);

    std::vector<Channel> channels_;
    std::map<std::int64_t, Watched> watched_;  // by incident
};

}  // namespace millrace::notify
