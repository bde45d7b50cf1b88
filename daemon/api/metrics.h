// `/metrics`: Prometheus's text format 0.0.4, or OpenMetrics 1.0 for who prefers it, written by us because it is so
// little.
//
// Water is exported in litres whatever the site shows, since a metric has one unit. Sensors, bridges and leak pucks are
// described here from the live view; every other part brings its own figures.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/server.h"
#include "ports/health.h"
#include "ports/live.h"

namespace millrace::api {

// The water figures of every sensor, the connection of every bridge, and how every leak puck does.
void append_live_metrics(const ports::LiveState& live, std::vector<ports::Metric>& metrics);

void append_build_metrics(const StatusInfo& status, ports::CloudMode mode, std::vector<ports::Metric>& metrics);

// Metrics of one name stand together under the help and type of the first, as the format demands, in order of first
// appearance. Of two with the same name and labels the first counts, and what has another type or an impossible name
// is left out: one part's slip must not cost the scraper the whole page.
enum class MetricsFormat { Text, OpenMetrics };
[[nodiscard]] std::string exposition(const std::vector<ports::Metric>& metrics,
                                     MetricsFormat format = MetricsFormat::Text);

// By an Accept header: OpenMetrics where it is liked at least as well as plain text, else text.
[[nodiscard]] MetricsFormat wanted_format(std::string_view accept);

}  // namespace millrace::api
