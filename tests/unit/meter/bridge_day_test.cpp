// Days of one bridge, as its messages were sent.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "meter/flow.h"
#include "meter/sensor_meter.h"

namespace millrace::meter {
namespace {

using base::from_unix_ms;
using base::Seconds;

constexpr const char* kMessages = MILLRACE_SOURCE_DIR "/tests/fixtures/bridge-day.messages.jsonl";

class BridgeDay : public testing::Test {
protected:
    // Calls `before(received)` ahead of each sample message and `after(received, readings)` behind it.
    template <typename Before, typename After>
    void replay(const std::string& path, Before before, After after) {
        std::ifstream file(path);
        ASSERT_TRUE(file.is_open()) << path;
        for (std::string line; std::getline(file, line);) {
            const auto row = nlohmann::json::parse(line);
            const auto received = from_unix_ms(std::llround(row.at("t").get<double>() * 1000));
            const std::string topic = row.at("topic");
            const auto& payload = row.at("payload");
            if (topic.starts_with("responses/") && payload.contains("peaks")) {
                set_base(meter_, payload.at("peaks").get<std::uint32_t>(), received);
            } else if (topic.starts_with("2/1/")) {
                message::Samples samples;
                for (const auto& entry : payload) {
                    samples.samples.push_back(
                        {entry.at("timestamp").get<std::int64_t>(), entry.at("value").get<std::uint32_t>()});
                }
                before(received);
                after(received, apply(meter_, samples, received, calibration_));
            }
        }
    }

    SensorMeter meter_;
    CalibrationTable calibration_;
};

TEST_F(BridgeDay, CountsThePeaksThatWereCounted) {
    std::int64_t peaks = 0;
    std::int64_t distinct = 0;
    replay(
        kMessages, [](base::WallTime) {},
        [&](base::WallTime, const std::vector<Reading>& readings) {
            for (const Reading& reading : readings) {
                peaks += reading.advance.value;
                distinct += reading.kind != ReadingKind::Repeat ? 1 : 0;
                EXPECT_EQ(reading.series, 1);
                EXPECT_NE(reading.kind, ReadingKind::CatchUp) << base::to_rfc3339(reading.time);
            }
        });
    EXPECT_EQ(peaks, 19'393);
    EXPECT_EQ(distinct, 1484);
    EXPECT_EQ(meter_.series.highest.value, 3'848'299);
    EXPECT_EQ(boot_total(meter_), 3'848'299u);
    EXPECT_EQ(meter_.lifetime.microlitres, 19'393 * kUncalibratedVolumePerPeak.microlitres);
}

TEST_F(BridgeDay, FlowIsAtRestBetweenUsesAndNeverAboveTheBusiestStep) {
    base::WallTime last;
    std::int64_t busiest = 0;
    base::FlowRate fastest;
    const auto at_rest_by_now = [&](base::WallTime received) {
        if (received - last >= Seconds{900}) {
            EXPECT_EQ(flow_at(meter_, calibration_, received), Flow{});
        }
        last = received;
    };
    const auto runs = [&](base::WallTime received, const std::vector<Reading>& readings) {
        for (const Reading& reading : readings) busiest = std::max(busiest, reading.advance.value);
        const Flow flow = flow_at(meter_, calibration_, received);
        EXPECT_TRUE(flow.running) << base::to_rfc3339(received);
        fastest = std::max(fastest, flow.rate);
    };
    replay(kMessages, at_rest_by_now, runs);
    EXPECT_LE(fastest.microlitres_per_second, busiest * kUncalibratedVolumePerPeak.microlitres / 5);
    EXPECT_GE(fastest.microlitres_per_second, busiest * kUncalibratedVolumePerPeak.microlitres / 10);
}

TEST_F(BridgeDay, CountsARealHousesDay) {
    const char* const shared = std::getenv("MILLRACE_SHARED");
    if (shared == nullptr) GTEST_SKIP() << "MILLRACE_SHARED is not set: the real house's day is not here";
    const std::string day = std::string(shared) + "/data/ciws/real-house-day.";
    std::int64_t peaks = 0;
    replay(
        day + "messages.jsonl", [](base::WallTime) {},
        [&](base::WallTime, const std::vector<Reading>& readings) {
            for (const Reading& reading : readings) peaks += reading.advance.value;
        });
    std::ifstream file(day + "expected.json");
    const auto expected = nlohmann::json::parse(file);
    EXPECT_EQ(peaks, expected.at("peaks_total").get<std::int64_t>());
    EXPECT_EQ(meter_.series.highest.value, expected.at("last").at(1).get<std::int64_t>());
}

}  // namespace
}  // namespace millrace::meter
