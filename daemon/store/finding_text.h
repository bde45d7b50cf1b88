// The text in which a finding's numbers are kept: a JSON object of whole numbers, without those that are zero.
//
// Rule, severity and detail have columns of their own. Pure.
#pragma once

#include <string>
#include <string_view>

#include "detect/finding.h"

namespace millrace::store {

[[nodiscard]] std::string to_text(const detect::Finding& finding);

// Reads back what `to_text` wrote. What is missing, or is no whole number, counts as zero; a finding without a measure
// has nothing to compare.
[[nodiscard]] detect::Finding finding_from(std::string_view text);

}  // namespace millrace::store
