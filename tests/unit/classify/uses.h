// Uses as a house makes them, for tests.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/time.h"
#include "base/units.h"
#include "classify/classifier.h"
#include "detect/use.h"

namespace millrace::classify {

inline constexpr base::VolumePerPeak kPeak{33'000};
inline constexpr base::Seconds kUtc{0};
inline constexpr std::int64_t kMonday = 1'704'067'200;  // 2024-01-01 00:00 UTC

// Even water: so many litres in so many seconds.
inline detect::Use use_of(std::int64_t unix_s, double litres, std::int64_t seconds, double peak_over_mean = 1.05) {
    detect::Use use;
    use.start = base::from_unix_s(unix_s);
    use.end = use.start + base::Seconds{seconds};
    use.volume = {static_cast<std::int64_t>(litres * 1e6)};
    use.mean = {use.volume.microlitres / seconds};
    use.peak = {static_cast<std::int64_t>(static_cast<double>(use.mean.microlitres_per_second) * peak_over_mean)};
    return use;
}

inline std::int64_t at(int day, int hour, int minute = 0) {
    return kMonday + day * 86'400 + hour * 3600 + minute * 60;
}

// The owner's word on a use.
inline Example word_on(const detect::Use& use, Category category, std::string name) {
    return {detect::key_of(use), shape_of(use, kPeak, kUtc), category, std::move(name)};
}

// A verdict on a use as it ends.
inline Verdict ends(Classifier& classifier, const detect::Use& use) {
    return classifier.add(use, kPeak, kUtc).front().verdict;
}

// A week of two people: flushes of 9 l in a minute, taps of many sizes, a shower each morning.
inline void live_for(Classifier& classifier, int days) {
    std::int64_t taps = 0;
    for (int day = 0; day < days; ++day) {
        for (const int hour : {6, 7, 8, 11, 13, 16, 18, 21, 22}) {
            const std::int64_t minute = (day * day * 13 + hour * hour * 7 + day * hour * 3) % 40;
            static_cast<void>(classifier.add(use_of(at(day, hour) + minute * 60, 9.0, 60), kPeak, kUtc));
            const double litres = 0.2 + 0.13 * static_cast<double>(taps++ % 17);
            static_cast<void>(classifier.add(use_of(at(day, hour, 41), litres, 8 + taps % 23, 1.2), kPeak, kUtc));
        }
        static_cast<void>(
            classifier.add(use_of(at(day, 7, 50), 45 + 7.0 * (day % 5), 360 + 55 * (day % 5)), kPeak, kUtc));
    }
}

}  // namespace millrace::classify
