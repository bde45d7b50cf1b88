#include "api/calibration.h"

#include <gmock/gmock.h>

#include "api/calibration_list.h"
#include "unit/api/site_fixture.h"

namespace millrace::api {
namespace {

using nlohmann::json;
using ports::CalibrationSource;
using ::testing::HasSubstr;

const std::string kPath = "/api/v1/sensors/0123456789ABCDEF/calibration";

class CalibrationRoute : public SiteTest {
protected:
    void read_meter(const char* time, std::int64_t litres) {
        controls_.read.push_back({kSensor, *base::from_rfc3339(time), {litres * 1'000'000}, false});
    }
};

TEST_F(CalibrationRoute, UncalibratedSensorShowsTheStatedGuess) {
    const json document = parsed(get(kPath));
    EXPECT_EQ(document["calibrated"], false);
    EXPECT_EQ(document["volume_per_peak_ml"], 32.933);
    EXPECT_EQ(document["in_force"], json::array());
    EXPECT_EQ(document["history"], json::array());
}

TEST_F(CalibrationRoute, EnteredValueReachesBackToTheFirstReading) {
    const Response response = post(kPath, R"({"method": "entered", "volume_per_peak_ml": 31.5})");
    EXPECT_EQ(response.status, 201u);
    ASSERT_EQ(controls_.entered.size(), 1u);
    EXPECT_EQ(controls_.entered[0].sensor, kSensor);
    EXPECT_EQ(controls_.entered[0].entry, (meter::CalibrationEntry{kFromTheBeginning, {31'500}}));
    EXPECT_EQ(controls_.entered[0].source, CalibrationSource::Entered);
    const json answer = parsed(response);
    EXPECT_EQ(answer["number"], 1);
    EXPECT_EQ(answer["kept"], true);
    EXPECT_TRUE(answer["from"].is_null());
    EXPECT_EQ(answer["present_ml"], 32.933);
    EXPECT_EQ(answer["change_percent"], -4.35);
    const json document = parsed(get(kPath));
    EXPECT_EQ(document["calibrated"], true);
    EXPECT_EQ(document["volume_per_peak_ml"], 31.5);
    EXPECT_EQ(document["in_force"][0]["source"], "entered");
    EXPECT_TRUE(document["in_force"][0]["from"].is_null());
}

TEST_F(CalibrationRoute, GallonsAreUnderstood) {
    EXPECT_EQ(
        post(kPath, R"({"method": "entered", "volume_per_peak_gal": 0.0087, "from": "2026-05-01T00:00:00Z"})").status,
        201u);
    EXPECT_EQ(controls_.entered.at(0).entry.per_peak.microlitres, 32'933);
    EXPECT_EQ(controls_.entered.at(0).entry.from, base::from_rfc3339("2026-05-01T00:00:00Z"));
}

TEST_F(CalibrationRoute, DryRunTellsAndKeepsNothing) {
    const Response response = post(kPath, R"({"method": "entered", "volume_per_peak_ml": 31.5, "dry_run": true})");
    EXPECT_EQ(response.status, 200u);
    EXPECT_EQ(parsed(response)["kept"], false);
    EXPECT_TRUE(parsed(response)["number"].is_null());
    EXPECT_EQ(parsed(response)["volume_per_peak_ml"], 31.5);
    EXPECT_TRUE(controls_.entered.empty());
}

TEST_F(CalibrationRoute, TellsOfLaterEntriesThatStayInForce) {
    post(kPath, R"({"method": "entered", "volume_per_peak_ml": 30, "from": "2026-05-01T00:00:00Z"})");
    const json answer = parsed(post(kPath, R"({"method": "entered", "volume_per_peak_ml": 31.5})"));
    EXPECT_EQ(answer["holds_until"], "2026-04-30T18:00:00-06:00");
    EXPECT_TRUE(answer["replaces"].is_null());
    const json again = parsed(post(kPath, R"({"method": "entered", "volume_per_peak_ml": 29})"));
    EXPECT_EQ(again["replaces"]["number"], 2);
}

TEST_F(CalibrationRoute, DrawnVolumeIsDividedByItsPeaks) {
    history_.counted = std::vector<base::PeakCount>{{304}};
    const std::string draw = R"("started": "2026-11-23T16:00:00Z", "stopped": "2026-11-23T16:04:00Z", "volume": 10,
                                "unit": "l")";
    const Response dry = post(kPath, R"({"method": "drawn", "dry_run": true, )" + draw + "}");
    EXPECT_EQ(dry.status, 200u);
    const json answer = parsed(dry);
    EXPECT_EQ(answer["peaks"], 304);
    EXPECT_EQ(answer["volume_per_peak_ml"], 32.895);
    EXPECT_EQ(answer["least_ml"], 32.787);
    EXPECT_EQ(answer["most_ml"], 33.003);
    EXPECT_EQ(answer["settled"], true);
    EXPECT_EQ(history_.count_queries.at(0).times,
              (std::vector<base::WallTime>{*base::from_rfc3339("2026-11-23T16:00:00Z"),
                                           *base::from_rfc3339("2026-11-23T16:04:00Z")}));
    EXPECT_EQ(post(kPath, R"({"method": "drawn", )" + draw + "}").status, 201u);
    ASSERT_EQ(controls_.entered.size(), 1u);
    EXPECT_EQ(controls_.entered[0].source, CalibrationSource::DrawnVolume);
    EXPECT_EQ(controls_.entered[0].note,
              "drew 10.0 L, 304 peaks, from 2026-11-23T09:00:00-07:00 to 2026-11-23T09:04:00-07:00");
}

TEST_F(CalibrationRoute, ADrawThatHasJustEndedIsNotSettled) {
    history_.counted = std::vector<base::PeakCount>{{304}};
    const std::string body = R"({"method": "drawn", "dry_run": true, "started": "2026-11-23T16:15:00Z",
                                 "stopped": "2026-11-23T16:18:00.001Z", "volume": 10, "unit": "l"})";
    EXPECT_EQ(parsed(post(kPath, body))["settled"], false);
    history_.counted = std::vector<base::PeakCount>{{0}};
    const Response none = post(kPath, body);
    EXPECT_EQ(none.status, 409u);
    EXPECT_THAT(none.body, HasSubstr("on their way"));
}

TEST_F(CalibrationRoute, MeterReadingsAreFitted) {
    read_meter("2026-11-01T00:00:00Z", 1000);
    read_meter("2026-11-11T00:00:00Z", 1330);
    read_meter("2026-11-21T00:00:00Z", 1660);
    history_.counted = std::vector<base::PeakCount>{{10'000}, {10'000}};
    const Response response = post(kPath, R"({"method": "meter_readings"})");
    EXPECT_EQ(response.status, 201u);
    const json answer = parsed(response);
    EXPECT_EQ(answer["volume_per_peak_ml"], 33.0);
    EXPECT_EQ(answer["readings"], 3);
    EXPECT_EQ(answer["peaks"], 20'000);
    EXPECT_EQ(answer["rms_residual"], 0.0);
    EXPECT_EQ(answer["standard_error_ml"], 0.0);
    EXPECT_EQ(controls_.entered.at(0).source, CalibrationSource::MeterReadings);
    EXPECT_THAT(controls_.entered.at(0).note, HasSubstr("3 readings"));
}

TEST_F(CalibrationRoute, RefusesAFitInWordsThatNameTheReading) {
    const Response few = post(kPath, R"({"method": "meter_readings"})");
    EXPECT_EQ(few.status, 409u);
    EXPECT_THAT(few.body, HasSubstr("two readings"));
    EXPECT_TRUE(history_.count_queries.empty());
    read_meter("2026-11-01T00:00:00Z", 1000);
    read_meter("2026-11-11T00:00:00Z", 900);
    history_.counted = std::vector<base::PeakCount>{{10'000}};
    const Response fell = post(kPath, R"({"method": "meter_readings"})");
    EXPECT_EQ(fell.status, 409u);
    EXPECT_THAT(fell.body, HasSubstr("fell at the reading of 2026-11-10T17:00:00-07:00"));
    EXPECT_TRUE(controls_.entered.empty());
}

TEST_F(CalibrationRoute, NamesTheFieldThatIsWrong) {
    for (const auto& [body, field] : std::vector<std::pair<std::string, std::string>>{
             {"", "method"},
             {"{}", "method"},
             {R"({"method": "guessed"})", "method"},
             {R"({"method": "entered"})", "volume_per_peak_ml"},
             {R"({"method": "entered", "volume_per_peak_ml": 30, "volume_per_peak_gal": 0.01})", "volume_per_peak_ml"},
             {R"({"method": "entered", "volume_per_peak_ml": 0.09})", "volume_per_peak_ml"},
             {R"({"method": "entered", "volume_per_peak_ml": 10001})", "volume_per_peak_ml"},
             {R"({"method": "entered", "volume_per_peak_ml": "30"})", "volume_per_peak_ml"},
             {R"({"method": "entered", "volume_per_peak_ml": 30, "from": "May"})", "from"},
             {R"({"method": "entered", "volume_per_peak_ml": 30, "dry_run": "yes"})", "dry_run"},
             {R"({"method": "entered", "volume_per_peak_ml": 30, "volume": 7})", "volume"},
             {R"({"method": "meter_readings", "volume": 7})", "volume"},
             {R"({"method": "drawn", "stopped": "2026-11-23T16:00:00Z", "volume": 1, "unit": "l"})", "started"},
             {R"({"method": "drawn", "started": "2026-11-23T16:00:00Z", "stopped": "2026-11-23T16:00:00Z", "volume": 1,
                  "unit": "l"})",
              "started"},
             {R"({"method": "drawn", "started": "2026-10-01T16:00:00Z", "stopped": "2026-11-23T16:00:00Z", "volume": 1,
                  "unit": "l"})",
              "started"},
             {R"({"method": "drawn", "started": "2026-11-23T16:00:00Z", "stopped": "2026-11-23T16:22:00Z", "volume": 1,
                  "unit": "l"})",
              "stopped"},
             {R"({"method": "drawn", "started": "2026-11-23T15:00:00Z", "stopped": "2026-11-23T16:00:00Z", "volume": 1,
                  "unit": "cup"})",
              "unit"},
             {R"({"method": "drawn", "started": "2026-11-23T15:00:00Z", "stopped": "2026-11-23T16:00:00Z",
                  "volume": 0.09, "unit": "l"})",
              "volume"},
         }) {
        const Response response = post(kPath, body);
        EXPECT_EQ(response.status, 400u) << body;
        EXPECT_EQ(field_of(response), field) << body;
    }
    EXPECT_TRUE(controls_.entered.empty());
    EXPECT_TRUE(history_.count_queries.empty());
}

