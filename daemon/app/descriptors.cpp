#include "app/descriptors.h"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace millrace::app {
namespace {

// Store and readers, the broker, channels, Bluetooth, checks, timers and the log.
constexpr std::size_t kOurOwn = 128;

}  // namespace

std::size_t descriptors_for(const settings::Settings& settings) {
    // In relay mode each bridge has a connection to the cloud as well.
    const std::size_t a_bridge = settings.capture.mode == ports::CloudMode::Local ? 1 : 2;
    return a_bridge * settings.capture.max_connections + settings.api.max_connections + kOurOwn;
}

base::Result<void, base::Error> allow_descriptors(std::size_t needed) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed) return {};
    const rlim_t allowed = std::min<rlim_t>(needed, limit.rlim_max);
    if (allowed > limit.rlim_cur) {
        limit.rlim_cur = allowed;
        if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
            return base::failure(
                base::Error{std::string("cannot raise the limit of open files: ") + std::strerror(errno)});
        }
    }
    if (allowed >= needed) return {};
    return base::failure(base::Error{"as many connections as the config file allows may need " +
                                     std::to_string(needed) + " open files, and this process may have " +
                                     std::to_string(allowed) + "; raise LimitNOFILE, or ulimit -n"});
}

}  // namespace millrace::app
