#include "access/attempts.h"

#include <algorithm>

namespace millrace::access {

base::Seconds Attempts::wait(const std::string& address, base::SteadyTime now) const {
    const auto found = owing_.find(address);
    if (found == owing_.end()) return base::Seconds{0};
    const auto over = found->second - now - (kBurst - 1) * kRefill;
    return std::max(base::Seconds{0}, std::chrono::ceil<base::Seconds>(over));
}

void Attempts::failed(const std::string& address, base::SteadyTime now) {
    if (owing_.size() >= kMostAddresses && !owing_.contains(address)) {
        std::erase_if(owing_, [now](const auto& entry) { return entry.second <= now; });
        if (owing_.size() >= kMostAddresses) {
            owing_.erase(std::min_element(owing_.begin(), owing_.end(),
                                          [](const auto& a, const auto& b) { return a.second < b.second; }));
        }
    }
    base::SteadyTime& until = owing_.try_emplace(address, now).first->second;
    until = std::max(until, now) + kRefill;
}

}  // namespace millrace::access
