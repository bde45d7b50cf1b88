// Whether each channel has what its type needs, and nothing that it does not know. Any thread.
#pragma once

#include <optional>
#include <vector>

#include "settings/field_table.h"
#include "settings/problem.h"

namespace millrace::settings {

// Puts the channels of the draft, in their order, into its settings.
void check_channels(Draft& draft, Problems& problems);

// "off", "none" or an empty list: no reminders. Nothing when one of them is no span of a minute to a week.
[[nodiscard]] std::optional<std::vector<base::Seconds>> repeat_list(const Value& value);

}  // namespace millrace::settings
