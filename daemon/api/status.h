// `/api/v1/status`: which daemon this is and how it does.
#pragma once

#include <string>
#include <vector>

#include "api/server.h"

namespace millrace::api {

[[nodiscard]] std::string status_document(const StatusInfo& status, const Settings& settings,
                                          const ports::LiveState& live, const ports::ArchiveStatus& archive,
                                          const std::vector<ports::HealthItem>& health, base::WallTime now);

}  // namespace millrace::api
