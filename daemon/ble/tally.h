// What has come in during this run, whichever BlueZ brought it. Plain values; loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace millrace::ble {

struct AdapterTally {
    std::uint64_t advertisements = 0;
    std::optional<base::WallTime> last_heard;
};

struct ReceiverTally {
    std::uint64_t frames = 0;
    std::uint64_t broken = 0;         // fragments that belong to no whole frame, gaps, and frames that break the format
    std::uint64_t subscriptions = 0;  // times that its notifications were switched on
};

struct Tally {
    std::map<std::string, AdapterTally> adapters;  // by name; bounded by those who count
    std::vector<ReceiverTally> receivers;          // as configured
};

}  // namespace millrace::ble
