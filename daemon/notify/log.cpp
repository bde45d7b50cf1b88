#include "notify/log.h"

#include <spdlog/spdlog.h>

namespace millrace::notify {

std::shared_ptr<spdlog::logger> logger() {
    auto own = spdlog::get("notify");
    return own ? own : spdlog::default_logger();
}

}  // namespace millrace::notify
