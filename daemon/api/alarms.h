// `/api/v1/alarms`: what is wrong now, what was, and people's answers to it.
//
// Alarms are named by their number. The list has the newest first and goes on after `cursor`, the last number of the
// page before, which clients need not know. What is open comes from the watch, whose numbers are the newest; what is
// past comes from the history.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/alarm_json.h"
#include "ports/alarms.h"

namespace millrace::api {

inline constexpr std::size_t kDefaultAlarmsPerPage = 100;
inline constexpr std::size_t kMaxAlarmsPerPage = 1'000;

inline constexpr base::Milliseconds kShortestSnooze = std::chrono::minutes{1};
inline constexpr base::Milliseconds kLongestSnooze = std::chrono::hours{30 * 24};

// A note is a sentence or two; who wrote it is a name.
inline constexpr std::size_t kMaxNoteBytes = 500;
inline constexpr std::size_t kMaxNameBytes = 64;

// `next` is the cursor of the page after, if there is one.
[[nodiscard]] std::string alarms_document(const std::vector<detect::Incident>& incidents,
                                          std::optional<std::int64_t> next, const AlarmView& view, base::WallTime now);

[[nodiscard]] std::string alarm_document(const detect::Incident& incident,
                                         const std::vector<detect::AlarmEvent>& history, const AlarmView& view);

}  // namespace millrace::api
