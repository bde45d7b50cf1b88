// Which Millrace this is. Any thread.
#pragma once

namespace millrace::base {

// "1.2.3", of CMakeLists.txt's project().
[[nodiscard]] const char* version();

}  // namespace millrace::base
