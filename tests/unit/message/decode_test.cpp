#include <gtest/gtest.h>

#include "message/message.h"

namespace millrace::message {
namespace {

constexpr const char* kUpstream = "/2/61F6F57900000001/1";

auto decode_as(std::uint32_t type, std::string_view text) {
    return decode(parse_topic("2/" + std::to_string(type) + kUpstream), base::as_bytes(text));
}
auto decode_downstream(std::uint32_t type, std::string_view text) {
    return decode(parse_topic("responses/61F6F57900000001/" + std::to_string(type) + "/2"), base::as_bytes(text));
}

DecodeFault fault_of(const base::Result<Message, DecodeError>& result) {
    EXPECT_FALSE(result.has_value());
    return result ? DecodeFault{255} : result.error().fault;
}

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

TEST(Decode, IgnoresOneTrailingByte) {
    const std::string text = R"([{"timestamp":1,"value":2}])";
    for (const char end : {'\0', ' ', '\n', '\r', '\t'}) {
        const auto result = decode_as(upstream::kSamples, text + end);
        ASSERT_TRUE(result) << int{end};
        EXPECT_EQ(std::get<Samples>(*result).samples.size(), 1u);
    }
    EXPECT_EQ(fault_of(decode_as(upstream::kSamples, text + "x")), DecodeFault::NotJson);
    EXPECT_EQ(fault_of(decode_as(upstream::kSamples, text + std::string(2, '\0'))), DecodeFault::NotJson);
    EXPECT_EQ(fault_of(decode_as(upstream::kSamples, text + std::string("\0]", 2))), DecodeFault::NotJson);
}

TEST(Decode, AcceptsEmptyArrays) {
    for (const std::uint32_t type : {upstream::kSamples, upstream::kStates, upstream::kLogs, upstream::kEvents}) {
        EXPECT_TRUE(decode_as(type, "[]")) << type;
        EXPECT_TRUE(decode_as(type, std::string("[]\0", 3))) << type;
    }
}

TEST(Decode, RefusesReportsThatAreNoArraysOfObjects) {
    for (const std::uint32_t type : {upstream::kSamples, upstream::kStates, upstream::kLogs, upstream::kEvents}) {
        EXPECT_EQ(fault_of(decode_as(type, "{}")), DecodeFault::WrongShape) << type;
        EXPECT_EQ(fault_of(decode_as(type, "[1]")), DecodeFault::WrongShape) << type;
        EXPECT_EQ(fault_of(decode_as(type, "[[]]")), DecodeFault::WrongShape) << type;
        EXPECT_EQ(fault_of(decode_as(type, "[null]")), DecodeFault::WrongShape) << type;
        EXPECT_EQ(fault_of(decode_as(type, "[{}]")), DecodeFault::WrongShape) << type;
        EXPECT_EQ(fault_of(decode_as(type, "")), DecodeFault::NotJson) << type;
        EXPECT_EQ(fault_of(decode_as(type, "[")), DecodeFault::NotJson) << type;
    }
}

TEST(Decode, RefusesObjectsOfTheWrongShape) {
    EXPECT_EQ(fault_of(decode_as(upstream::kBoot, "[]")), DecodeFault::WrongShape);
    EXPECT_EQ(fault_of(decode_as(upstream::kHeartbeatEcho, "3")), DecodeFault::WrongShape);
    EXPECT_EQ(fault_of(decode_downstream(downstream::kBootResponse, "\"\"")), DecodeFault::WrongShape);
    EXPECT_EQ(fault_of(decode_downstream(downstream::kError, "null")), DecodeFault::WrongShape);
    EXPECT_EQ(fault_of(decode(parse_topic("/orient/1"), base::as_bytes("[]"))), DecodeFault::WrongShape);
}

TEST(Decode, GradesInsaneSampleValues) {
    const auto value = [](std::string_view text) {
        return fault_of(decode_as(upstream::kSamples, R"([{"timestamp":1,"value":)" + std::string(text) + "}]"));
    };
    EXPECT_EQ(value("-1"), DecodeFault::InsaneValue);
    EXPECT_EQ(value("4294967296"), DecodeFault::InsaneValue);
    EXPECT_EQ(value("18446744073709551615"), DecodeFault::InsaneValue);
    EXPECT_EQ(value("99999999999999999999"), DecodeFault::InsaneValue);
    EXPECT_EQ(value("1.5"), DecodeFault::WrongShape);
    EXPECT_EQ(value("\"1\""), DecodeFault::WrongShape);
    EXPECT_EQ(value("null"), DecodeFault::WrongShape);
    EXPECT_EQ(value("true"), DecodeFault::WrongShape);
}

TEST(Decode, GradesInsaneTimestamps) {
    const auto timestamp = [](std::string_view text) {
        return decode_as(upstream::kSamples, R"([{"timestamp":)" + std::string(text) + R"(,"value":1}])");
    };
    EXPECT_TRUE(timestamp("7258118399"));
    EXPECT_EQ(fault_of(timestamp("7258118400")), DecodeFault::InsaneValue);
    EXPECT_EQ(fault_of(timestamp("-1")), DecodeFault::InsaneValue);
    EXPECT_EQ(fault_of(timestamp("\"7258118400\"")), DecodeFault::InsaneValue);
    EXPECT_EQ(fault_of(timestamp("\"12a\"")), DecodeFault::WrongShape);
    EXPECT_EQ(fault_of(timestamp("\"\"")), DecodeFault::WrongShape);
    EXPECT_EQ(fault_of(timestamp("1.5")), DecodeFault::WrongShape);
    const auto heartbeat = R"({"timestamp":9000000000000000,"heartbeat":{"id":"x","seq":1}})";
    EXPECT_EQ(fault_of(decode_as(upstream::kHeartbeatEcho, heartbeat)), DecodeFault::InsaneValue);
}

TEST(Decode, AcceptsTimestampsInStrings) {
    const auto samples = decode_as(upstream::kSamples, R"([{"timestamp":"1785105201","value":7}])");
    ASSERT_TRUE(samples);
    EXPECT_EQ(std::get<Samples>(*samples).samples, (std::vector<Sample>{{1785105201, 7}}));
    const auto states = decode_as(upstream::kStates, R"([{"16":-79,"timestamp":"1785105287"}])");
    ASSERT_TRUE(states);
    EXPECT_EQ(std::get<States>(*states).reports[0].timestamp_s, 1785105287);
}

TEST(Decode, OneBadEntryCostsTheWholeMessage) {
    const auto result = decode_as(upstream::kSamples, R"([{"timestamp":1,"value":1},{"timestamp":2,"value":-1}])");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().detail, "sample 1, value: expected a whole number from 0 to 4294967295");
}

TEST(Decode, ErrorsShowNothingOfThePayload) {
    for (const char* text :
         {R"([{"timestamp":"PRIVATE","value":1}])", "PRIVATE", R"([{"PRIVATE":1}])", R"("PRIVATE")"}) {
        const auto result = decode_as(upstream::kSamples, text);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().detail.find("PRIVATE"), std::string::npos) << result.error().detail;
    }
}

