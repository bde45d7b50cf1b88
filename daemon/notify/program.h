// Starts the owner's program for a notice and waits for its end. Blocks; worker threads only.
//
// No shell: what a device says can only be a variable's value. The program inherits nothing but what WEBHOOK.md names:
// no descriptors, no environment of ours, no blocked signals. When its time is up, its process group is killed.
#pragma once

#include "base/time.h"
#include "notify/cancel.h"
#include "notify/notice.h"
#include "notify/outbox.h"
#include "notify/settings.h"

namespace millrace::notify {

// `clock` outlives the call.
[[nodiscard]] Outcome run_program(const Channel& channel, const Notice& notice, const base::Clock& clock,
                                  Cancel& cancel);

// The variables as "NAME=value".
[[nodiscard]] std::vector<std::string> program_environment(const Notice& notice);

}  // namespace millrace::notify
