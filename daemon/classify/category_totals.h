// Totals by category that only ever rise, whatever is learned later: for those who record differences, as Home
// Assistant does. Values; pure.
#pragma once

#include <array>

#include "base/units.h"
#include "classify/category.h"

namespace millrace::classify {

// A use that turns out to be of another category cannot be taken back from a total that was told. It is added to the
// right one, and the next water of the wrong one is not, until both are even.
struct CategoryTotals {
    std::array<base::Volume, kCategories> told{};  // by index_of(): what is shown
    std::array<base::Volume, kCategories> owed{};  // of it, told of water that was another's
    base::Volume uncategorised;                    // what no use took

    void add(Category category, base::Volume volume);
    // What was added to `from` is of `to`.
    void move(Category from, Category to, base::Volume volume);
    // Call it while no use is under way: what belongs to no use shows only then. `lifetime`: of all water.
    void note_rest(base::Volume lifetime);

    bool operator==(const CategoryTotals&) const = default;
};

}  // namespace millrace::classify
