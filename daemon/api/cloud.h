// `/api/v1/cloud`: who answers the bridges, and what the cloud has yet to be given.
#pragma once

#include <string>

#include "ports/live.h"

namespace millrace::api {

// {"mode", "bridges": [{"uuid", "path", "waiting"}]}
[[nodiscard]] std::string cloud_document(const ports::LiveState& live);

}  // namespace millrace::api
