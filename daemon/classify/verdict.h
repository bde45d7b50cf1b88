// What a use is taken for, and why. Values only.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "classify/category.h"
#include "detect/use.h"

namespace millrace::classify {

struct Verdict {
    Category category = Category::Other;
    double confidence = 0;     // how likely it is right, 0 to 1; of Other: how likely the best guess would have been
    int alike_this_week = 0;   // uses of its volume and flow in the seven days before
    bool as_labelled = false;  // the owner's words on uses like it decided
    std::string name;          // what the owner calls uses like it, or empty
    base::WallTime machine_cycle;  // when the first fill of its machine's cycle began; its own start when it has none

    bool operator==(const Verdict&) const = default;
};

struct Judged {
    detect::UseKey use;
    Verdict verdict;
    std::optional<Category> before{};  // what it was taken for until now
};

}  // namespace millrace::classify
