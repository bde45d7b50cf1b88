// What a household's uses really were: the file of labelled events beside a trace, for `millrace evaluate
// --categories`.
//
// `start_unix,end_unix,volume_ml,label`, one row a use, a machine's fill or a whole cycle, in any order. Times are
// whole unix seconds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "classify/category.h"

namespace millrace::app {

struct LabelledEvent {
    std::int64_t start_s = 0;
    std::int64_t end_s = 0;  // after `start_s`
    base::Volume volume;
    classify::Category category = classify::Category::Other;
};

// By start. Labels are our categories' keys and the words of the data sets we know ("washbasin", "outside_tap", …).
// Errors name the file and the line: a row of another form, a label that is none of these.
[[nodiscard]] base::Result<std::vector<LabelledEvent>, base::Error> read_labelled_events(const std::string& file);

}  // namespace millrace::app
