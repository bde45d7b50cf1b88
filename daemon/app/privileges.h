// Giving up what the process may do more than it needs, once it has opened what needs it.
//
// Live capture opens a raw socket, which takes root or CAP_NET_RAW; everything after that takes neither. Called once,
// before any thread is started (capabilities belong to threads) and before the state directory is opened, so that its
// files belong to the user the daemon goes on as. Uses the kernel's calls directly.
#pragma once

#include <string>

#include "base/result.h"

namespace millrace::app {

struct PrivilegeSettings {
    // Whom to become when started as root. Empty: `millrace` when there is such a user, else `nobody`. `root` stays
    // root, but without any of its capabilities.
    std::string user;
    // Made for that user when it is missing; must be writable for it otherwise. Empty: not looked at.
    std::string state_dir;
};

// For good: no capabilities, none to be gained by running another program, and not root unless told so. Gives one
// sentence for the log. On failure the process must end, because it may be half way.
[[nodiscard]] base::Result<std::string, base::Error> drop_privileges(const PrivilegeSettings& settings);

}  // namespace millrace::app
