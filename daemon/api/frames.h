// `/api/v1/frames`: the messages as they came, newest first, for diagnosis. They may hold what is sealed for good
// reason, so the route needs the widest scope.
#pragma once

#include <cstddef>
#include <string>

#include "base/time_zone.h"
#include "ports/history.h"

namespace millrace::api {

inline constexpr std::size_t kDefaultFramesPerPage = 100;
// A page is built on the loop thread; large messages end it earlier, in the store.
inline constexpr std::size_t kMaxFramesPerPage = 500;

// Each with `payload` when it is a plain text of ASCII, which may end in the NUL that bridges send, else with
// `payload_hex`.
[[nodiscard]] std::string frames_document(const ports::FramePage& page, const base::TimeZone& zone);

}  // namespace millrace::api
