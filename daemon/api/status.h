// `/api/v1/status`: which daemon this is and how it does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/server.h"

namespace millrace::api {

// `alarms`: nothing while nobody watches the water. `release`: nothing while none is heard of.
[[nodiscard]] std::string status_document(const StatusInfo& status, const Settings& settings,
                                          const ports::LiveState& live, const ports::ArchiveStatus& archive,
                                          const std::vector<ports::HealthItem>& health, base::WallTime now,
                                          const std::optional<ports::AlarmState>& alarms = std::nullopt,
                                          const std::optional<ports::ReleaseNews>& release = std::nullopt);

}  // namespace millrace::api
