#include "hub/watch_notices.h"

#include <optional>
#include <string>

#include "detect/wording.h"

namespace millrace::hub {
namespace {

using detect::AlarmEvent;
using detect::Change;

ports::Severity gravity(const AlarmEvent& event) {
    const bool bad =
        event.change == Change::Raised || event.change == Change::Escalated || event.change == Change::Reopened;
    const bool grave = event.incident.finding.severity != detect::Severity::Info;
    return bad && grave ? ports::Severity::Warning : ports::Severity::Info;
}

// Nothing for what need not be in the log.
std::optional<std::string> words(Change change) {
    switch (change) {
        case Change::Raised: return "raised";
        case Change::Escalated: return "got worse";
        case Change::Acknowledged: return "acknowledged";
        case Change::Snoozed: return "snoozed";
        case Change::Cleared: return "cleared";
        case Change::Reopened: return "is back";
        case Change::NotALeak: return "said to be no leak";
        case Change::Resumed:
        case Change::Noted: return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

bool WatchNotices::allow(base::WallTime now) {
    // A clock that was set back must not silence the log until it has caught up.
    if (lines_ == kAtOnce || now < since_) since_ = now;
    const auto earned = (now - since_) / kRefill;
    if (earned >= kAtOnce - lines_) {
        lines_ = kAtOnce;
        since_ = now;
    } else {
        lines_ += static_cast<int>(earned);
        since_ += earned * kRefill;
    }
    if (lines_ == 0) return false;
    --lines_;
    return true;
}

void WatchNotices::tell(const AlarmEvent& event, ports::Notices& notices) {
    const auto changed = words(event.change);
    if (!changed) return;
    if (!allow(event.at)) {
        if (told_quiet_) return;
        told_quiet_ = true;
        return notices.notice(ports::Severity::Warning,
                              "there are too many alarms to name each here; see /api/v1/alarms?state=all");
    }
    told_quiet_ = false;
    const detect::Incident& incident = event.incident;
    std::string text = "alarm " + std::to_string(incident.id) + " " + *changed;
    if (!event.by.empty()) text += " by " + event.by;
    text += ": " + detect::title(incident.finding.rule) + " (" + std::string(detect::name(incident.finding.severity)) +
            ") at " + incident.device.str();
    notices.notice(gravity(event), text);
}

}  // namespace millrace::hub