TEST_F(CalibrationRoute, UndoBringsBackTheEntryBefore) {
    post(kPath, R"({"method": "entered", "volume_per_peak_ml": 30})");
    post(kPath, R"({"method": "entered", "volume_per_peak_ml": 31})");
    const Response undone = ask(Method::Delete, kPath + "/2");
    EXPECT_EQ(undone.status, 200u);
    EXPECT_EQ(parsed(undone)["volume_per_peak_ml"], 30.0);
    EXPECT_EQ(parsed(undone)["in_force"][0]["number"], 1);
    EXPECT_EQ(parsed(undone)["history"].size(), 3u);
    EXPECT_EQ(ask(Method::Delete, kPath + "/2").status, 409u);
    EXPECT_EQ(ask(Method::Delete, kPath + "/1").status, 200u);
    EXPECT_EQ(parsed(get(kPath))["calibrated"], false);
    EXPECT_EQ(ask(Method::Delete, kPath + "/17").status, 404u);
    EXPECT_EQ(ask(Method::Delete, kPath + "/x").status, 404u);
}

TEST_F(CalibrationRoute, WhatCannotBeKeptOrCountedIsOurFault) {
    controls_.failure = "the disk is full";
    const Response response = post(kPath, R"({"method": "entered", "volume_per_peak_ml": 30})");
    EXPECT_EQ(response.status, 503u);
    EXPECT_THAT(response.body, HasSubstr("the disk is full"));
    history_.counted = base::failure(base::Error{"busy"});
    EXPECT_EQ(post(kPath, R"({"method": "drawn", "started": "2026-11-23T15:00:00Z", "stopped": "2026-11-23T16:00:00Z",
                              "volume": 10, "unit": "l"})")
                  .status,
              503u);
}

