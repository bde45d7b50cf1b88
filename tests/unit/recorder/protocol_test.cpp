#include "recorder/protocol.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace millrace::recorder {
namespace {

using Json = nlohmann::json;

const base::WallTime kHour = *base::from_rfc3339("2026-03-02T06:00:00Z");
const std::string kId = "millrace:water_61da80b5f2a74de4";

TEST(StatisticId, IsExternalAndInLowerCase) {
    EXPECT_EQ(statistic_id(*base::DeviceId::parse("61DA80B5F2A74DE4")), kId);
}

TEST(Dialect, FollowsTheVersion) {
    EXPECT_EQ(dialect_of("2025.10.4"), Dialect::BeforeUnitClass);
    EXPECT_EQ(dialect_of("2025.11.0"), Dialect::WithUnitClass);
    EXPECT_EQ(dialect_of("2024.12.1"), Dialect::BeforeUnitClass);
    EXPECT_EQ(dialect_of("2026.9.1"), Dialect::WithUnitClass);
    EXPECT_EQ(dialect_of("2026"), Dialect::WithUnitClass);
    EXPECT_EQ(dialect_of(""), Dialect::WithUnitClass);
}

TEST(ImportMessage, HasRowsAndTheMetadataOfEachDialect) {
    const std::vector<HourSum> rows{{kHour, 1.5}};
    const Statistic gallons{kId, "Millrace water", base::VolumeUnit::Gallon};
    Json expected{{"id", 7},
                  {"type", "recorder/import_statistics"},
                  {"metadata",
                   {{"has_sum", true},
                    {"mean_type", 0},
                    {"name", "Millrace water"},
                    {"source", "millrace"},
                    {"statistic_id", kId},
                    {"unit_class", "volume"},
                    {"unit_of_measurement", "gal"}}},
                  {"stats", {{{"start", "2026-03-02T06:00:00Z"}, {"state", 1.5}, {"sum", 1.5}}}}};
    EXPECT_EQ(Json::parse(import_message(7, gallons, rows, Dialect::WithUnitClass)), expected);
    expected["metadata"].erase("mean_type");
    expected["metadata"].erase("unit_class");
    expected["metadata"]["has_mean"] = false;
    EXPECT_EQ(Json::parse(import_message(7, gallons, rows, Dialect::BeforeUnitClass)), expected);
}

TEST(SumsMessage, AsksForStoredHourlySums) {
    EXPECT_EQ(Json::parse(sums_message(3, kId, kHour, kHour + std::chrono::hours{2})),
              (Json{{"id", 3},
                    {"type", "recorder/statistics_during_period"},
                    {"start_time", "2026-03-02T06:00:00Z"},
                    {"end_time", "2026-03-02T08:00:00Z"},
                    {"statistic_ids", {kId}},
                    {"period", "hour"},
                    {"types", {"sum"}}}));
}

TEST(ReadMessage, KnowsTheLogin) {
    using Kind = Message::Kind;
    EXPECT_EQ(read_message(R"({"type":"auth_required","ha_version":"2026.9.1"})", kId).kind, Kind::AuthRequired);
    const Message good = read_message(R"({"type":"auth_ok","ha_version":"2026.9.1"})", kId);
    EXPECT_EQ(good.kind, Kind::AuthOk);
    EXPECT_EQ(good.version, "2026.9.1");
    EXPECT_EQ(read_message(R"({"type":"auth_invalid","message":"no"})", kId).kind, Kind::AuthInvalid);
    EXPECT_EQ(read_message(R"({"type":"event","id":1})", kId).kind, Kind::Other);
}

TEST(ReadMessage, TakesRowsWithMillisecondsAndWithText) {
    const std::string text = R"({"id":4,"type":"result","success":true,"result":{")" + kId +
                             R"(":[{"start":1772434800000,"end":1772438400000,"sum":2.5},
                                   {"start":"2026-03-02T06:00:00+00:00","sum":1},
                                   {"start":"soon","sum":1},{"start":1e300,"sum":1},{"sum":2},{"start":1,"sum":null},7]}})";
    const Message message = read_message(text, kId);
    EXPECT_EQ(message.id, 4);
    EXPECT_TRUE(message.success);
    EXPECT_EQ(message.sums, (std::vector<HourSum>{{kHour, 1}, {kHour + std::chrono::hours{1}, 2.5}}));
    EXPECT_TRUE(read_message(text, "millrace:water_other").sums.empty());
}

TEST(ReadMessage, BoundsWhatItQuotes) {
    const Message message = read_message(R"({"id":4,"type":"result","success":false,"error":{"code":"unknown_error",
        "message":"a\nb)" + std::string(5'000, 'x') +
                                             R"("}})",
                                         kId);
    EXPECT_FALSE(message.success);
    EXPECT_EQ(message.error_code, "unknown_error");
    EXPECT_EQ(message.error.substr(0, 4), "a\?bx");
    EXPECT_EQ(message.error.size(), 200U);
}

TEST(ReadMessage, CallsBrokenWhatIsNoMessage) {
    for (const char* text :
         {"", "[]", "{", "7", R"({"type":"result"})", R"({"type":"result","id":"x","success":true})",
          R"({"type":"result","id":1.5,"success":true})", R"({"type":"result","id":1,"success":1})"}) {
        EXPECT_EQ(read_message(text, kId).kind, Message::Kind::Broken) << text;
    }
}

}  // namespace
}  // namespace millrace::recorder
