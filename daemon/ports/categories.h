// The kinds of use as they are shown. Values only.
#pragma once

#include <cstddef>
#include <optional>

#include "base/units.h"
#include "classify/category.h"
#include "classify/category_totals.h"

namespace millrace::ports {

using Category = classify::CategoryName;

// Water of which nobody has said what it was.
inline constexpr Category kUncategorised{"uncategorised", "Uncategorised"};

// What a use can be said to have been.
inline constexpr const auto& kUseCategories = classify::kCategoryNames;

// What of a sensor's water is shown as each category's total, kUncategorised last. Without totals all is of that.
template <typename Tell>  // (const Category&, base::Volume)
void for_each_total(const std::optional<classify::CategoryTotals>& totals, base::Volume lifetime, Tell tell) {
    for (std::size_t i = 0; i < classify::kCategories; ++i) {
        tell(kUseCategories[i], totals ? totals->told[i] : base::Volume{});
    }
    tell(kUncategorised, totals ? totals->uncategorised : lifetime);
}

}  // namespace millrace::ports
