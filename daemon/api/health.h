// `/healthz` and `/readyz`: for supervisors, load balancers and the curious.
//
// `/healthz` says that the loop turns, nothing else. `/readyz` says whether every part works, with status 503 and the
// reasons when one does not.
#pragma once

#include <string>
#include <vector>

#include "ports/health.h"

namespace millrace::api {

[[nodiscard]] std::vector<ports::HealthItem> gather_health(const std::vector<const ports::SelfReport*>& reports);

[[nodiscard]] bool all_well(const std::vector<ports::HealthItem>& items);

// {"ready": …, "items": [{"part", "ok", "detail"}]}; a stranger gets no items.
[[nodiscard]] std::string readiness_document(bool ready, const std::vector<ports::HealthItem>& items);

}  // namespace millrace::api
