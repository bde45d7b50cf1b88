// The room's log, and the gate that keeps remote peers from filling it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace spdlog {
class logger;
}

namespace millrace::capture {

// The logger named "capture"; made from the default one when the app has not set one up.
[[nodiscard]] std::shared_ptr<spdlog::logger> logger();

// Lets one line through per interval and counts the rest. Loop thread only.
class LogGate {
public:
    // What a peer can cause is logged at info or above at most once a minute, in sum over all peers.
    static constexpr base::Seconds kInterval{60};

    // The number of lines held back since the last one let through, or nothing when this one is held back too.
    [[nodiscard]] std::optional<std::uint64_t> admit(base::SteadyTime now);

    // Warns about something a remote peer caused, if it is time; otherwise only counts it.
    void warn(base::SteadyTime now, std::string_view message);

private:
    std::optional<base::SteadyTime> last_;
    std::uint64_t held_back_ = 0;
};

}  // namespace millrace::capture
