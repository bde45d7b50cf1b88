// Which labelled events a use that was cut out of the flow consists of.
//
// Each event's water is given to the uses that ran at its time, the one most like it in time first, the shortest events
// first, and no use is given more than it has: so a short tap beside a long row for a whole machine cycle keeps its
// own.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "app/evaluation/labelled_events.h"
#include "classify/category.h"
#include "detect/use.h"

namespace millrace::app {

using VolumeByCategory = std::array<double, classify::kCategories>;  // litres, by index_of()

struct UseTruth {
    std::vector<VolumeByCategory> of_uses;              // in the order of the uses
    std::vector<std::optional<std::size_t>> of_events;  // the use that has most of each event; nothing: none has any

    // What most of a use's water was; nothing when no event was there.
    [[nodiscard]] std::optional<classify::Category> main_category(std::size_t use) const;
};

// `uses` by start, `events` by start.
[[nodiscard]] UseTruth find_truth(const std::vector<detect::Use>& uses, const std::vector<LabelledEvent>& events);

}  // namespace millrace::app
