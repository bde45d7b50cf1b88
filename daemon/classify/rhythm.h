// The beat of machines: whether the pauses between a use and its neighbours are those of earlier times. A washing
// machine's programme fills after the same minutes each time it runs; people do not. Pure.
#pragma once

#include <vector>

#include "base/time.h"
#include "classify/memory.h"

namespace millrace::classify {

struct Rhythm {
    // Neighbours that stood at the same distance from earlier uses like this one, far more often than by chance; 2 at
    // most.
    int recurring = 0;
    // Of those earlier uses, how many had the most faithful neighbour, less those by chance; 0 to 1.
    double share = 0;
};

// Whether a valve that fills could have let this through: steady, more than a cup or two, and no tub.
[[nodiscard]] bool may_be_fill(const Shape& shape);

// `fills`: the steady uses at the flow of `use` that began within kMatesWithin of it. Of `memory`'s uses those before
// it count as earlier times. `days` are known of. At most kMostFills of the fills and kMostTimes earlier uses are
// looked at, so that a large family's four weeks take no longer than a couple's.
[[nodiscard]] Rhythm rhythm_of(const Remembered& use, const std::vector<const Remembered*>& fills, const Memory& memory,
                               double days);

}  // namespace millrace::classify
