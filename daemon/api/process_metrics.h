// What the kernel says of this process, under the names that all exporters use. Linux's /proc; any thread.
#pragma once

#include <vector>

#include "ports/health.h"

namespace millrace::api {

// What cannot be read is left out.
void append_process_metrics(std::vector<ports::Metric>& metrics);

}  // namespace millrace::api
