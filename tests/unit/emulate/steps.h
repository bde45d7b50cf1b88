// Water for tests: the steps one writes down.
#pragma once

#include <deque>
#include <memory>

#include "emulate/water.h"

namespace millrace::emulate {

class WrittenWater final : public Water {
public:
    explicit WrittenWater(std::deque<Step> steps) : steps_(std::move(steps)) {}

    std::optional<Step> next() override {
        if (steps_.empty()) return std::nullopt;
        const Step step = steps_.front();
        steps_.pop_front();
        return step;
    }

private:
    std::deque<Step> steps_;
};

inline Step step_at(std::int64_t unix_ms, std::int64_t peaks = 1) {
    return {base::from_unix_ms(unix_ms), base::PeakCount{peaks}};
}

}  // namespace millrace::emulate
