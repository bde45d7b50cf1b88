#include "app/service_manager.h"

#include <fcntl.h>
#include <systemd/sd-daemon.h>

#include <cstdint>

namespace millrace::app {
namespace {

// The environment is left as it is: the process that a restart puts in our place reads it again.
constexpr int kKeepEnvironment = 0;

// Who watches may be gone for a moment; the next word reaches it.
void tell(const std::string& what) {
    static_cast<void>(sd_notify(kKeepEnvironment, what.c_str()));
}

}  // namespace

unsigned inherited_descriptors() {
    const int count = sd_listen_fds(kKeepEnvironment);
    return count > 0 ? static_cast<unsigned>(count) : 0;
}

std::optional<int> inherited_bridge_socket() {
    // The unit has one socket, so it is the first.
    if (inherited_descriptors() == 0) return std::nullopt;
    const int copy = ::fcntl(SD_LISTEN_FDS_START, F_DUPFD_CLOEXEC, SD_LISTEN_FDS_START + 1);
    if (copy < 0) return std::nullopt;
    return copy;
}

void tell_ready(const std::string& status) {
    tell("READY=1\nSTATUS=" + status);
}

void tell_stopping() {
    tell("STOPPING=1\nSTATUS=stopping");
}

void tell_restarting() {
    tell("RELOADING=1\nSTATUS=starting anew");
}

std::optional<base::Milliseconds> watchdog_limit() {
    std::uint64_t limit_us = 0;
    if (sd_watchdog_enabled(kKeepEnvironment, &limit_us) <= 0) return std::nullopt;
    return std::chrono::duration_cast<base::Milliseconds>(std::chrono::microseconds(limit_us));
}

void tell_alive() {
    tell("WATCHDOG=1");
}

}  // namespace millrace::app
