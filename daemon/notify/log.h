// Where this room logs. Any thread.
#pragma once

#include <memory>

namespace spdlog {
class logger;
}

namespace millrace::notify {

// The logger named "notify", or the default one when the app has not set one up.
[[nodiscard]] std::shared_ptr<spdlog::logger> logger();

}  // namespace millrace::notify
