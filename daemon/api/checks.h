// `/api/v1/checks`: what a set-up lacks and how to mend it, found out when asked.
#pragma once

#include <string>

#include "base/time_zone.h"
#include "ports/checks.h"

namespace millrace::api {

[[nodiscard]] std::string checks_document(const ports::CheckRun& run, const base::TimeZone& zone);

}  // namespace millrace::api
