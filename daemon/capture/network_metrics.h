// The figures of each bridge's connections, as metrics. Pure.
//
// Only of bridges, whose ids are few and bounded; a client that is none shows in the network view alone.
#pragma once

#include <vector>

#include "ports/health.h"
#include "ports/network.h"

namespace millrace::capture {

void append_network_metrics(const ports::Network& network, std::vector<ports::Metric>& metrics);

}  // namespace millrace::capture
