#include "api/metrics.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/api/fakes.h"

namespace millrace::api {
namespace {

using ports::Metric;
using ports::MetricType;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Exposition, WritesHelpTypeAndValue) {
    EXPECT_EQ(
        exposition({{"millrace_frames_total", "Frames seen.", MetricType::Counter, {{"direction", "to_cloud"}}, 12},
                    {"millrace_up", "Runs.", MetricType::Gauge, {}, 1.5}}),
        "# HELP millrace_frames_total Frames seen.\n"
        "# TYPE millrace_frames_total counter\n"
        "millrace_frames_total{direction=\"to_cloud\"} 12\n"
        "# HELP millrace_up Runs.\n"
        "# TYPE millrace_up gauge\n"
        "millrace_up 1.5\n");
}

TEST(Exposition, GathersANameThatSeveralPartsReport) {
    EXPECT_EQ(exposition({{"a", "First.", MetricType::Gauge, {{"x", "1"}}, 1},
                          {"b", "B.", MetricType::Gauge, {}, 2},
                          {"a", "Other words.", MetricType::Gauge, {{"x", "2"}}, 3}}),
              "# HELP a First.\n# TYPE a gauge\na{x=\"1\"} 1\na{x=\"2\"} 3\n# HELP b B.\n# TYPE b gauge\nb 2\n");
}

TEST(Exposition, EscapesLabelsAndHelp) {
    EXPECT_EQ(exposition({{"a", "back\\slash \"and\"\nline", MetricType::Gauge, {{"l", "q\"b\\n\n"}}, 0}}),
              "# HELP a back\\\\slash \"and\"\\nline\n# TYPE a gauge\na{l=\"q\\\"b\\\\n\\n\"} 0\n");
}

TEST(Exposition, LeavesOutWhatWouldSpoilThePage) {
    EXPECT_EQ(exposition({{"a", "A.", MetricType::Gauge, {}, 1},
                          {"a", "A.", MetricType::Gauge, {}, 2},
                          {"a", "A.", MetricType::Counter, {{"x", "1"}}, 3},
                          {"bad name", "B.", MetricType::Gauge, {}, 4},
                          {"1a", "B.", MetricType::Gauge, {}, 4},
                          {"c", "C.", MetricType::Gauge, {{"a-b", "1"}}, 5}}),
              "# HELP a A.\n# TYPE a gauge\na 1\n");
}

TEST(Exposition, WritesNumbersInFullAndTheOddOnesByName) {
    const std::string text = exposition({{"a", "", MetricType::Gauge, {}, 1764.125},
                                         {"b", "", MetricType::Gauge, {}, std::nan("")},
                                         {"c", "", MetricType::Gauge, {}, -std::numeric_limits<double>::infinity()},
                                         {"d", "", MetricType::Gauge, {}, 12345678901.0}});
    EXPECT_THAT(text, HasSubstr("a 1764.125\n"));
    EXPECT_THAT(text, HasSubstr("b NaN\n"));
    EXPECT_THAT(text, HasSubstr("c -Inf\n"));
    EXPECT_THAT(text, HasSubstr("d 12345678901\n"));
}

TEST(Exposition, WritesAHistogramAsCumulatedBuckets) {
    ports::Histogram lag({0.5, 2});
    for (const double seconds : {0.25, 0.5, 1.5, 9.0}) lag.add(seconds);
    EXPECT_EQ(exposition({{"lag_seconds", "Lag.", MetricType::Histogram, {{"s", "x"}}, 0, lag},
                          {"gone_seconds", "Has no values.", MetricType::Histogram, {}, 1}}),
              "# HELP lag_seconds Lag.\n"
              "# TYPE lag_seconds histogram\n"
              "lag_seconds_bucket{s=\"x\",le=\"0.5\"} 2\n"
              "lag_seconds_bucket{s=\"x\",le=\"2\"} 3\n"
              "lag_seconds_bucket{s=\"x\",le=\"+Inf\"} 4\n"
              "lag_seconds_sum{s=\"x\"} 11.25\n"
              "lag_seconds_count{s=\"x\"} 4\n");
}

TEST(Exposition, OpenMetricsNamesCountersByFamilyAndEnds) {
    EXPECT_EQ(exposition({{"millrace_frames_total", "Say \"frames\".", MetricType::Counter, {{"d", "x"}}, 12},
                          {"millrace_up", "Runs.", MetricType::Gauge, {}, 1.5}},
                         MetricsFormat::OpenMetrics),
              "# HELP millrace_frames Say \\\"frames\\\".\n"
              "# TYPE millrace_frames counter\n"
              "millrace_frames_total{d=\"x\"} 12\n"
              "# HELP millrace_up Runs.\n"
              "# TYPE millrace_up gauge\n"
              "millrace_up 1.5\n"
              "# EOF\n");
}

TEST(Exposition, ACounterWithoutItsEndingIsLeftOut) {
    EXPECT_EQ(exposition({{"millrace_frames", "Frames.", MetricType::Counter, {}, 12}}), "");
}

TEST(Exposition, FormatGoesByWhatTheScraperPrefers) {
    const auto is_open = [](std::string_view accept) { return wanted_format(accept) == MetricsFormat::OpenMetrics; };
    // As Prometheus asks.
    EXPECT_TRUE(is_open("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1"));
    EXPECT_TRUE(is_open("application/openmetrics-text"));
    EXPECT_FALSE(is_open("application/openmetrics-text;q=0.3, text/plain;q=0.9"));
    EXPECT_FALSE(is_open("application/openmetrics-text;q=0"));
    for (const auto accept : {"", "*/*", "text/html", "text/plain", "q=1"}) EXPECT_FALSE(is_open(accept)) << accept;
}

TEST(LiveMetrics, TellLitresAndWhetherTheyAreCalibrated) {
    std::vector<Metric> metrics;
    append_live_metrics({{}, {sample_bridge()}, {sample_sensor()}}, metrics);
    const std::string text = exposition(metrics);
    EXPECT_THAT(text, HasSubstr("# TYPE millrace_water_liters_total counter\n"));
    EXPECT_THAT(text, HasSubstr("millrace_water_liters_total{sensor=\"0123456789ABCDEF\"} 12345.678\n"));
    EXPECT_THAT(text, HasSubstr("millrace_sensor_calibrated{sensor=\"0123456789ABCDEF\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("millrace_flow_liters_per_second{sensor=\"0123456789ABCDEF\"} 0.15\n"));
    EXPECT_THAT(text, HasSubstr("millrace_sensor_battery_volts{sensor=\"0123456789ABCDEF\"} 3.012\n"));
    EXPECT_THAT(text, HasSubstr("millrace_bridge_connected{bridge=\"FEDCBA9876543210\"} 1\n"));
}

TEST(LiveMetrics, TellNoFlowThatIsNotKnown) {
    std::vector<Metric> metrics;
    ports::LiveSensor sensor = sample_sensor();
    sensor.readings_known = false;
    append_live_metrics({{}, {}, {sensor}}, metrics);
    EXPECT_THAT(exposition(metrics), Not(HasSubstr("millrace_flow_")));
}

TEST(LiveMetrics, TellOfPucksAndOfWhatMetersSay) {
    std::vector<Metric> metrics;
    ports::LiveState live{{}, {}, {sample_meter()}};
    live.pucks = {sample_puck()};
    append_live_metrics(live, metrics);
    const std::string text = exposition(metrics);
    EXPECT_THAT(text, HasSubstr("millrace_puck_wet{puck=\"A4C138FFFE001122\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("millrace_puck_last_seen_timestamp_seconds{puck=\"A4C138FFFE001122\"} 1795450770\n"));
    EXPECT_THAT(text, HasSubstr("millrace_bluetooth_battery_percent{device=\"A4C138FFFE001122\"} 93\n"));
    EXPECT_THAT(text, HasSubstr("millrace_bluetooth_rssi_dbm{device=\"A4C138FFFE001122\"} -71\n"));
    EXPECT_THAT(text, HasSubstr("millrace_bluetooth_understood{device=\"A4C138FFFE001122\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("millrace_bluetooth_battery_low{device=\"A4C138FFFE00FFAA\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("millrace_bluetooth_understood{device=\"A4C138FFFE00FFAA\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("millrace_water_liters_total{sensor=\"A4C138FFFE00FFAA\"} 12345.678\n"));
}

TEST(LiveMetrics, SayNothingOfWhatAPuckHasNotSaid) {
    std::vector<Metric> metrics;
    ports::LiveState live;
    live.pucks.emplace_back();
    append_live_metrics(live, metrics);
    const std::string text = exposition(metrics);
    for (const char* name : {"puck_wet", "last_seen", "battery", "rssi"}) EXPECT_THAT(text, Not(HasSubstr(name)));
}

}  // namespace
}  // namespace millrace::api
