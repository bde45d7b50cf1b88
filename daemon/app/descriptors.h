// How many descriptors this process may have open.
#pragma once

#include <cstddef>

#include "base/result.h"
#include "settings/settings.h"

namespace millrace::app {

// What so many bridges, visitors and we ourselves may need at once.
[[nodiscard]] std::size_t descriptors_for(const settings::Settings& settings);

// Raises the soft limit to what is needed, if it is lower. An error says that the hard limit is lower still; what it
// allows is there all the same.
[[nodiscard]] base::Result<void, base::Error> allow_descriptors(std::size_t needed);

}  // namespace millrace::app
