#include "api/meter_readings.h"

#include <gmock/gmock.h>

#include "unit/api/site_fixture.h"

namespace millrace::api {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

const std::string kReadingsPath = "/api/v1/sensors/0123456789ABCDEF/meter-readings";

using MeterReadingsRoute = SiteTest;

TEST_F(MeterReadingsRoute, KeepsAReadingInEveryUnit) {
    const Response response =
        post(kReadingsPath, R"({"time": "2026-11-23T09:00:00-07:00", "volume": 1234.5, "unit": "m3"})");
    EXPECT_EQ(response.status, 201u);
    EXPECT_EQ(response.headers.at(0).second, kReadingsPath + "/2026-11-23T09:00:00-07:00");
    ASSERT_EQ(controls_.read.size(), 1u);
    EXPECT_EQ(controls_.read[0].volume.microlitres, 1'234'500'000'000);
    EXPECT_EQ(controls_.read[0].time, base::from_rfc3339("2026-11-23T16:00:00Z"));
    EXPECT_FALSE(controls_.read[0].withdrawn);
    EXPECT_EQ(post(kReadingsPath, R"({"time": "2026-11-23T16:00:00Z", "volume": 10, "unit": "ccf"})").status, 200u);
    EXPECT_EQ(controls_.read.at(1).volume.microlitres, 28'316'846'592);
}

TEST_F(MeterReadingsRoute, ShowsTheFitAndEachResidual) {
    for (const auto& [day, litres] : {std::pair{"01", 0}, {"02", 32}, {"03", 70}, {"04", 96}}) {
        post(kReadingsPath, R"({"time": "2026-11-)" + std::string(day) + R"(T00:00:00Z", "volume": )" +
                                std::to_string(litres) + R"(, "unit": "l"})");
    }
    history_.counted = std::vector<base::PeakCount>{{1000}, {1000}, {1000}};
    const json document = parsed(get(kReadingsPath));
    EXPECT_EQ(document["fit"]["volume_per_peak_ml"], 32.6);
    EXPECT_EQ(document["fit"]["peaks"], 3000);
    EXPECT_EQ(document["fit"]["readings"], 4);
    EXPECT_EQ(document["fit"]["standard_error_ml"], 1.5875);
    EXPECT_TRUE(document["fit_problem"].is_null());
    EXPECT_EQ(document["items"][2], json::parse(R"({"time": "2026-11-02T17:00:00-07:00", "volume": 70.0,
        "peaks_since_previous": 1000, "residual": 4.2, "stands_out": true})"));
    EXPECT_TRUE(document["items"][0]["peaks_since_previous"].is_null());
    // The three others lie on a line.
    EXPECT_EQ(document["fit"]["standing_out"], json::array({"2026-11-02T17:00:00-07:00"}));
    EXPECT_EQ(document["items"][1]["stands_out"], false);
    EXPECT_EQ(history_.count_queries.at(0).times.size(), 4u);
}

TEST_F(MeterReadingsRoute, SaysWhyThereIsNoFit) {
    EXPECT_THAT(parsed(get(kReadingsPath))["fit_problem"].get<std::string>(), HasSubstr("two readings"));
    post(kReadingsPath, R"({"time": "2026-11-01T00:00:00Z", "volume": 5, "unit": "l"})");
    const json one = parsed(get(kReadingsPath));
    EXPECT_TRUE(one["fit"].is_null());
    EXPECT_EQ(one["items"].size(), 1u);
    EXPECT_TRUE(one["items"][0]["residual"].is_null());
    EXPECT_TRUE(history_.count_queries.empty());
    post(kReadingsPath, R"({"time": "2026-11-02T00:00:00Z", "volume": 5, "unit": "l"})");
    history_.counted = std::vector<base::PeakCount>{{0}};
    EXPECT_THAT(parsed(get(kReadingsPath))["fit_problem"].get<std::string>(), HasSubstr("no peaks"));
    history_.counted = base::failure(base::Error{"busy"});
    EXPECT_EQ(get(kReadingsPath).status, 503u);
}

TEST_F(MeterReadingsRoute, TakesAReadingBackByItsTime) {
    post(kReadingsPath, R"({"time": "2026-11-01T00:00:00Z", "volume": 5, "unit": "l"})");
    EXPECT_EQ(ask(Method::Delete, kReadingsPath + "/2026-11-01T02:00:00+02:00").status, 204u);
    ASSERT_EQ(controls_.read.size(), 2u);
    EXPECT_TRUE(controls_.read[1].withdrawn);
    EXPECT_EQ(controls_.read[1].time, controls_.read[0].time);
    EXPECT_EQ(ask(Method::Delete, kReadingsPath + "/2026-11-01T00:00:00Z").status, 404u);
    EXPECT_EQ(ask(Method::Delete, kReadingsPath + "/nonsense").status, 404u);
}

TEST_F(MeterReadingsRoute, NamesTheFieldThatIsWrong) {
    for (const auto& [body, field] : std::vector<std::pair<std::string, std::string>>{
             {R"({"volume": 1, "unit": "l"})", "time"},
             {R"({"time": "2026-11-23T16:22:00Z", "volume": 1, "unit": "l"})", "time"},
             {R"({"time": "2026-11-01T00:00:00Z", "unit": "l"})", "volume"},
             {R"({"time": "2026-11-01T00:00:00Z", "volume": -1, "unit": "l"})", "volume"},
             {R"({"time": "2026-11-01T00:00:00Z", "volume": 1e15, "unit": "m3"})", "volume"},
             {R"({"time": "2026-11-01T00:00:00Z", "volume": 1})", "unit"},
             {R"({"time": "2026-11-01T00:00:00Z", "volume": 1, "unit": "l", "note": "x"})", "note"},
         }) {
        const Response response = post(kReadingsPath, body);
        EXPECT_EQ(response.status, 400u) << body;
        EXPECT_EQ(field_of(response), field) << body;
    }
    EXPECT_TRUE(controls_.read.empty());
}

TEST_F(MeterReadingsRoute, AreLimitedInNumber) {
    for (std::size_t i = 0; i < kMaxMeterReadings; ++i) {
        controls_.read.push_back({kSensor, base::from_unix_s(static_cast<std::int64_t>(i)), {1}, false});
    }
    EXPECT_EQ(post(kReadingsPath, R"({"time": "2026-11-01T00:00:00Z", "volume": 1, "unit": "l"})").status, 409u);
    EXPECT_EQ(post(kReadingsPath, R"({"time": "1970-01-01T00:00:00Z", "volume": 1, "unit": "l"})").status, 200u);
}

TEST_F(MeterReadingsRoute, FailureToKeepIsOurFault) {
    controls_.failure = "the disk is full";
    EXPECT_EQ(post(kReadingsPath, R"({"time": "2026-11-01T00:00:00Z", "volume": 5, "unit": "l"})").status, 503u);
}

}  // namespace
}  // namespace millrace::api