TEST(Decode, RefusesTooLargePayloads) {
    std::string text = R"([{"timestamp":1,"value":1})";
    text.resize(kMaxPayloadBytes - 1, ' ');
    text += ']';
    EXPECT_TRUE(decode_as(upstream::kSamples, text));
    EXPECT_EQ(fault_of(decode_as(upstream::kSamples, " " + text)), DecodeFault::TooLarge);
}

TEST(Decode, RefusesDeepAndWideJson) {
    const auto boot_with = [](const std::string& value) { return decode_as(upstream::kBoot, "{\"x\":" + value + "}"); };
    EXPECT_TRUE(boot_with(nested(15)));
    EXPECT_EQ(fault_of(boot_with(nested(16))), DecodeFault::TooLarge);
    EXPECT_EQ(fault_of(boot_with(nested(30000))), DecodeFault::TooLarge);
    EXPECT_EQ(fault_of(boot_with(std::string(60000, '['))), DecodeFault::TooLarge);
    EXPECT_TRUE(boot_with("\"" + std::string(100, '[') + "\"")) << "brackets in a string do not nest";

    const auto wide = [](int members) {
        std::string object = "{";
        for (int i = 0; i < members; ++i) object += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
        return object + "}";
    };
    EXPECT_TRUE(decode_as(upstream::kBoot, wide(256)));
    EXPECT_EQ(fault_of(decode_as(upstream::kBoot, wide(257))), DecodeFault::TooLarge);
    EXPECT_TRUE(boot_with("[" + wide(256) + "," + wide(256) + "]")) << "the limit is for one object";
}

