#include "capture/log.h"

#include <utility>

#include <spdlog/spdlog.h>

namespace millrace::capture {

std::shared_ptr<spdlog::logger> logger() {
    if (auto existing = spdlog::get("capture")) return existing;
    auto fresh = spdlog::default_logger()->clone("capture");
    spdlog::register_logger(fresh);
    return fresh;
}

std::optional<std::uint64_t> LogGate::admit(base::SteadyTime now) {
    if (last_ && now - *last_ < kInterval) {
        ++held_back_;
        return std::nullopt;
    }
    last_ = now;
    return std::exchange(held_back_, 0);
}

void LogGate::warn(base::SteadyTime now, std::string_view message) {
    const auto held_back = admit(now);
    if (!held_back) {
        logger()->debug("{}", message);
    } else if (*held_back == 0) {
        logger()->warn("{}", message);
    } else {
        logger()->warn("{} ({} more troubles with connections since the last such line)", message, *held_back);
    }
}

}  // namespace millrace::capture
