// What is known of households in general: how much each kind of use takes, how fast and how often, and what the
// circumstances of a use (Context) speak for. Pure.
#pragma once

#include <array>

#include "classify/category.h"
#include "classify/context.h"
#include "classify/memory.h"

namespace millrace::classify {

// Shares of 1, by index_of().
using Shares = std::array<double, kCategories>;

// How likely a use is to be of each category. tests/bench/category-figures.md says how often that was right.
[[nodiscard]] Shares general_shares(const Shape& shape, const Context& context);

}  // namespace millrace::classify
