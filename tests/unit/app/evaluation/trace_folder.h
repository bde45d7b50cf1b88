// A folder of made-up homes for the tests of `millrace evaluate`, gone at the end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "app/evaluation/home_trace.h"

namespace millrace::app {

inline constexpr std::int64_t kMonday = 1'709'510'400;  // 4 March 2024, 00:00 UTC

class TraceFolder {
public:
    TraceFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "millrace-traces-XXXXXX").string();
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        path_ = name;
    }
    ~TraceFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TraceFolder(const TraceFolder&) = delete;
    TraceFolder& operator=(const TraceFolder&) = delete;

    [[nodiscard]] std::string path() const { return path_.string(); }
    [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

    void write(const std::string& name, const std::string& text) const { std::ofstream(path_ / name) << text; }

    // One home of that name in the folder's homes.csv.
    void write_home(const std::string& name, const std::string& unit, const std::string& ml_per_unit,
                    const std::string& zone, const std::string& trace) const {
        write("homes.csv", "home,file,events_file,unit,ml_per_unit,utc_offset_or_tz,sample_s,gap_s,kind,notes\n" +
                               name + ",trace_" + name + ".csv,," + unit + "," + ml_per_unit + "," + zone +
                               ",10,900,made-up,\"plain, for tests\"\n");
        write("trace_" + name + ".csv", trace);
    }

private:
    std::filesystem::path path_;
};

// Days of a simple household: 2 gallons' worth of toilet and tap at fixed hours, ten minutes of shower at 7.
inline std::string plain_days(int days) {
    std::string text = "unix_timestamp,cumulative_ml\n";
    std::int64_t total = 0;
    const auto row = [&](std::int64_t at) { text += std::to_string(at) + "," + std::to_string(total) + "\n"; };
    for (int day = 0; day < days; ++day) {
        const std::int64_t midnight = kMonday + day * kSecondsPerDay;
        std::int64_t last = midnight;
        row(midnight);
        for (const int hour : {6, 7, 9, 12, 13, 17, 18, 20, 22}) {
            const std::int64_t begin = midnight + hour * 3600 + (day % 7) * 60;
            for (; last + 600 < begin; last += 600) row(last + 600);
            row(begin);
            const int steps = hour == 7 ? 60 : 6;
            for (int step = 1; step <= steps; ++step) {
                total += 1'300;  // in ten seconds: 7.8 l/min
                row(begin + 10 * step);
            }
            last = begin + 10 * steps;
        }
        for (; last + 600 < midnight + kSecondsPerDay; last += 600) row(last + 600);
    }
    row(kMonday + days * kSecondsPerDay);
    return text;
}

inline Home plain_home(int days, const std::string& zone = "UTC") {
    const TraceFolder folder;
    folder.write_home("plain", "ml", "1", zone, plain_days(days));
    auto homes = read_homes(folder.path());
    if (!homes) ADD_FAILURE() << homes.error().message;
    return homes ? homes->front() : Home{};
}

inline std::int64_t sum_of(const WaterSpans& spans) {
    std::int64_t sum = 0;
    for (const WaterSpan& span : spans) sum += span.nanolitres;
    return sum;
}

}  // namespace millrace::app
