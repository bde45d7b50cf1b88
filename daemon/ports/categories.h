// The kinds of use that water is told apart by, for totals and for the last use. Values only.
#pragma once

#include <string_view>

namespace millrace::ports {

struct Category {
    std::string_view key;
    std::string_view name;
};

// Nothing tells kinds of use apart yet, so all water is of one.
inline constexpr Category kCategories[] = {{"uncategorised", "Uncategorised"}};

}  // namespace millrace::ports
