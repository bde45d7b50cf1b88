// What the log says of alarms: a line for each that is raised, gets worse, is answered or ends.
//
// Made-up sensors leak as often as a stranger likes, so the lines are counted: a few at once, then one every few
// minutes. The history has them all. Pure; loop thread only.
#pragma once

#include "base/time.h"
#include "detect/incident.h"
#include "ports/notices.h"

namespace millrace::hub {

class WatchNotices {
public:
    // A bad day in a house of several sensors: each alarm is raised, gets worse, is answered and ends.
    static constexpr int kAtOnce = 40;
    static constexpr base::Seconds kRefill{300};

    void tell(const detect::AlarmEvent& event, ports::Notices& notices);

private:
    [[nodiscard]] bool allow(base::WallTime now);

    int lines_ = kAtOnce;
    base::WallTime since_;
    bool told_quiet_ = false;
};

}  // namespace millrace::hub
