// The kinds of use that water is told apart by. Values only.
#pragma once

#include <string_view>

namespace millrace::ports {

struct Category {
    std::string_view key;
    std::string_view name;
};

// Water of which nobody has said what it was.
inline constexpr Category kUncategorised{"uncategorised", "Uncategorised"};

// What a use can be said to have been. The keys are stored and shown: none is ever changed or taken away.
inline constexpr Category kUseCategories[] = {
    {"toilet", "Toilet"},
    {"shower", "Shower"},
    {"bath", "Bath"},
    {"faucet", "Faucet"},
    {"clothes_washer", "Clothes washer"},
    {"dishwasher", "Dishwasher"},
    {"irrigation", "Irrigation"},
    {"hose", "Hose"},
    {"softener", "Water softener"},
    {"leak", "Leak"},
    {"other", "Other"},
};

// For totals that only ever rise, and for the last use. Nothing tells kinds of use apart while they happen, so all
// water is of one.
inline constexpr Category kCategories[] = {kUncategorised};

}  // namespace millrace::ports
