#include <gtest/gtest.h>

#include "pcap_builder.h"

namespace millrace::capture {
namespace {

using namespace test;

Outcome read_lines(const std::string& text) {
    Outcome outcome;
    const base::Bytes content = base::to_bytes(text);
    const auto summary =
        read_json_lines(in_memory(content), [&](ports::Frame frame) { outcome.frames.push_back(std::move(frame)); });
    EXPECT_TRUE(summary);
    if (summary) outcome.summary = *summary;
    return outcome;
}

std::string payload_of(const ports::Frame& frame) {
    return std::string(base::as_text(frame.payload));
}

TEST(JsonLines, ReadsTimesInEveryForm) {
    const auto frames = read_lines(R"({"t": 1709625540.5, "topic": "a", "payload": 1}
{"time":"2024-03-05T08:59:01.250+01:00","topic":"a","payload":1}
{"topic":"2/1/2/61F6F57900000001/1733208825","payload":1}
{"topic":"responses/61F6F57900000001/1/2","payload":1}
)")
                            .frames;
    ASSERT_EQ(frames.size(), 4u);
    EXPECT_EQ(base::unix_ms(frames[0].received), 1709625540500);
    EXPECT_EQ(base::unix_ms(frames[1].received), 1709625541250);
    EXPECT_EQ(base::unix_s(frames[2].received), 1733208825);
    EXPECT_EQ(frames[3].received, frames[2].received) << "the time of the line before";
}

TEST(JsonLines, ReadsPayloadsInEveryForm) {
    const auto frames = read_lines(R"({"t":1,"topic":"a","payload":{"z": 1, "a": [null, "x"]}}
{"t":2,"topic":"a","payload":"[{\"b\":1}]"}
{"t":3,"topic":"a","payload":null,"payload_hex":"00ff"}
{"t":4,"topic":"a","payload":null}
)")
                            .frames;
    ASSERT_EQ(frames.size(), 4u);
    EXPECT_EQ(payload_of(frames[0]), R"({"z":1,"a":[null,"x"]})") << "compact, members in their order";
    EXPECT_EQ(payload_of(frames[1]), R"([{"b":1}])");
    EXPECT_EQ(frames[2].payload, (base::Bytes{0, 0xff}));
    EXPECT_EQ(payload_of(frames[3]), "null");
}

TEST(JsonLines, ReadsTheOtherMembers) {
    const auto frames = read_lines(
                            R"({"t":1,"direction":"to_bridge","qos":1,"dup":true,"retain":true,"topic":"x","payload":1}
{"t":2,"topic":"responses/61F6F57900000001/1/2","payload":1,"bridge":"61F6F57900000009"}
)")
                            .frames;
    ASSERT_EQ(frames.size(), 2u);
    EXPECT_EQ(frames[0].door, ports::Door::JsonLines);
    EXPECT_EQ(frames[0].direction, base::Direction::ToBridge);
    EXPECT_EQ(frames[0].qos, 1);
    EXPECT_TRUE(frames[0].dup);
    EXPECT_TRUE(frames[0].retain);
    EXPECT_EQ(frames[1].direction, base::Direction::ToBridge) << "told by the topic";
    EXPECT_EQ(frames[1].qos, 0);
    EXPECT_EQ(frames[1].bridge->text(), "61F6F57900000009");
}

TEST(JsonLines, GivesAllFramesToTheOnlyBridge) {
    const std::string sample = R"({"t":1,"topic":"2/1/2/61DA80B500000001/1","payload":[]})";
    const std::string echo = R"({"t":2,"topic":"2/6/2/61F6F57900000001/1","payload":{}})";
    const std::string other = R"({"t":3,"topic":"responses/61F6F57900000002/4/2","payload":{}})";
    const auto one = read_lines(sample + "\n" + echo + "\n").frames;
    ASSERT_EQ(one.size(), 2u);
    EXPECT_EQ(one[0].bridge->text(), "61F6F57900000001");
    const auto two = read_lines(sample + "\n" + echo + "\n" + other + "\n").frames;
    ASSERT_EQ(two.size(), 3u);
    EXPECT_FALSE(two[0].bridge);
    EXPECT_EQ(two[1].bridge->text(), "61F6F57900000001");
    EXPECT_EQ(two[2].bridge->text(), "61F6F57900000002");
}

TEST(JsonLines, CountsLinesThatAreNoMessages) {
    const std::string good = R"({"t":1,"topic":"a","payload":1})";
    std::string deep = R"({"t":1,"topic":"a","payload":)" + std::string(40, '[') + std::string(40, ']') + "}";
    std::string huge = R"({"t":1,"topic":"a","payload":")" + std::string(300'000, 'x') + "\"}";
    const std::vector<std::string> bad = {"x",
                                          "[]",
                                          "{}",
                                          R"({"t":1,"topic":"a"})",
                                          R"({"t":"1","topic":"a","payload":1})",
                                          R"({"t":-1,"topic":"a","payload":1})",
                                          R"({"t":1e300,"topic":"a","payload":1})",
                                          R"({"time":"soon","topic":"a","payload":1})",
                                          R"({"t":1,"topic":7,"payload":1})",
                                          R"({"t":1,"topic":"a","payload_hex":"0"})",
                                          R"({"t":1,"topic":"a","payload":1,"qos":3})",
                                          R"({"t":1,"topic":"a","payload":1,"qos":-1})",
                                          R"({"t":1,"topic":"a","payload":1,"direction":"up"})",
                                          good + std::string("\0x", 2),
                                          deep,
                                          huge};
    std::string text = good + "\r\n\n";
    for (const auto& line : bad) text += line + "\n";
    const auto [frames, summary] = read_lines(text + good);
    EXPECT_EQ(frames.size(), 2u);
    EXPECT_EQ(summary.unreadable, bad.size());
    EXPECT_EQ(summary.publishes, 2u);
    EXPECT_EQ(summary.packets, bad.size() + 2);
}

TEST(JsonLines, RefusesAFileWithoutAnyMessage) {
    const base::Bytes content = base::to_bytes("hello\nworld\n");
    EXPECT_FALSE(read_json_lines(in_memory(content), [](const ports::Frame&) {}));
    const base::Bytes blank = base::to_bytes("\n");
    EXPECT_TRUE(read_json_lines(in_memory(blank), [](const ports::Frame&) {})) << "empty is not wrong";
}

}  // namespace
}  // namespace millrace::capture
