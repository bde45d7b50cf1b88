#include "classify/category_totals.h"

#include <algorithm>

namespace millrace::classify {

void CategoryTotals::add(Category category, base::Volume volume) {
    base::Volume& debt = owed[index_of(category)];
    const base::Volume paid = std::min(debt, volume);
    debt = debt - paid;
    told[index_of(category)] += volume - paid;
}

void CategoryTotals::move(Category from, Category to, base::Volume volume) {
    if (from == to) return;
    owed[index_of(from)] += volume;
    add(to, volume);
}

void CategoryTotals::note_rest(base::Volume lifetime) {
    base::Volume rest = lifetime;
    for (std::size_t i = 0; i < kCategories; ++i) rest = rest - told[i] + owed[i];
    uncategorised = std::max(uncategorised, rest);
}

}  // namespace millrace::classify
