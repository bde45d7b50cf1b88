// A page of the frame archive. On a reader's connection and thread; throws sql::Error.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "ports/history.h"

namespace millrace::sql {
class Connection;
}  // namespace millrace::sql

namespace millrace::store {

// Whatever was asked for, a page ends here, or once its payloads fill this: whoever asked writes them out on the loop.
inline constexpr std::size_t kMaxFramesPerPage = 1'000;
inline constexpr std::size_t kFullFramePageBytes = 1U << 20;

// How many ids one question looks at: frames have no index but their id, and a question must not hold its thread long.
inline constexpr std::int64_t kFramesLookedAt = 200'000;

[[nodiscard]] base::Result<ports::FramePage, base::Error> read_frames(const sql::Connection& connection,
                                                                      const ports::FrameQuery& query);

}  // namespace millrace::store
