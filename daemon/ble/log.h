// The room's log, and the gate that keeps what comes and goes from filling it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/time.h"

namespace spdlog {
class logger;
}

namespace millrace::ble {

// The logger named "ble"; made from the default one when the app has not set one up.
[[nodiscard]] std::shared_ptr<spdlog::logger> logger();

// Says how each subject does, once for each change. An adapter with a loose contact or a device at the edge of its
// range changes all the time: past ten lines there is one a minute at most, in sum over all. What was held back is said
// by the next line of its subject. Loop thread only.
class ChangeLog {
public:
    static constexpr int kBurst = 10;
    static constexpr base::Seconds kInterval{60};

    // `problem` is empty when all is well, as it is taken to be in the beginning. True when a line went out.
    bool note(base::SteadyTime now, const std::string& subject, const std::string& problem);

private:
    bool admit(base::SteadyTime now);

    std::map<std::string, std::string> said_;  // by subject; those are as many as adapters and receivers
    int left_ = kBurst;
    std::optional<base::SteadyTime> last_refill_;
};

}  // namespace millrace::ble
