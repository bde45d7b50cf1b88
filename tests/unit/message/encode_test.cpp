#include <gtest/gtest.h>

#include "message/message.h"

namespace millrace::message {
namespace {

TEST(Encode, WritesNullWhereABootFrameHasNothing) {
    EXPECT_EQ(encode(Boot{}), R"({"bridge_id":null,"sha_full":null})");
}

TEST(Encode, WritesUnknownMembersOfUpstreamMessages) {
    Boot boot;
    boot.unknown = R"({"a":[1],"b":null})";
    EXPECT_EQ(encode(boot), R"({"bridge_id":null,"sha_full":null,"a":[1],"b":null})");
    EXPECT_EQ(encode(Events{{{5, 2, std::nullopt, R"({"c":1})"}}}), R"([{"timestamp":5,"type":2,"c":1}])");
}

TEST(Encode, NeverWritesUnknownMembersDownstream) {
    BootResponse response;
    response.unknown = R"({"command":"erase"})";
    EXPECT_EQ(encode(response), R"({"code":602})");
    ErrorReply error{1, "m", 2, R"({"command":"erase"})"};
    EXPECT_EQ(encode(error), R"({"code":1,"message":"m","timestamp":2})");
}

TEST(Encode, WritesOnlyWhatABootResponseHas) {
    BootResponse response;
    response.peaks = 0;
    response.sensors = std::vector<std::string>{};
    EXPECT_EQ(encode(response), R"({"code":602,"sensors":[],"peaks":0})");
}

TEST(Encode, EscapesTextAndReplacesBytesThatAreNotUtf8) {
    EXPECT_EQ(encode(Logs{{{1, 1, 4, "say \"hi\" / \n", ""}}}),
              R"([{"timestamp":1,"type":1,"level":4,"message":"say \"hi\" / \n"}])");
    EXPECT_EQ(encode(Logs{{{1, 1, 4, "\xff", ""}}}),
              "[{\"timestamp\":1,\"type\":1,\"level\":4,\"message\":\"\xef\xbf\xbd\"}]");
}

TEST(Encode, WritesEmptyArrays) {
    EXPECT_EQ(encode(Samples{}), "[]");
    EXPECT_EQ(encode(States{}), "[]");
    EXPECT_EQ(encode(Logs{}), "[]");
    EXPECT_EQ(encode(Events{}), "[]");
}

TEST(Encode, WritesTheTimestampOfAStateReportWhereItStood) {
    StateReport report;
    report.timestamp_s = 9;
    report.values = {{4, 1}, {16, -2}};
    EXPECT_EQ(encode(States{{report}}), R"([{"timestamp":9,"4":1,"16":-2}])");
    report.values_before_timestamp = 1;
    EXPECT_EQ(encode(States{{report}}), R"([{"4":1,"timestamp":9,"16":-2}])");
    report.values_before_timestamp = 2;
    EXPECT_EQ(encode(States{{report}}), R"([{"4":1,"16":-2,"timestamp":9}])");
}

TEST(Encode, GivesBackTheLargestNumbers) {
    const Samples samples{{{kLargestUnsetTimestamp, 4294967295u}}};
    EXPECT_EQ(encode(samples), R"([{"timestamp":4294,"value":4294967295}])");
    EXPECT_EQ(encode(Events{{{0, UINT64_MAX, std::nullopt, ""}}}), R"([{"timestamp":0,"type":18446744073709551615}])");
}

}  // namespace
}  // namespace millrace::message
