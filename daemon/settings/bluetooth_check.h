// Whether each Bluetooth device and receiver has what it needs. Any thread.
#pragma once

#include "settings/field_table.h"
#include "settings/problem.h"

namespace millrace::settings {

// Puts those of the draft into its settings.
void check_bluetooth(Draft& draft, Problems& problems);

}  // namespace millrace::settings
