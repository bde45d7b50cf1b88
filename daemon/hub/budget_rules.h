// What the owner's budgets have to say of what a sensor's meter passed in the local day, week and month.
//
// Judged by the totals that everybody is shown. Each rule looks at what is known now; nothing is remembered here. Pure;
// any thread.
#pragma once

#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "detect/finding.h"
#include "detect/settings.h"

namespace millrace::hub {

// Of the period under way.
struct UsedWater {
    base::WallTime since;  // its beginning
    base::Volume volume;
};
struct UsedTotals {
    UsedWater day;
    UsedWater week;
    UsedWater month;
    bool known = false;  // all that the periods held before this run is counted
};

// Only what holds. Totals that are not known raise and end nothing: what stands in `open`, an alarm's last word, goes
// on while its period lasts.
[[nodiscard]] std::vector<detect::Finding> budget_findings(const UsedTotals& used, const detect::Settings& settings,
                                                           const std::vector<detect::Finding>& open,
                                                           base::WallTime now);

// What does not hold yet and is past half of its budget; nothing of totals that are not known.
[[nodiscard]] std::vector<detect::Finding> budgets_on_their_way(const UsedTotals& used,
                                                                const detect::Settings& settings, base::WallTime now);

}  // namespace millrace::hub
