#include "ble/log.h"

#include <algorithm>

#include <spdlog/spdlog.h>

namespace millrace::ble {

std::shared_ptr<spdlog::logger> logger() {
    if (auto existing = spdlog::get("ble")) return existing;
    auto fresh = spdlog::default_logger()->clone("ble");
    spdlog::register_logger(fresh);
    return fresh;
}

bool ChangeLog::note(base::SteadyTime now, const std::string& subject, const std::string& problem) {
    std::string& said = said_[subject];
    if (said == problem || !admit(now)) return false;
    said = problem;
    if (problem.empty()) {
        logger()->info("{}: works", subject);
    } else {
        logger()->warn("{}: {}", subject, problem);
    }
    return true;
}

bool ChangeLog::admit(base::SteadyTime now) {
    if (!last_refill_) last_refill_ = now;
    const auto intervals = (now - *last_refill_) / kInterval;
    if (intervals > 0) {
        left_ = static_cast<int>(std::min<std::int64_t>(left_ + intervals, kBurst));
        *last_refill_ += intervals * kInterval;
    }
    if (left_ == 0) return false;
    --left_;
    return true;
}

}  // namespace millrace::ble
