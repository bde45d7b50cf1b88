// One use of water: a tap, a flush, a shower, a zone of the sprinklers.
//
// Values only; any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"
#include "base/units.h"

namespace millrace::detect {

struct Use {
    base::WallTime start;
    base::WallTime end;
    base::Volume volume;  // without what ran beside it all the time
    base::FlowRate peak;  // highest over ten seconds
    base::FlowRate mean;
    base::FlowRate base;                // the standing flow beside it
    bool overlapped = false;            // told apart from another use at the same time by steps of the flow
    std::vector<base::FlowRate> shape;  // means over equal parts of it, kShapeParts at most

    static constexpr std::size_t kShapeParts = 12;

    bool operator==(const Use&) const = default;
};

// Which of a sensor's uses.
struct UseKey {
    base::WallTime start;
    bool overlapped = false;
    base::Volume volume;

    bool operator==(const UseKey&) const = default;
};
[[nodiscard]] inline UseKey key_of(const Use& use) {
    return {use.start, use.overlapped, use.volume};
}

}  // namespace millrace::detect
