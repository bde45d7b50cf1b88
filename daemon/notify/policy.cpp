#include "notify/policy.h"

#include <algorithm>
#include <utility>

namespace millrace::notify {
namespace {

using detect::Change;
using detect::Incident;
using detect::IncidentState;

base::Seconds patience(const Channel& channel, detect::Rule rule) {
    return rule == detect::Rule::Burst ? std::min(channel.after, channel.after_burst) : channel.after;
}

// Nothing runs that somebody has to shut, and the calendar ends it: of a budget people hear once at each of its steps.
bool is_told_once(const Incident& incident) {
    return detect::is_budget(incident.finding.rule);
}

NoticeKind kind_of(Change change) {
    switch (change) {
        case Change::Escalated: return NoticeKind::Escalated;
        case Change::Resumed: return NoticeKind::Resumed;
        case Change::Reopened: return NoticeKind::Reopened;
        default: return NoticeKind::Raised;
    }
}

}  // namespace

std::string_view name(NoticeKind kind) {
    switch (kind) {
        case NoticeKind::Raised: return "raised";
        case NoticeKind::Reminder: return "reminder";
        case NoticeKind::Escalated: return "escalated";
        case NoticeKind::Resumed: return "resumed";
        case NoticeKind::Reopened: return "reopened";
        case NoticeKind::Cleared: return "cleared";
        case NoticeKind::Test: return "test";
    }
    return "unknown";
}

std::optional<NoticeKind> notice_kind_by_name(std::string_view text) {
    for (const NoticeKind kind : {NoticeKind::Raised, NoticeKind::Reminder, NoticeKind::Escalated, NoticeKind::Resumed,
                                  NoticeKind::Reopened, NoticeKind::Cleared, NoticeKind::Test}) {
        if (name(kind) == text) return kind;
    }
    return std::nullopt;
}

bool Policy::wants(const Channel& channel, const detect::Finding& finding) const {
    const auto& rules = channel.rules;
    return finding.severity >= channel.least &&
           (rules.empty() || std::find(rules.begin(), rules.end(), finding.rule) != rules.end());
}

Policy::Watched& Policy::watched(const Incident& incident) {
    Watched& watched = watched_[incident.id];
    watched.incident = incident;
    watched.tracks.resize(channels_.size());
    return watched;
}

void Policy::restore(const std::vector<Incident>& incidents, const std::vector<ports::DeliveryRecord>& deliveries,
                     base::WallTime now) {
    for (const Incident& incident : incidents) {
        if (!incident.open() && (!incident.cleared || now - *incident.cleared > detect::IncidentBook::kReopensWithin)) {
            continue;
        }
        Watched& known = watched(incident);
        for (const ports::DeliveryRecord& delivery : deliveries) {  // by number, so the last word is the newest
            if (delivery.incident != incident.id) continue;
            const auto kind = notice_kind_by_name(delivery.kind);
            for (std::size_t i = 0; kind && i < channels_.size(); ++i) {
                if (channels_[i].name != delivery.channel) continue;
                Track& track = known.tracks[i];
                track.told = *kind != NoticeKind::Cleared;
                track.ever = true;
                track.last = std::max(track.last.value_or(delivery.queued), delivery.queued);
                track.reminders = *kind == NoticeKind::Reminder ? track.reminders + 1 : 0;
            }
        }
        if (!incident.open()) {
            end(known, now);
            continue;
        }
        if (incident.state != IncidentState::Raised) continue;
        for (std::size_t i = 0; i < channels_.size(); ++i) {
            Track& track = known.tracks[i];
            if (track.told || !wants(channels_[i], incident.finding)) continue;
            const auto kind = track.ever ? NoticeKind::Reopened : NoticeKind::Raised;
            track.pending = Pending{kind, incident.raised + patience(channels_[i], incident.finding.rule)};
        }
    }
}

void Policy::on_event(const detect::AlarmEvent& event) {
    const auto known = watched_.find(event.incident.id);
    switch (event.change) {
        case Change::Raised:
        case Change::Escalated:
        case Change::Resumed:
        case Change::Reopened: return tell(watched(event.incident), event.change, event.at);
        case Change::Cleared: return end(watched(event.incident), event.at);
        case Change::Noted:
        case Change::NotALeak:
            // Of one that is over already, nobody need be told.
            if (known == watched_.end() || !known->second.incident.open()) return;
            if (!event.incident.open()) return end(watched(event.incident), event.at);
            watched(event.incident);
            return;
        case Change::Acknowledged:
        case Change::Snoozed:
            for (Track& track : watched(event.incident).tracks) track.pending.reset();
            return;
    }
}

void Policy::tell(Watched& watched, Change change, base::WallTime at) {
    for (std::size_t i = 0; i < channels_.size(); ++i) {
        Track& track = watched.tracks[i];
        if (!wants(channels_[i], watched.incident.finding)) continue;
        const base::WallTime patient_until = at + patience(channels_[i], watched.incident.finding.rule);
        if (track.told) {
            // A "cleared" that was not told yet is void as well.
            track.pending = Pending{kind_of(change), at};
        } else {
            const base::WallTime before = track.pending ? track.pending->not_before : patient_until;
            const bool again = change == Change::Reopened && track.ever;
            track.pending = Pending{again ? NoticeKind::Reopened : NoticeKind::Raised, std::min(before, patient_until)};
        }
        track.reminders = 0;
    }
}

void Policy::end(Watched& watched, base::WallTime at) {
    for (std::size_t i = 0; i < channels_.size(); ++i) {
        Track& track = watched.tracks[i];
        track.pending.reset();
        if (!track.told) continue;
        if (channels_[i].send_resolved && !is_told_once(watched.incident)) {
            track.pending = Pending{NoticeKind::Cleared, at};
        } else {
            track.told = false;
        }
    }
}

std::optional<NoticeKind> Policy::due_kind(const Channel& channel, const Watched& watched, Track& track,
                                           base::WallTime now, int local_minute) const {
    // The clock was put back: what lies ahead must not silence anybody.
    if (track.last && *track.last > now) track.last = now;
    std::optional<NoticeKind> kind;
    if (track.pending) {
        const auto latest = now + patience(channel, watched.incident.finding.rule);
        track.pending->not_before = std::min(track.pending->not_before, latest);
        if (now >= track.pending->not_before) kind = track.pending->kind;
    } else if (track.told && track.last && watched.incident.state == IncidentState::Raised && !channel.repeat.empty() &&
               !is_told_once(watched.incident)) {
        const base::Seconds gap = channel.repeat[std::min(track.reminders, channel.repeat.size() - 1)];
        if (now - *track.last >= gap) kind = NoticeKind::Reminder;
    }
    if (!kind || (track.last && now - *track.last < kLeastGap)) return std::nullopt;
    const bool critical = watched.incident.finding.severity == detect::Severity::Critical;
    if (channel.quiet && !critical && channel.quiet->hold(local_minute)) return std::nullopt;
    return kind;
}

std::vector<Due> Policy::due(base::WallTime now, int local_minute) {
    std::vector<Due> all;
    for (auto& [id, watched] : watched_) {
        for (std::size_t i = 0; i < channels_.size(); ++i) {
            Track& track = watched.tracks[i];
            const auto kind = due_kind(channels_[i], watched, track, now, local_minute);
            if (!kind) continue;
            track.last = now;
            track.ever = true;
            track.told = *kind != NoticeKind::Cleared;
            if (*kind == NoticeKind::Reminder) {
                ++track.reminders;
            } else {
                track.pending.reset();
                track.reminders = 0;
            }
            all.push_back({i, *kind, watched.incident});
        }
    }
    forget_ended(now);
    std::stable_sort(all.begin(), all.end(), [](const Due& a, const Due& b) {
        return a.incident.finding.severity > b.incident.finding.severity;
    });
    return all;
}

// Those that cannot come back and about which nobody waits for a word.
void Policy::forget_ended(base::WallTime now) {
    std::erase_if(watched_, [now](const auto& entry) {
        const Watched& watched = entry.second;
        if (watched.incident.open()) return false;
        const bool may_reopen =
            watched.incident.cleared && now - *watched.incident.cleared <= detect::IncidentBook::kReopensWithin;
        return !may_reopen && std::none_of(watched.tracks.begin(), watched.tracks.end(),
                                           [](const Track& track) { return track.pending.has_value(); });
    });
}

}  // namespace millrace::notify