TEST(Decode, KeepsBinaryAndUnknownMessagesRaw) {
    for (const char* topic : {"2/9/1/61F6F57900000001/1", "responses/61F6F57900000001/7/1", "2/31/2/61F6F57900000001/1",
                              "2/7/1/61F6F57900000001/1", "/fxos/raw/3", "nonsense"}) {
        const auto result = decode(parse_topic(topic), base::as_bytes(std::string("\x00\xff not JSON", 11)));
        ASSERT_TRUE(result) << topic;
        EXPECT_TRUE(std::holds_alternative<Raw>(*result)) << topic;
    }
}

TEST(Decode, KeepsUnknownMembersAsJson) {
    const auto boot =
        decode_as(upstream::kBoot, R"({"bridge_id":null,"z":[1,{"b":2,"a":1}],"sha_full":"s","a":"\u0041"})");
    ASSERT_TRUE(boot);
    EXPECT_EQ(std::get<Boot>(*boot).unknown, R"({"z":[1,{"b":2,"a":1}],"a":"A"})");
    const auto logs = decode_as(upstream::kLogs, R"([{"timestamp":1,"type":1,"level":2,"message":"m","line":7}])");
    ASSERT_TRUE(logs);
    EXPECT_EQ(std::get<Logs>(*logs).lines[0].unknown, R"({"line":7})");
    const auto events = decode_as(upstream::kEvents, R"([{"timestamp":1,"type":3,"extra":"e","more":null}])");
    ASSERT_TRUE(events);
    EXPECT_EQ(std::get<Events>(*events).events[0].type, 3u);
    EXPECT_EQ(std::get<Events>(*events).events[0].extra, "e");
    EXPECT_EQ(std::get<Events>(*events).events[0].unknown, R"({"more":null})");
    const auto error = decode_downstream(downstream::kError, R"({"code":9,"message":"m","timestamp":1,"why":{}})");
    ASSERT_TRUE(error);
    EXPECT_EQ(std::get<ErrorReply>(*error).unknown, R"({"why":{}})");
}

TEST(Decode, KeepsStatesThatAreNoWholeNumbersAsUnknown) {
    const auto result = decode_as(upstream::kStates, R"([{"16":-79,"name":1,"32":3.5,"timestamp":5,"064":1,"128":"x",)"
                                                     R"("18446744073709551615":1,"18446744073709551616":1}])");
    ASSERT_TRUE(result);
    const StateReport& report = std::get<States>(*result).reports[0];
    EXPECT_EQ(report.values, (std::vector<std::pair<std::uint64_t, std::int64_t>>{{16, -79}, {UINT64_MAX, 1}}));
    EXPECT_EQ(report.unknown, R"({"name":1,"32":3.5,"064":1,"128":"x","18446744073709551616":1})");
    EXPECT_EQ(report.value(16), -79);
    EXPECT_FALSE(report.value(32));
}

TEST(Decode, AcceptsBootFramesWithMembersMissing) {
    const auto result = decode_as(upstream::kBoot, "{}");
    ASSERT_TRUE(result);
    EXPECT_FALSE(std::get<Boot>(*result).bridge_id);
    EXPECT_FALSE(std::get<Boot>(*result).sha_full);
}

