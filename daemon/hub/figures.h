// What the hub counts of the frames it took: how far they were understood, and how late their readings came.
// Of this run only. Pure; one thread.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "hub/pipeline.h"
#include "ports/health.h"

namespace millrace::hub {

class Figures {
public:
    void note(const Outcome& outcome);
    void metrics(std::vector<ports::Metric>& metrics) const;

private:
    void note_lag(const base::DeviceId& sensor, const meter::Reading& reading);

    std::array<std::uint64_t, kUnderstandings> understood_{};
    std::array<std::uint64_t, static_cast<std::size_t>(message::Kind::Unknown) + 1> kinds_{};
    std::array<std::uint64_t, message::kDecodeFaults> faults_{};
    std::map<base::DeviceId, ports::Histogram> lags_;  // of known sensors, and so bounded by kMaxDevices
};

}  // namespace millrace::hub
