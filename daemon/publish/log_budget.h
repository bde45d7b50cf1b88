// A broker that comes and goes must not fill the log: a few lines at once, then one every few minutes.
//
// Pure; loop thread only.
#pragma once

#include "base/time.h"

namespace millrace::publish {

class LogBudget {
public:
    static constexpr int kBurst = 8;
    static constexpr base::Seconds kRefill{300};

    [[nodiscard]] bool allow(base::SteadyTime now) {
        if (lines_ == kBurst) since_ = now;
        while (lines_ < kBurst && now - since_ >= kRefill) {
            ++lines_;
            since_ += kRefill;
        }
        if (lines_ == 0) return false;
        --lines_;
        return true;
    }

private:
    int lines_ = kBurst;
    base::SteadyTime since_{};
};

}  // namespace millrace::publish
