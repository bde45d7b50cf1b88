// The channels that tell people, for those who show or test them.
//
// Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace millrace::ports {

struct ChannelState {
    std::string name;   // the owner's
    std::string type;   // "webhook", "ntfy", "smtp", "gotify", "apprise", "exec", "home_assistant"
    std::string least;  // the least severity it gets: "info", "warning", "critical"
    bool ok = true;     // the last try worked, or there was none
    std::string error;  // of the last try that failed, without secrets
    std::size_t waiting = 0;
    std::optional<base::WallTime> last_success;
    std::optional<base::WallTime> last_test;
};

class Channels {
public:
    virtual ~Channels() = default;
    using Done = std::function<void(base::Result<void, base::Error>)>;

    [[nodiscard]] virtual std::vector<ChannelState> channels() const = 0;
    // Sends a test notice through one channel now, past filters and quiet hours; `done` hears the outcome. At most one
    // a channel at a time.
    virtual void test(const std::string& channel, Done done) = 0;
    // Nothing is sent while this is off, but for tests; the queue stands.
    virtual void set_enabled(bool enabled, Done done) = 0;
    [[nodiscard]] virtual bool enabled() const = 0;
};

}  // namespace millrace::ports
