// Where an emulated sensor's peaks come from: a trace file or a made-up household.
//
// A source gives the peaks of one meter in the order of time, each once. It reads ahead no further than it must, so a
// trace of years costs no more memory than one of a day. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "base/units.h"

namespace millrace::emulate {

// The meter's magnet turned: this many peaks were counted at this moment.
struct Step {
    base::WallTime at;
    base::PeakCount peaks;  // more than none
};

class Water {
public:
    virtual ~Water() = default;

    // Steps never go back in time. Nothing once the water has ended for good.
    [[nodiscard]] virtual std::optional<Step> next() = 0;
};

struct TraceSettings {
    std::string file;
    double ml_per_peak = 32.9;  // for traces in ml or l; those in peaks or pulses count one for one
    // The moment of the trace's first row. Unset: the time that row gives.
    std::optional<base::WallTime> start;
};

// A trace CSV: a header `unix_timestamp,cumulative_<peaks|pulses|ml|l>`, then rows in the order of time, the total
// holding still between rows. Fails when the file cannot be read or its header is another one. A row that cannot be
// read, or goes back in time or in total, is skipped.
[[nodiscard]] base::Result<std::unique_ptr<Water>, base::Error> open_trace(const TraceSettings& settings);

// The time that the first row of a trace gives.
[[nodiscard]] base::Result<base::WallTime, base::Error> trace_start(const std::string& file);

struct HouseholdSettings {
    base::WallTime start;
    base::Seconds utc_offset{0};  // when the household's midnight is
    std::uint64_t seed = 1;       // two households with the same seed use the same water
    double ml_per_peak = 32.9;
    int people = 3;
    bool irrigation = true;  // every other morning
};

// A household that goes on for ever: toilets, faucets, showers, a washing machine now and then and an irrigation zone.
[[nodiscard]] std::unique_ptr<Water> make_household(const HouseholdSettings& settings);

}  // namespace millrace::emulate
