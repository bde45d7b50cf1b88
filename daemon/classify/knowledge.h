// What is known of households in general: how much each kind of use takes, how fast and how often, and what the
// circumstances of a use (Context) speak for. Pure.
#pragma once

#include "classify/category.h"
#include "classify/context.h"
#include "classify/memory.h"

namespace millrace::classify {

// How likely a use is to be of each category: shares of 1. tests/bench/category-figures.md says how often that was
// right.
[[nodiscard]] Shares general_shares(const Shape& shape, const Context& context);

}  // namespace millrace::classify
