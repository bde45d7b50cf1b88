#include "ble/frame_bytes.h"

#include <gtest/gtest.h>

#include "ble/fragment.h"

namespace millrace::ble {
namespace {

ports::Frame sample_frame() {
    ports::Frame frame;
    frame.door = ports::Door::Bluetooth;
    frame.direction = base::Direction::ToBridge;
    frame.bridge = base::DeviceId::parse("61F6F579000000A1");
    frame.qos = 1;
    frame.dup = true;
    frame.retain = true;
    frame.topic = "responses/61F6F579000000A1/7/2";
    frame.payload = {1, 0, 255};
    return frame;
}

void expect_same(const ports::Frame& frame) {
    const auto bytes = write_frame(frame);
    ASSERT_TRUE(bytes);
    const auto again = read_frame(*bytes);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->door, ports::Door::Bluetooth);
    EXPECT_EQ(again->direction, frame.direction);
    EXPECT_EQ(again->bridge, frame.bridge);
    EXPECT_EQ(again->qos, frame.qos);
    EXPECT_EQ(again->dup, frame.dup);
    EXPECT_EQ(again->retain, frame.retain);
    EXPECT_EQ(again->topic, frame.topic);
    EXPECT_EQ(again->payload, frame.payload);
}

TEST(FrameBytes, ReadsTheExampleOfTheFormat) {
    const auto frame = read_frame(*base::from_hex("010800000000000000000003322f617b7d"));
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->topic, "2/a");
    EXPECT_EQ(base::as_text(frame->payload), "{}");
    EXPECT_EQ(frame->qos, 1);
    EXPECT_EQ(frame->direction, base::Direction::ToCloud);
    EXPECT_FALSE(frame->bridge || frame->dup || frame->retain);
}

TEST(FrameBytes, GivesBackWhatWasWritten) {
    expect_same(sample_frame());
    ports::Frame other = sample_frame();
    other.direction = base::Direction::ToCloud;
    other.bridge.reset();
    other.qos = 2;
    other.dup = other.retain = false;
    other.topic = std::string(512, 't');
    other.payload.clear();
    expect_same(other);
}

TEST(FrameBytes, TakesTheCaseOfTheBridgeFromTheTopic) {
    ports::Frame frame = sample_frame();
    frame.bridge = base::DeviceId::parse("61f6f579000000a1");
    frame.topic = "2/7/2/61f6f579000000a1/1";
    expect_same(frame);
}

TEST(FrameBytes, RefusesEveryCutOfTheHeaderAndTheTopic) {
    const ports::Frame frame = sample_frame();
    const base::Bytes bytes = *write_frame(frame);
    for (std::size_t size = 0; size < 12 + frame.topic.size(); ++size) {
        EXPECT_FALSE(read_frame(base::ByteView(bytes).first(size))) << size;
    }
    EXPECT_TRUE(read_frame(base::ByteView(bytes).first(12 + frame.topic.size())));
}

TEST(FrameBytes, RefusesWhatTheFormatDoesNotAllow) {
    const base::Bytes good = *base::from_hex("010800000000000000000003322f617b7d");
    const auto with = [&good](std::size_t at, std::uint8_t byte) {
        base::Bytes bytes = good;
        bytes[at] = byte;
        return bytes;
    };
    EXPECT_FALSE(read_frame(with(0, 2)));
    EXPECT_FALSE(read_frame(with(1, 0x18)));  // QoS 3
    EXPECT_FALSE(read_frame(with(1, 0x20)));  // reserved
    EXPECT_FALSE(read_frame(with(11, 0)));    // no topic
    for (const char wrong : {'\0', '+', '#', '\xFF'}) {
        EXPECT_FALSE(read_frame(with(12, static_cast<std::uint8_t>(wrong))));
    }
    base::Bytes too_long = good;
    too_long.resize(kLongestFrame + 1);
    EXPECT_FALSE(read_frame(too_long));
    too_long.resize(kLongestFrame);
    EXPECT_TRUE(read_frame(too_long));
}

TEST(FrameBytes, WritesNothingThatCouldNotBeRead) {
    ports::Frame frame = sample_frame();
    frame.topic = std::string(513, 't');
    EXPECT_FALSE(write_frame(frame));
    frame = sample_frame();
    frame.payload.resize(kLongestFrame);
    EXPECT_FALSE(write_frame(frame));
    frame = sample_frame();
    frame.qos = 3;
    EXPECT_FALSE(write_frame(frame));
}

}  // namespace
}  // namespace millrace::ble
