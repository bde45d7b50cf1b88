// What every command ends with.
#pragma once

#include <ostream>

#include "base/result.h"

namespace millrace::app {

inline constexpr int kExitGood = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitFindings = 3;  // it ran to its end, and found something that wants attention

// Says what went wrong and gives the exit code.
inline int fail(const base::Error& error, std::ostream& err, int exit_code = kExitFailed) {
    err << "millrace: " << error.message << '\n';
    return exit_code;
}

}  // namespace millrace::app