TEST(Decode, RefusesBootFramesOfTheWrongTypes) {
    EXPECT_EQ(fault_of(decode_as(upstream::kBoot, R"({"bridge_id":"short"})")), DecodeFault::InsaneValue);
    EXPECT_EQ(fault_of(decode_as(upstream::kBoot, R"({"bridge_id":7})")), DecodeFault::WrongShape);
    EXPECT_EQ(fault_of(decode_as(upstream::kBoot, R"({"sha_full":7})")), DecodeFault::WrongShape);
}

TEST(Decode, TakesNullsInABootResponseAsAbsent) {
    const auto result =
        decode_downstream(downstream::kBootResponse,
                          R"({"code":602,"timestamp":1,"last_sample_timestamp":null,"peaks":null,"sensors":null})");
    ASSERT_TRUE(result);
    const auto& response = std::get<BootResponse>(*result);
    EXPECT_FALSE(response.last_sample_timestamp_s);
    EXPECT_FALSE(response.peaks);
    EXPECT_FALSE(response.sensors);
    EXPECT_TRUE(response.settings.empty());
}

TEST(Decode, RefusesBootResponsesOfTheWrongTypes) {
    for (const char* text : {R"({"peaks":"1"})", R"({"sensors":{}})", R"({"sensors":[1]})", R"({"settings":[]})",
                             R"({"devices":[1]})", R"({"devices":[{}]})", R"({"code":"602"})"}) {
        EXPECT_EQ(fault_of(decode_downstream(downstream::kBootResponse, text)), DecodeFault::WrongShape) << text;
    }
    EXPECT_EQ(fault_of(decode_downstream(downstream::kBootResponse, R"({"peaks":-1})")), DecodeFault::InsaneValue);
}

TEST(Decode, KeepsWhatElseABootResponseSays) {
    const auto result =
        decode_downstream(downstream::kBootResponse,
                          R"({"code":1,"command":"c","devices":[{"uuid":"u","hardware_id":"h","new":1}],"args":[2]})");
    ASSERT_TRUE(result);
    const auto& response = std::get<BootResponse>(*result);
    ASSERT_TRUE(response.devices);
    EXPECT_EQ(response.devices->at(0).uuid, "u");
    EXPECT_EQ(response.unknown, R"({"devices":[{"uuid":"u","hardware_id":"h","new":1}],"command":"c","args":[2]})");
}

TEST(Decode, RefusesHeartbeatsWithoutTheirObject) {
    EXPECT_EQ(fault_of(decode_downstream(downstream::kHeartbeat, R"({"timestamp":1})")), DecodeFault::WrongShape);
    EXPECT_EQ(fault_of(decode_downstream(downstream::kHeartbeat, R"({"timestamp":1,"heartbeat":1})")),
              DecodeFault::WrongShape);
    EXPECT_EQ(fault_of(decode_downstream(downstream::kHeartbeat, R"({"timestamp":1,"heartbeat":{"id":"x"}})")),
              DecodeFault::WrongShape);
}

TEST(Decode, KeepsACalibrationWholeWhateverItsTypes) {
    const std::string text = R"({"success":1,"error_code":"low_flow","position":[1,2],"version":"3"})";
    const auto odd = decode(parse_topic("/orient/7"), base::as_bytes(text));
    ASSERT_TRUE(odd);
    EXPECT_FALSE(std::get<Calibration>(*odd).success);
    EXPECT_EQ(std::get<Calibration>(*odd).error_code, "low_flow");
    EXPECT_EQ(std::get<Calibration>(*odd).all, text);
    const auto good = decode(parse_topic("/orient/7"), base::as_bytes(R"({"success":true})"));
    ASSERT_TRUE(good);
    EXPECT_EQ(std::get<Calibration>(*good).success, true);
}

TEST(Decode, RefusesTextThatIsNotUtf8) {
    EXPECT_EQ(fault_of(decode_as(upstream::kLogs, "[{\"timestamp\":1,\"type\":1,\"level\":1,\"message\":\"\xff\"}]")),
              DecodeFault::NotJson);
}

}  // namespace
}  // namespace millrace::message
