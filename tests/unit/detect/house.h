// A made-up house for tests of detection: flows in, the sensor's readings out, into one detector.
//
// Readings are cut as the sensor cuts them: one peak in a 5 s window at its own second, more at the window's end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "detect/sensor_detector.h"

namespace millrace::detect {

inline constexpr base::VolumePerPeak kFineMeter{32'933};     // 0.0087 gal
inline constexpr base::VolumePerPeak kCoarseMeter{157'545};  // 0.0416 gal
// Monday, 4 March 2024, 00:00 UTC.
inline constexpr std::int64_t kMonday = 1'709'510'400;

constexpr std::int64_t minutes(std::int64_t count) {
    return count * 60;
}
constexpr std::int64_t hours(std::int64_t count) {
    return count * 3'600;
}
constexpr std::int64_t days(std::int64_t count) {
    return count * 86'400;
}

class House {
public:
    explicit House(base::VolumePerPeak per_peak = kFineMeter) : per_peak_(per_peak) {}

    SensorDetector detector;
    Settings settings;
    Mode mode = Mode::Home;
    base::Seconds utc_offset{0};
    bool irrigation_active = false;
    double leak_gpm = 0;  // beside everything

    [[nodiscard]] std::int64_t now_s() const { return kMonday + now_; }
    [[nodiscard]] base::WallTime now() const { return base::from_unix_s(now_s()); }
    [[nodiscard]] std::int64_t since_start() const { return now_; }
    [[nodiscard]] Context context() const { return {settings, mode, utc_offset, irrigation_active}; }

    // Water at this flow for so many seconds.
    void run(double gpm, std::int64_t seconds) {
        for (std::int64_t end = now_ + seconds; now_ < end; now_ += 5) window(gpm + leak_gpm);
    }
    void rest(std::int64_t seconds) { run(0, seconds); }
    void rest_until(std::int64_t since_start) {
        if (since_start > now_) rest(since_start - now_);
    }
    // Nothing that the sensor says arrives; what it counted comes with the next reading.
    void lose(double gpm, std::int64_t seconds) {
        losing_ = true;
        run(gpm, seconds);
        losing_ = false;
    }
    // A day as people have it: flushes, a shower, a tap, the dishes; nothing from eleven to six.
    void usual_day() {
        const std::int64_t midnight = now_ / days(1) * days(1);
        const auto at = [&](std::int64_t hour, std::int64_t minute) {
            rest_until(midnight + hours(hour) + minutes(minute));
        };
        at(6, 30), run(2.2, minutes(8)), at(6, 45), run(2.6, 50), at(7, 10), run(1.0, 20);
        at(8, 5), run(2.6, 50), at(12, 15), run(1.0, 40), at(12, 50), run(2.6, 50);
        at(18, 0), run(1.2, 60), at(18, 40), run(2.0, 90), at(20, 10), run(2.6, 50);
        at(22, 50), run(2.6, 50), at(24, 0);
    }
    void usual_days(int count) {
        for (int day = 0; day < count; ++day) usual_day();
    }

    [[nodiscard]] std::vector<Finding> findings(std::int64_t later_s = 0) const {
        return detector.judge(now() + base::Seconds{later_s}, context());
    }
    // What holds; nothing when the rule does not.
    [[nodiscard]] std::optional<Finding> holding(Rule rule, std::int64_t later_s = 0) const {
        for (const Finding& finding : findings(later_s)) {
            if (finding.rule == rule && finding.holds()) return finding;
        }
        return std::nullopt;
    }
    [[nodiscard]] bool anything_holds(std::int64_t later_s = 0) const {
        for (const Finding& finding : findings(later_s)) {
            if (finding.holds()) return true;
        }
        return false;
    }
    // Lets water run until the rule holds, and says after how many seconds; nothing within `limit`.
    std::optional<std::int64_t> runs_until(Rule rule, double gpm, std::int64_t limit) {
        const std::int64_t start = now_;
        while (now_ - start < limit) {
            run(gpm, 10);
            if (holding(rule)) return now_ - start;
        }
        return std::nullopt;
    }

    // Every reading so far, for replaying.
    std::vector<meter::Reading> readings;

private:
    void window(double gpm) {
        const double ul_per_s = gpm * base::kLitresPerGallon * 1e6 / 60;
        std::int64_t peaks = 0;
        std::int64_t last = 0;
        for (std::int64_t second = 1; second <= 5; ++second) {
            carried_ul_ += ul_per_s;
            while (carried_ul_ >= static_cast<double>(per_peak_.microlitres)) {
                carried_ul_ -= static_cast<double>(per_peak_.microlitres);
                ++peaks;
                last = second;
            }
        }
        waiting_ += peaks;
        if (peaks == 0 || losing_) return;
        meter::Reading reading;
        reading.time = base::from_unix_s(now_s() + (waiting_ == 1 ? last : 5));
        reading.received = reading.time;
        total_ += waiting_;
        reading.total = {total_};
        reading.advance = {waiting_};
        waiting_ = 0;
        readings.push_back(reading);
        detector.apply(reading, per_peak_, context());
    }

    base::VolumePerPeak per_peak_;
    std::int64_t now_ = 0;  // seconds since kMonday
    double carried_ul_ = 0;
    std::int64_t waiting_ = 0;
    std::int64_t total_ = 0;
    bool losing_ = false;
};

}  // namespace millrace::detect
