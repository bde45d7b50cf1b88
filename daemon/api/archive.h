// `/api/v1/archive`: what the frame archive holds, and the rebuild of everything that is derived from it.
#pragma once

#include <string>

#include "base/time_zone.h"
#include "ports/archive.h"

namespace millrace::api {

// `rebuild` is null, or {"reason", "started", "frames_done", "frames_in_all", "percent"} while one is under way.
[[nodiscard]] std::string archive_document(const ports::ArchiveStatus& status, const base::TimeZone& zone);

}  // namespace millrace::api
