// The figures of a LeakEvaluation as a table for people and as JSON for programs.
#pragma once

#include <iosfwd>

#include "app/evaluation/leak_evaluation.h"

namespace millrace::app {

struct LeakReportParts {
    bool list = false;    // each false alarm
    bool misses = false;  // each leak not found, found late or not called by its name
};

void print_leak_table(const LeakEvaluation& result, const LeakReportParts& parts, std::ostream& out);

// {"homes","home_months","false_alarms_per_home_month":{"value","upper95",…},"kinds":{"steady_0.1_gpm":{"injected",
// "found_48h","median_min","p90_min","named",…},…},…}; shares are 0 to 1, times and names null when none was found.
void print_leak_json(const LeakEvaluation& result, const LeakReportParts& parts, std::ostream& out);

}  // namespace millrace::app
