#include "capture/pcap/json_line.h"

#include <cstdio>
#include <vector>

#include <gtest/gtest.h>

#include "capture/pcap/capture_file.h"

namespace millrace::capture {
namespace {

ports::Frame frame_with(base::Bytes payload) {
    ports::Frame frame;
    frame.received = base::from_unix_ms(1'700'000'000'123);
    frame.door = ports::Door::StandIn;
    frame.bridge = base::DeviceId::parse("61F6F57952E6B438");
    frame.qos = 1;
    frame.topic = "2/1/12/61DA80B5F2A74DE4/1700000000";
    frame.payload = std::move(payload);
    return frame;
}

// What is read of these lines.
std::vector<ports::Frame> read(const std::string& lines) {
    std::vector<ports::Frame> frames;
    std::string content = lines;
    const auto open = [&content] { return ::fmemopen(content.data(), content.size(), "r"); };
    const auto read = read_json_lines(open, [&](ports::Frame frame) { frames.push_back(std::move(frame)); });
    if (!read || read->unreadable > 0) frames.clear();
    return frames;
}

void expect_same_again(const ports::Frame& frame) {
    const std::string line = to_json_line(frame, base::TimeZone());
    const auto frames = read(line + '\n');
    ASSERT_EQ(frames.size(), 1U) << line;
    EXPECT_EQ(frames[0].received, frame.received) << line;
    EXPECT_EQ(frames[0].direction, frame.direction) << line;
    EXPECT_EQ(frames[0].door, frame.door) << line;
    EXPECT_EQ(frames[0].bridge, frame.bridge) << line;
    EXPECT_EQ(frames[0].qos, frame.qos) << line;
    EXPECT_EQ(frames[0].dup, frame.dup) << line;
    EXPECT_EQ(frames[0].retain, frame.retain) << line;
    EXPECT_EQ(frames[0].topic, frame.topic) << line;
    EXPECT_EQ(frames[0].payload, frame.payload) << line;
}

TEST(JsonLine, ReadsBackAsTheSameBytes) {
    const std::string deep = std::string(40, '[') + std::string(40, ']');
    const std::string at_limit = std::string(31, '[') + std::string(31, ']');
    std::string wide = "{";
    for (int i = 0; i < 600; ++i) wide += '"' + std::to_string(i) + "\":0,";
    wide.back() = '}';
    for (const std::string& text : {std::string(),
                                    std::string(R"({"a":1})"),
                                    std::string(R"({"a": 1})"),
                                    std::string("{\"a\":1}\n"),
                                    std::string(R"({"a":1.50})"),
                                    std::string(R"({"a":1,"a":2})"),
                                    std::string(R"([1,2,3])"),
                                    std::string("42"),
                                    std::string("\"text\""),
                                    std::string("null"),
                                    std::string("plain words"),
                                    std::string("{\"a\":1}\0", 8),
                                    std::string("\0", 1),
                                    std::string("\xff\xfe"),
                                    std::string("tab\tnew\nline"),
                                    std::string("cr\r\n"),
                                    std::string("gr\xc3\xbc\xc3\x9f"),
                                    std::string(R"({"u":"\u00fc"})"),
                                    std::string("{"),
                                    deep,
                                    at_limit,
                                    wide,
                                    std::string(64 * 1024, '"'),
                                    std::string(64 * 1024, '\x01')}) {
        expect_same_again(frame_with(base::to_bytes(text)));
    }
    base::Bytes all;
    for (int i = 0; i < 256; ++i) all.push_back(static_cast<std::uint8_t>(i));
    expect_same_again(frame_with(all));
}

TEST(JsonLine, KeepsDoorFlagsAndADirectionThatTheTopicDoesNotTell) {
    for (const ports::Door door : {ports::Door::Relay, ports::Door::StandIn, ports::Door::Pcap, ports::Door::JsonLines,
                                   ports::Door::Guest, ports::Door::Bluetooth}) {
        ports::Frame frame = frame_with({1, 2, 3});
        frame.door = door;
        frame.dup = true;
        frame.retain = true;
        frame.qos = 2;
        frame.direction = base::Direction::ToBridge;
        frame.topic = "no/known \"topic\"";
        expect_same_again(frame);
    }
}

TEST(JsonLine, AnArchiveThatKnewNoBridgeIsNotGivenOne) {
    ports::Frame nameless = frame_with({1});
    nameless.bridge = std::nullopt;
    const auto frames =
        read(to_json_line(frame_with({2}), base::TimeZone()) + '\n' + to_json_line(nameless, base::TimeZone()) + '\n');
    ASSERT_EQ(frames.size(), 2U);
    EXPECT_TRUE(frames[0].bridge);
    EXPECT_FALSE(frames[1].bridge);
}

TEST(JsonLine, ShowsPlainJsonAsJsonAndSealedBytesAsHex) {
    const auto zone = base::TimeZone::load("America/Denver").value();
    EXPECT_EQ(to_json_line(frame_with(base::to_bytes(R"({"a":1})")), zone),
              R"({"time":"2023-11-14T15:13:20.123-07:00","direction":"to_cloud","door":"stand_in",)"
              R"("bridge":"61F6F57952E6B438","qos":1,"dup":false,"retain":false,)"
              R"("topic":"2/1/12/61DA80B5F2A74DE4/1700000000","payload":{"a":1}})");
    EXPECT_NE(to_json_line(frame_with({0, 0xff}), zone).find(R"("payload_hex":"00ff")"), std::string::npos);
}

TEST(JsonLine, AnUnknownDoorIsThatOfLines) {
    const auto frames = read(R"({"topic":"2/1/2/61DA80B5F2A74DE4/1700000000","payload":[],"door":"cellar"})"
                             "\n");
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].door, ports::Door::JsonLines);
}

}  // namespace
}  // namespace millrace::capture
