// systemd, where it has started the daemon and watches over it: told when we are ready, alive and stopping; asked for
// the socket that it listens on for us. Where nobody of that kind is there, or built without it (CMake's
// MILLRACE_SYSTEMD), all of it is silent and nothing is inherited.
//
// The state is in the environment, which is read only. Loop thread, or before there is one.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"

namespace millrace::app {

// A listening socket for bridges, our own copy that whoever takes it closes. systemd's own stays open for the process
// that a restart puts in our place.
[[nodiscard]] std::optional<int> inherited_bridge_socket();

// How many descriptors from 3 on systemd has handed over, so that they can be left to the next process.
[[nodiscard]] unsigned inherited_descriptors();

// `status` is a sentence for `systemctl status`.
void tell_ready(const std::string& status);
// For good, or to start anew under the same process id.
void tell_stopping();
void tell_restarting();

// How often it wants a sign of life at the least; nothing: it wants none.
[[nodiscard]] std::optional<base::Milliseconds> watchdog_limit();
void tell_alive();

}  // namespace millrace::app
