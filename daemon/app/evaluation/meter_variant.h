// The meter and the radio that a home is given for a run of `millrace evaluate`: volume a pulse, the flow below which
// the meter stands still, lost frames, gaps, restarts of the counter. All drawn from a seed.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "app/evaluation/home_trace.h"

namespace millrace::app {

// 0.0087 US gallons, a 5/8 inch meter, and 0.041619, one of 1 inch.
inline constexpr std::int64_t kFinePulseNanolitres = 32'933'000;
inline constexpr std::int64_t kCoarsePulseNanolitres = 157'545'000;

struct MeterVariant {
    int number = 0;
    std::int64_t pulse_nanolitres = kFinePulseNanolitres;
    // What a leak must reach to turn the meter by itself; slower, it registers only while other water runs.
    std::int64_t stall_nanolitres_per_s = 0;
    int lost_percent = 0;                                     // of the frames
    std::vector<std::pair<std::int64_t, std::int64_t>> gaps;  // what is sent in these is lost, the total goes on
    std::vector<std::int64_t> restarts;                       // the counter begins again from 0
    std::uint64_t seed = 0;

    [[nodiscard]] bool coarse() const { return pulse_nanolitres > 100'000'000; }
};

[[nodiscard]] constexpr std::int64_t gpm_thousandths(std::int64_t thousandths) {
    return kNanolitresPerGallon * thousandths / 60'000;  // nanolitres a second
}

// The first variant of a home has a drawn volume a pulse, the second the other one, and so on in turn; half of all
// have no stall flow. `clean`: nothing stalls, is lost or restarts.
[[nodiscard]] MeterVariant draw_variant(const Home& home, int number, bool clean, std::uint64_t seed);

// The sprinklers of the home of 2020: a drip line for an hour every night and six zones one after another every second
// morning, both shifted by up to three hours, in one half of the runs from the fifteenth day on only.
struct SprinklerCalendar {
    struct Run {
        std::int64_t from_s = 0;
        std::int64_t to_s = 0;
        int zone = 0;  // 0: the drip line
        std::int64_t nanolitres = 0;
    };
    std::vector<Run> runs;
    std::int64_t begins_s = 0;

    [[nodiscard]] WaterSpans water() const;
};

inline constexpr int kSprinklerZones = 7;

// Goes on for a week past the home's end, because a leak does.
[[nodiscard]] SprinklerCalendar draw_calendar(const Home& home, int variant, std::uint64_t seed);

}  // namespace millrace::app