TEST_F(CalibrationRoute, EntriesAreLimitedInNumber) {
    ports::CalibrationRecord record;
    record.sensor = kSensor;
    record.entry = {kFromTheBeginning, {30'000}};
    controls_.entered.assign(kMaxCalibrations, record);
    EXPECT_EQ(post(kPath, R"({"method": "entered", "volume_per_peak_ml": 30})").status, 409u);
    EXPECT_EQ(post(kPath, R"({"method": "entered", "volume_per_peak_ml": 30, "dry_run": true})").status, 200u);
    EXPECT_EQ(controls_.entered.size(), kMaxCalibrations);
}

TEST_F(CalibrationRoute, AnswersThatComeAfterTheServerHasGoneAreDropped) {
    history_.at_once = false;
    history_.counted = std::vector<base::PeakCount>{{304}};
    post(kPath, R"({"method": "drawn", "started": "2026-11-23T15:00:00Z", "stopped": "2026-11-23T16:00:00Z",
                    "volume": 10, "unit": "l"})");
    controls_.at_once = false;
    post(kPath, R"({"method": "entered", "volume_per_peak_ml": 30})");
    site_.reset();
    history_.waiting.at(0)();
    controls_.waiting.at(0)();
    EXPECT_EQ(controls_.entered.size(), 1u);
    EXPECT_EQ(last_->status, 0u);
}

TEST_F(CalibrationRoute, UnknownSensorIsNotFound) {
    const std::string path = "/api/v1/sensors/0000000000000000/calibration";
    EXPECT_EQ(get(path).status, 404u);
    EXPECT_EQ(post(path, R"({"method": "entered", "volume_per_peak_ml": 30})").status, 404u);
    EXPECT_EQ(ask(Method::Delete, path + "/1").status, 404u);
}

}  // namespace
}  // namespace millrace::api
