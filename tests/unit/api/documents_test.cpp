#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "api/devices.h"
#include "api/entity_tag.h"
#include "api/health.h"
#include "api/parameters.h"
#include "api/quantity.h"
#include "api/readings.h"
#include "api/status.h"
#include "api/usage.h"
#include "unit/api/fakes.h"

namespace millrace::api {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

const base::WallTime kNow = *base::from_rfc3339("2026-11-23T16:20:00Z");

base::TimeZone denver() {
    return *base::TimeZone::load("America/Denver");
}

TEST(DevicesDocument, ShowsAWorkingPair) {
    const ports::LiveState live{ports::CloudMode::Local, {sample_bridge()}, {sample_sensor()}};
    const json document = json::parse(devices_document(live, base::VolumeUnit::Litre, denver(), kNow));
    EXPECT_EQ(document["time"], "2026-11-23T09:20:00-07:00");
    EXPECT_EQ(document["unit"], "L");
    EXPECT_EQ(document["flow_unit"], "L/min");
    const json& sensor = document["sensors"][0];
    EXPECT_EQ(sensor["uuid"], "0123456789ABCDEF");
    EXPECT_EQ(sensor["bridge"], "FEDCBA9876543210");
    EXPECT_EQ(sensor["flow"], 9.0);
    EXPECT_EQ(sensor["running"], true);
    EXPECT_EQ(sensor["today"], 321.5);
    EXPECT_EQ(sensor["lifetime"], 12345.678);
    EXPECT_EQ(sensor["calibrated"], false);
    EXPECT_EQ(sensor["readings_known"], true);
    EXPECT_EQ(sensor["volume_per_peak_ml"], 32.933);
    EXPECT_EQ(sensor["last_seen"], "2026-11-23T09:19:57.250-07:00");
    EXPECT_EQ(sensor["battery_mv"], 3012);
    EXPECT_TRUE(sensor["temperature_celsius"].is_null());
    const json& bridge = document["bridges"][0];
    EXPECT_EQ(bridge["connected"], true);
    EXPECT_EQ(bridge["door"], "stand_in");
    EXPECT_EQ(bridge["frames_unopened"], 3);
    EXPECT_TRUE(bridge["wifi_rssi_dbm"].is_null());
}

TEST(DevicesDocument, SaysNothingOfFlowWhileReadingsAreSealed) {
    ports::LiveSensor sensor = sample_sensor();
    sensor.readings_known = false;
    const json shown_sensor =
        json::parse(devices_document({{}, {}, {sensor}}, base::VolumeUnit::Litre, {}, kNow))["sensors"][0];
    EXPECT_EQ(shown_sensor["readings_known"], false);
    EXPECT_TRUE(shown_sensor["flow"].is_null());
    EXPECT_TRUE(shown_sensor["running"].is_null());
    EXPECT_TRUE(shown_sensor["today"].is_null());
    EXPECT_TRUE(shown_sensor["estimate"].is_null());
    EXPECT_EQ(shown_sensor["estimated"], false);
    EXPECT_EQ(shown_sensor["lifetime"], 12345.678);
}

TEST(DevicesDocument, WhatSealedMessagesTellIsMarkedAsEstimated) {
    ports::LiveSensor sensor = sample_sensor();
    sensor.readings_known = false;
    sensor.running = false;
    sensor.estimate = ports::LiveEstimate{true, kNow - std::chrono::minutes{3}, {1'500'000}};
    const json document = json::parse(devices_document({{}, {}, {sensor}}, base::VolumeUnit::Litre, denver(), kNow));
    const json& shown_sensor = document["sensors"][0];
    EXPECT_EQ(shown_sensor["running"], true);
    EXPECT_EQ(shown_sensor["estimated"], true);
    EXPECT_TRUE(shown_sensor["flow"].is_null());
    EXPECT_EQ(shown_sensor["estimate"], json::parse(R"({"estimated": true, "running": true,
        "running_since": "2026-11-23T09:17:00-07:00", "today_at_least": 1.5})"));
}

TEST(DevicesDocument, BridgeTellsWhereItsWordsGo) {
    ports::LiveBridge bridge = sample_bridge();
    bridge.cloud_path = ports::CloudPath::CatchingUp;
    bridge.waiting_for_cloud = 17;
    const json document = json::parse(devices_document({{}, {bridge}, {}}, base::VolumeUnit::Litre, {}, kNow));
    EXPECT_EQ(document["bridges"][0]["cloud_path"], "catching_up");
    EXPECT_EQ(document["bridges"][0]["waiting_for_cloud"], 17);
}

TEST(DevicesDocument, SurvivesFirmwareNamesThatAreNotUtf8) {
    ports::LiveBridge bridge = sample_bridge();
    bridge.firmware = "\xff\xfe\"<script>";
    const json document = json::parse(devices_document({{}, {bridge}, {}}, base::VolumeUnit::Litre, {}, kNow));
    EXPECT_THAT(document["bridges"][0]["firmware"].get<std::string>(), HasSubstr("<script>"));
}

TEST(DevicesDocument, ShowsALeakPuck) {
    ports::LiveState live;
    live.pucks = {sample_puck()};
    const json document = json::parse(devices_document(live, base::VolumeUnit::Litre, denver(), kNow));
    EXPECT_EQ(document["pucks"][0], json::parse(R"({"uuid": "A4C138FFFE001122", "wet": true,
        "wet_since": "2026-11-23T09:18:00-07:00", "moisture_percent": null,
        "last_seen": "2026-11-23T09:19:30-07:00", "has_buttons": false, "last_press": null, "name": "Under the sink",
        "room": null, "battery_percent": 93, "battery_low": null, "voltage_mv": null, "temperature_celsius": -0.5,
        "humidity_percent": null, "rssi_dbm": -71, "trigger_based": false, "problem": null})"));
}

TEST(DevicesDocument, ShowsWhenAPucksButtonWasPressed) {
    ports::LiveState live;
    live.pucks = {sample_puck()};
    live.pucks[0].has_buttons = true;
    live.pucks[0].last_press = ports::LivePress{kNow, 2, "long_press"};
    const json document = json::parse(devices_document(live, base::VolumeUnit::Litre, denver(), kNow));
    EXPECT_EQ(document["pucks"][0]["last_press"],
              json::parse(R"({"at": "2026-11-23T09:20:00-07:00", "button": 2, "kind": "long_press"})"));
}

TEST(DevicesDocument, ShowsWhatAMeterSaysBesideItsTotal) {
    const json shown_meter =
        json::parse(devices_document({{}, {}, {sample_meter(), sample_sensor()}}, base::VolumeUnit::Litre, {}, kNow));
    EXPECT_EQ(shown_meter["sensors"][0]["bluetooth"],
              json::parse(R"({"name": "Garden meter", "room": "Garden", "battery_percent": null, "battery_low": true,
        "voltage_mv": null, "temperature_celsius": null, "humidity_percent": null, "rssi_dbm": null,
        "trigger_based": false, "problem": "The key that was given does not open what it says.", "flow_said": 6.0,
        "storage": 250.5})"));
    EXPECT_TRUE(shown_meter["sensors"][1]["bluetooth"].is_null());
}

TEST(DevicesDocument, IsEmptyListsBeforeAnythingWasHeard) {
    const json document = json::parse(devices_document({}, base::VolumeUnit::Gallon, {}, kNow));
    EXPECT_EQ(document["bridges"], json::array());
    EXPECT_EQ(document["sensors"], json::array());
    EXPECT_EQ(document["pucks"], json::array());
}

TEST(Quantity, ShowsEveryUnit) {
    const base::Volume volume{2'831'684'659'200};  // a hundred thousand cubic feet
    EXPECT_DOUBLE_EQ(shown(volume, base::VolumeUnit::CubicFoot), 100'000.0);
    EXPECT_DOUBLE_EQ(shown(volume, base::VolumeUnit::Ccf), 1'000.0);
    EXPECT_DOUBLE_EQ(shown(volume, base::VolumeUnit::CubicMetre), 2831.6846592);
    EXPECT_DOUBLE_EQ(shown(base::Volume{3'785'412}, base::VolumeUnit::Gallon), 1.0);
    EXPECT_GT(shown(base::Volume{32'933}, base::VolumeUnit::Ccf), 0.0);
    const base::FlowRate flow{1'000'000};
    EXPECT_DOUBLE_EQ(shown(flow, base::VolumeUnit::Litre), 60.0);
    EXPECT_DOUBLE_EQ(shown(flow, base::VolumeUnit::CubicMetre), 3.6);
    EXPECT_DOUBLE_EQ(shown(flow, base::VolumeUnit::Ccf), shown(flow, base::VolumeUnit::Gallon));
}

TEST(ReadingsDocument, GivesPeaksAndTheirVolume) {
    meter::Reading reading;
    reading.time = *base::from_rfc3339("2026-11-23T16:00:05Z");
    reading.received = *base::from_rfc3339("2026-11-23T16:00:07.5Z");
    reading.series = 2;
    reading.total = {70'000};
    reading.advance = {10};
    reading.kind = meter::ReadingKind::CatchUp;
    ReadingsView view;
    view.sensor = kSensor;
    view.from = kNow - std::chrono::hours{1};
    view.to = kNow;
    view.zone = denver();
    const json document = json::parse(readings_document({{reading}, "next", {}}, view));
    EXPECT_EQ(document["calibrated"], false);
    EXPECT_EQ(document["next_cursor"], "next");
    EXPECT_EQ(document["items"].size(), 1u);
    EXPECT_EQ(document["items"][0], json::parse(R"({"time": "2026-11-23T09:00:05-07:00",
        "received": "2026-11-23T09:00:07.500-07:00", "time_is_receipt": false, "total_peaks": 70000, "peaks": 10,
        "volume": 0.32933, "series": 2, "kind": "catch_up"})"));
    EXPECT_TRUE(json::parse(readings_document({}, view))["next_cursor"].is_null());
}

TEST(ReadingsDocument, EachReadingHasTheCalibrationInForceAtItsTime) {
    meter::Reading before;
    before.time = kNow - std::chrono::hours{2};
    before.advance = {10};
    meter::Reading after = before;
    after.time = kNow;
    const meter::CalibrationTable calibration({{kNow - std::chrono::hours{24}, {10'000}}, {kNow, {20'000}}});
    const json document = json::parse(readings_document({{before, after}, std::nullopt, calibration}, {}));
    EXPECT_EQ(document["calibrated"], true);
    EXPECT_EQ(document["items"][0]["volume"], 0.1);
    EXPECT_EQ(document["items"][1]["volume"], 0.2);
}

TEST(UsageDocument, SumsItsBuckets) {
    UsageView view;
    view.sensor = kSensor;
    view.from = kNow - std::chrono::hours{2};
    view.to = kNow;
    view.unit = base::VolumeUnit::Gallon;
    view.zone = denver();
    ports::UsageAnswer answer;
    answer.calibrated = true;
    answer.buckets = {{kNow - std::chrono::hours{2}, kNow - std::chrono::hours{1}, {3}, {3'785'412}},
                      {kNow - std::chrono::hours{1}, kNow, {4}, {2 * 3'785'412}}};
    const json document = json::parse(usage_document(answer, view));
    EXPECT_EQ(document["calibrated"], true);
    EXPECT_EQ(document["time_zone"], "America/Denver");
    EXPECT_EQ(document["unit"], "gal");
    EXPECT_EQ(document["peaks"], 7);
    EXPECT_DOUBLE_EQ(document["volume"], 3.0);
    EXPECT_EQ(document["items"][0], json::parse(R"({"start": "2026-11-23T07:20:00-07:00",
        "end": "2026-11-23T08:20:00-07:00", "peaks": 3, "volume": 1.0})"));
}

TEST(UsageDocument, SplitsEachBucketAndTheWholeByCategory) {
    UsageView view;
    view.sensor = kSensor;
    view.from = kNow - std::chrono::hours{1};
    view.to = kNow + std::chrono::hours{1};
    view.zone = denver();
    view.split = true;
    ports::UsageAnswer answer;
    for (int i = -2; i < 2; ++i) {
        answer.buckets.push_back({kNow + std::chrono::hours{i}, kNow + std::chrono::hours{i + 1}, {3}, {5'000'000}});
    }
    answer.labelled = {{0, "hose", {5'000'000}},
                       {1, "bath", {1'000'000}},
                       {2, "shower", {3'000'000}},
                       {2, "toilet", {2'000'000}},
                       {3, "shower", {1'000'000}}};
    view.before = 2;
    const json document = json::parse(usage_document(answer, view));
    EXPECT_EQ(document["items"][0]["categories"],
              json::parse(R"({"shower": 3.0, "toilet": 2.0, "uncategorised": 0.0})"));
    EXPECT_EQ(document["items"][1]["categories"], json::parse(R"({"shower": 1.0, "uncategorised": 4.0})"));
    EXPECT_EQ(document["items"][1]["previous_volume"], 5.0);
    EXPECT_EQ(document["categories"], json::parse(R"({"shower": 4.0, "toilet": 2.0, "uncategorised": 4.0})"));
    view.before = 3;
    EXPECT_EQ(usage_csv(answer, view),
              "start,end,peaks,volume_l,previous_volume_l,toilet_volume_l,shower_volume_l,bath_volume_l,"
              "faucet_volume_l,clothes_washer_volume_l,dishwasher_volume_l,irrigation_volume_l,hose_volume_l,"
              "softener_volume_l,leak_volume_l,other_volume_l,uncategorised_volume_l\r\n"
              "2026-11-23T10:20:00-07:00,2026-11-23T11:20:00-07:00,3,5,5,0,1,0,0,0,0,0,0,0,0,0,4\r\n");
    view.split = false;
    EXPECT_EQ(usage_document(answer, view).find("categories"), std::string::npos);
}

TEST(UsageDocument, SetsEachBucketBesideItsCounterpart) {
    UsageView view;
    view.sensor = kSensor;
    view.from = kNow - std::chrono::hours{1};
    view.to = kNow;
    view.zone = denver();
    view.before = 1;
    ports::UsageAnswer answer;
    answer.buckets = {{kNow - std::chrono::hours{2}, kNow - std::chrono::hours{1}, {3}, {3'000'000}},
                      {kNow - std::chrono::hours{1}, kNow, {4}, {5'000'000}}};
    const json document = json::parse(usage_document(answer, view));
    EXPECT_EQ(document["volume"], 5.0);
    EXPECT_EQ(document["previous_volume"], 3.0);
    ASSERT_EQ(document["items"].size(), 1u);
    EXPECT_EQ(document["items"][0]["previous_volume"], 3.0);
    EXPECT_EQ(usage_csv(answer, view),
              "start,end,peaks,volume_l,previous_volume_l\r\n"
              "2026-11-23T08:20:00-07:00,2026-11-23T09:20:00-07:00,4,5,3\r\n");
}

TEST(Usage, ThePeriodBeforeHasAsManyBuckets) {
    const auto zone = denver();
    const auto before = [&](const char* from, const char* to, base::CalendarUnit bucket) {
        const PeriodBefore period = period_before(*base::from_rfc3339(from), *base::from_rfc3339(to), bucket, zone);
        return std::to_string(period.buckets) + " from " + zone.rfc3339(period.from);
    };
    EXPECT_EQ(before("2026-03-01T00:00:00-07:00", "2026-03-31T12:00:00-06:00", base::CalendarUnit::Day),
              "31 from 2026-01-29T00:00:00-07:00");
    EXPECT_EQ(before("2026-01-01T00:00:00-07:00", "2026-11-23T00:00:00-07:00", base::CalendarUnit::Month),
              "11 from 2025-02-01T00:00:00-07:00");
    // The night on which an hour is missing has as many hours before it all the same.
    EXPECT_EQ(before("2026-03-08T00:00:00-07:00", "2026-03-09T00:00:00-06:00", base::CalendarUnit::Hour),
              "23 from 2026-03-07T01:00:00-07:00");
}

TEST(Usage, DefaultRangeEndsWithTheRunningBucket) {
    const auto zone = denver();
    EXPECT_EQ(zone.rfc3339(default_from(kNow, base::CalendarUnit::Hour, zone)), "2026-11-22T10:00:00-07:00");
    EXPECT_EQ(zone.rfc3339(default_from(kNow, base::CalendarUnit::Minute, zone)), "2026-11-23T08:20:00-07:00");
    EXPECT_EQ(zone.rfc3339(default_from(kNow, base::CalendarUnit::Week, zone)), "2026-08-31T00:00:00-06:00");
    EXPECT_EQ(zone.rfc3339(default_from(kNow, base::CalendarUnit::Day, zone)), "2026-10-25T00:00:00-06:00");
    EXPECT_EQ(zone.rfc3339(default_from(kNow, base::CalendarUnit::Month, zone)), "2025-12-01T00:00:00-07:00");
    EXPECT_EQ(zone.rfc3339(default_from(kNow, base::CalendarUnit::Year, zone)), "2022-01-01T00:00:00-07:00");
    // `to` is exclusive: at the stroke of the hour no new bucket has begun.
    const auto stroke = *base::from_rfc3339("2026-11-23T16:00:00Z");
    EXPECT_EQ(zone.rfc3339(default_from(stroke, base::CalendarUnit::Hour, zone)), "2026-11-22T09:00:00-07:00");
}

TEST(Usage, NeverCountsFewerBucketsThanThereAre) {
    const auto zone = denver();
    const auto from = *base::from_rfc3339("2025-01-31T23:59:59Z");
    for (const auto unit : base::kCalendarUnits) {
        for (const int hours : {1, 23, 24, 25, 24 * 28, 24 * 59, 24 * 365, 24 * 800}) {
            const auto to = from + std::chrono::hours{hours};
            std::int64_t real = 0;
            for (auto start = zone.start_of(unit, from); start < to; start = zone.next_start(unit, start)) ++real;
            EXPECT_GE(most_buckets(from, to, unit), real) << hours << " h of " << name(unit);
        }
    }
    EXPECT_EQ(most_buckets(kNow, kNow, base::CalendarUnit::Hour), 0);
    const base::Milliseconds ages{60'000LL * 4'294'967'296};  // where a count of 32 bits begins anew
    EXPECT_EQ(most_buckets(kNow, kNow + ages, base::CalendarUnit::Minute), 4'294'967'298);
}

TEST(StatusDocument, CountsAndPassesHealthOn) {
    StatusInfo status{"1.2.3", kNow - std::chrono::hours{1}};
    Settings settings;
    settings.zone = denver();
    ports::LiveState live{ports::CloudMode::RelayOnly, {sample_bridge()}, {sample_sensor()}};
    live.bridges[0].waiting_for_cloud = 5;
    ports::ArchiveStatus archive;
    archive.frames = 1000;
    archive.sealed_frames = 3;
    archive.file_bytes = 4096;
    const json document =
        json::parse(status_document(status, settings, live, archive, {{"store", false, "The disk is full."}}, kNow));
    EXPECT_EQ(document["version"], "1.2.3");
    EXPECT_EQ(document["mode"], "relay-only");
    EXPECT_EQ(document["started"], "2026-11-23T08:20:00-07:00");
    EXPECT_EQ(document["healthy"], false);
    EXPECT_EQ(document["health"][0]["detail"], "The disk is full.");
    EXPECT_EQ(document["counts"], json::parse(R"({"bridges": 1, "bridges_connected": 1, "sensors": 1,
        "sensors_running": 1, "frames_opened": 42, "frames_unopened": 3, "frames_waiting_for_cloud": 5})"));
    EXPECT_EQ(document["archive"],
              json::parse(R"({"frames": 1000, "sealed_frames": 3, "file_bytes": 4096, "rebuilding": false})"));
    EXPECT_TRUE(document["estimate"].is_null());
}

TEST(StatusDocument, EstimateIsMarkedAndSummed) {
    ports::LiveSensor sealed = sample_sensor();
    sealed.readings_known = false;
    sealed.estimate = ports::LiveEstimate{true, kNow, {2'000'000}};
    ports::LiveSensor other = sealed;
    other.estimate = ports::LiveEstimate{false, {}, {500'000}};
    const json document =
        json::parse(status_document({}, {}, {{}, {}, {sealed, other, sample_sensor()}}, {}, {}, kNow));
    EXPECT_EQ(document["estimate"],
              json::parse(R"({"estimated": true, "sensors": 2, "sensors_running": 1, "today_at_least": 2.5})"));
}

TEST(StatusDocument, UpdateIsNullUntilSomebodyWasAskedAndAnswered) {
    Settings settings;
    settings.zone = denver();
    EXPECT_TRUE(json::parse(status_document({}, settings, {}, {}, {}, kNow))["update"].is_null());
    const auto with = [&](const char* url) {
        const ports::ReleaseNews news{{"0.2.0", url, "Faster."}, kNow - std::chrono::hours{1}};
        return json::parse(status_document({}, settings, {}, {}, {}, kNow, std::nullopt, news))["update"];
    };
    EXPECT_EQ(with("https://example.org/0.2.0"), json::parse(R"({"latest_version": "0.2.0",
        "url": "https://example.org/0.2.0", "checked": "2026-11-23T08:20:00-07:00"})"));
    EXPECT_TRUE(with("")["url"].is_null());
}

TEST(ReadinessDocument, IsReadyOnlyWhenEveryPartIs) {
    EXPECT_EQ(json::parse(readiness_document(false, {{"store", true, ""}, {"cloud", false, "gone"}}))["ready"], false);
    EXPECT_EQ(json::parse(readiness_document(true, {{"store", true, ""}}))["ready"], true);
}

TEST(EntityTag, TagChangesWithEveryByte) {
    EXPECT_EQ(entity_tag("abc"), entity_tag("abc"));
    EXPECT_NE(entity_tag("abc"), entity_tag("abd"));
    EXPECT_NE(entity_tag("abc"), entity_tag(""));
}

TEST(EntityTag, NoneMatchTakesListsWeakTagsAndStar) {
    EXPECT_TRUE(none_match_names("\"a\"", "\"a\""));
    EXPECT_TRUE(none_match_names("\"b\", W/\"a\" ", "\"a\""));
    EXPECT_TRUE(none_match_names("*", "\"a\""));
    EXPECT_FALSE(none_match_names("", "\"a\""));
    EXPECT_FALSE(none_match_names("\"aa\", a", "\"a\""));
}

TEST(EntityTag, WhoHasTheSameGets304WithoutABody) {
    const Response first = with_entity_tag(json_response("{}"), "");
    EXPECT_EQ(first.status, 200u);
    EXPECT_EQ(first.cache_control, "private, no-cache");
    ASSERT_EQ(first.headers.size(), 1u);
    const Response again = with_entity_tag(json_response("{}"), first.headers[0].second);
    EXPECT_EQ(again.status, 304u);
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(again.headers, first.headers);
    EXPECT_EQ(with_entity_tag(json_response("[]"), first.headers[0].second).status, 200u);
}

TEST(EntityTag, WhatHasATagKeepsItAndHowLongItHolds) {
    Response made = json_response("{}");
    made.cache_control = "no-cache";
    made.headers = {{"Content-Encoding", "br"}, {"ETag", "\"own\""}};
    const Response first = with_entity_tag(made, entity_tag("{}"));
    EXPECT_EQ(first.status, 200u);
    EXPECT_EQ(first.cache_control, "no-cache");
    EXPECT_EQ(first.headers, made.headers);
    const Response again = with_entity_tag(made, "\"own\"");
    EXPECT_EQ(again.status, 304u);
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(again.cache_control, "no-cache");
    EXPECT_EQ(again.headers, (TextPairs{{"ETag", "\"own\""}}));
}

TEST(EntityTag, ErrorsAndStreamsHaveNone) {
    EXPECT_TRUE(with_entity_tag(json_response("{}", 404), "*").headers.empty());
    Response stream;
    stream.stream = [](const std::shared_ptr<StreamSink>&) {};
    EXPECT_EQ(with_entity_tag(std::move(stream), "*").status, 200u);
}

}  // namespace
}  // namespace millrace::api
