// What `/metrics` says of alarms. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "ports/alarms.h"
#include "ports/health.h"
#include "ports/live.h"

namespace millrace::api {

// `raised`: how often each rule raised an alarm, or made one graver, in this run. Every rule of every device that was
// heard has a series, so that an alarm begins and ends as a change of a value.
void append_alarm_metrics(const ports::AlarmState& state, const ports::LiveState& live,
                          const std::map<detect::Rule, std::uint64_t>& raised, std::vector<ports::Metric>& metrics);

}  // namespace millrace::api
