// Cuts the stream of water into uses, beside a standing flow.
//
// A use begins with water above the standing flow and ends when it has rested for some seconds; how long depends on
// what a peak is worth. Values; pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "detect/use.h"
#include "detect/water_step.h"

namespace millrace::detect {

class UseCutter {
public:
    // Returns the use that this water ended, if any, and those told apart within it. `base`: what ran all the time.
    std::vector<Use> add(const WaterStep& step, base::VolumePerPeak per_peak, base::FlowRate base);
    // The same, of a use that has ended by `now`.
    std::vector<Use> end_by(base::WallTime now);
    // As far as it has come.
    [[nodiscard]] std::optional<Use> open() const;

private:
    static constexpr std::size_t kMostBuckets = 4 * 3600 / 5;  // beyond four hours the shape is that of the first four

    struct Open {
        base::WallTime start;
        base::WallTime end;
        std::int64_t volume_ul = 0;
        std::int64_t peaks = 0;
        base::FlowRate base;
        std::vector<std::int64_t> buckets;  // microlitres in each 5 s
    };

    [[nodiscard]] std::vector<Use> close();
    [[nodiscard]] Use use_of(const Open& open) const;

    std::optional<Open> open_;
    std::optional<base::WallTime> last_water_;
    base::VolumePerPeak per_peak_;
    base::Milliseconds rest_{12'000};
};

}  // namespace millrace::detect
