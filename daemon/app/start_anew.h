// A new process of the same program in the place of this one.
#pragma once

#include "base/result.h"

namespace millrace::app {

// With the same arguments, environment and process id, so that whoever watches over the daemon sees none other. Where
// the program's file has been replaced by a newer one, that one starts. Returns only when it did not start. All threads
// have ended.
[[nodiscard]] base::Error start_anew();

}  // namespace millrace::app
