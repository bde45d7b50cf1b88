// One thing to tell one channel. A value; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "detect/incident.h"

namespace millrace::notify {

enum class NoticeKind : std::uint8_t { Raised, Reminder, Escalated, Resumed, Reopened, Cleared, Test };

// As it is stored and sent: "raised", "reminder", "escalated", "resumed", "reopened", "cleared", "test".
[[nodiscard]] std::string_view name(NoticeKind kind);
[[nodiscard]] std::optional<NoticeKind> notice_kind_by_name(std::string_view name);

struct Notice {
    std::int64_t number = 0;
    NoticeKind kind = NoticeKind::Test;
    base::WallTime at;
    std::optional<detect::Incident> incident;  // nothing: a test, or no longer known after a restart
    std::int64_t incident_id = 0;              // 0: a test
    std::string title;
    std::string text;
    std::string link;  // to the page; may be empty

    [[nodiscard]] detect::Severity severity() const {
        return incident ? incident->finding.severity : detect::Severity::Info;
    }
};

}  // namespace millrace::notify
