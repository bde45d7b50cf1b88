#include "message/topic.h"

#include <gtest/gtest.h>

namespace millrace::message {
namespace {

const base::DeviceId kBridge = *base::DeviceId::parse("61F6F57900000001");

TEST(Topic, TakesUpstreamTopicApart) {
    const Topic topic = parse_topic("2/1/12/62AC1323E5A50000/1785104770");
    EXPECT_EQ(topic.direction, Direction::ToCloud);
    EXPECT_EQ(topic.kind, Kind::Samples);
    EXPECT_EQ(topic.type, 1u);
    EXPECT_EQ(topic.flags, 12u);
    EXPECT_TRUE(topic.sealed());
    EXPECT_EQ(topic.device->text(), "62AC1323E5A50000");
    EXPECT_EQ(topic.rest, std::vector<std::string>{"1785104770"});
}

TEST(Topic, TakesDownstreamTopicApart) {
    const Topic topic = parse_topic("responses/61F6F57900000001/6/2");
    EXPECT_EQ(topic.direction, Direction::ToBridge);
    EXPECT_EQ(topic.kind, Kind::Error);
    EXPECT_EQ(topic.type, 6u);
    EXPECT_EQ(topic.flags, kFlagsPlain);
    EXPECT_FALSE(topic.sealed());
    EXPECT_EQ(topic.device, kBridge);
    EXPECT_TRUE(topic.rest.empty());
}

TEST(Topic, KnowsEveryUpstreamType) {
    const auto kind = [](std::uint32_t type) { return parse_topic(upstream_topic(type, 2, kBridge, 1)).kind; };
    EXPECT_EQ(kind(0), Kind::Unknown);
    EXPECT_EQ(kind(1), Kind::Samples);
    EXPECT_EQ(kind(2), Kind::States);
    EXPECT_EQ(kind(3), Kind::Logs);
    EXPECT_EQ(kind(4), Kind::Events);
    EXPECT_EQ(kind(5), Kind::Unknown);
    EXPECT_EQ(kind(6), Kind::HeartbeatEcho);
    EXPECT_EQ(kind(7), Kind::Boot);
    EXPECT_EQ(kind(8), Kind::Unknown);
    EXPECT_EQ(kind(9), Kind::KeyExchange);
    EXPECT_EQ(kind(10), Kind::Unknown);
}

TEST(Topic, KnowsEveryDownstreamType) {
    const auto kind = [](std::uint32_t type) { return parse_topic(downstream_topic(kBridge, type, 2)).kind; };
    EXPECT_EQ(kind(1), Kind::BootResponse);
    EXPECT_EQ(kind(2), Kind::Unknown);
    EXPECT_EQ(kind(4), Kind::Heartbeat);
    EXPECT_EQ(kind(6), Kind::Error);
    EXPECT_EQ(kind(7), Kind::KeyExchange);
    EXPECT_EQ(kind(9), Kind::Unknown);
}

TEST(Topic, KeepsUnknownTypesAndFlagsAsNumbers) {
    const Topic topic = parse_topic("2/31/4/61F6F57900000001/7");
    EXPECT_EQ(topic.kind, Kind::Unknown);
    EXPECT_EQ(topic.type, 31u);
    EXPECT_EQ(topic.flags, 4u);
    EXPECT_EQ(topic.device, kBridge);
}

TEST(Topic, AcceptsTextAsTheLastElementUpstream) {
    const Topic topic = parse_topic("2/2/12/61F6F57900000001/some/text");
    EXPECT_EQ(topic.kind, Kind::States);
    EXPECT_EQ(topic.rest, (std::vector<std::string>{"some", "text"}));
}

TEST(Topic, KeepsTheTwoExtraElementsDownstream) {
    const std::string signature(128, 'a');
    const Topic topic = parse_topic("responses/61F6F57900000001/1/12/x/" + signature);
    EXPECT_EQ(topic.kind, Kind::BootResponse);
    EXPECT_EQ(topic.rest, (std::vector<std::string>{"x", signature}));
    EXPECT_EQ(parse_topic("responses/61F6F57900000001/1/12/x/y/z").kind, Kind::Unknown);
}

TEST(Topic, KeepsTheDigitsAsTheDeviceWroteThem) {
    EXPECT_EQ(parse_topic("2/1/12/62ac1323e5a50000/1").device->text(), "62ac1323e5a50000");
}

TEST(Topic, FindsCalibrationAloneOrBehindThePrefix) {
    const Topic alone = parse_topic("/orient/61F6F57900000001");
    EXPECT_EQ(alone.kind, Kind::Calibration);
    EXPECT_EQ(alone.direction, Direction::ToCloud);
    EXPECT_EQ(alone.type, 0u);
    EXPECT_EQ(alone.flags, 0u);
    EXPECT_EQ(alone.device, kBridge);
    EXPECT_EQ(alone.rest, (std::vector<std::string>{"orient", "61F6F57900000001"}));

    const Topic behind = parse_topic("2/4/12/61F6F57900000001/orient/7");
    EXPECT_EQ(behind.kind, Kind::Calibration);
    EXPECT_EQ(behind.type, 0u);
    EXPECT_EQ(behind.flags, 12u);
    EXPECT_EQ(behind.device, kBridge);
    EXPECT_EQ(behind.rest, (std::vector<std::string>{"orient", "7"}));

    const Topic behind_something = parse_topic("frames/orient/7");
    EXPECT_EQ(behind_something.kind, Kind::Calibration);
    EXPECT_FALSE(behind_something.device);
}

TEST(Topic, LeavesRawMagnetometerTopicsUnknown) {
    const Topic alone = parse_topic("/fxos/raw/61F6F57900000001");
    EXPECT_EQ(alone.kind, Kind::Unknown);
    EXPECT_EQ(alone.device, kBridge);
    const Topic behind = parse_topic("2/1/12/61F6F57900000001/fxos/raw/7");
    EXPECT_EQ(behind.kind, Kind::Unknown) << "it must not pass for samples";
    EXPECT_EQ(behind.flags, 12u);
    EXPECT_EQ(behind.rest, (std::vector<std::string>{"fxos", "raw", "7"}));
}

TEST(Topic, CallsForeignTopicsUnknownWithTheirDirection) {
    for (const char* text : {"", "/", "2", "2/1/12/61F6F57900000001", "3/1/12/61F6F57900000001/1",
                             "2/x/12/61F6F57900000001/1", "2/1/-2/61F6F57900000001/1", "2/1/12/61F6F5790000000/1",
                             "2/1/12/61F6F5790000000G/1", "2/4294967296/12/61F6F57900000001/1",
                             "2//12/61F6F57900000001/1", "response/61F6F57900000001/1/2", "homeassistant/status"}) {
        const Topic topic = parse_topic(text);
        EXPECT_EQ(topic.kind, Kind::Unknown) << text;
        EXPECT_EQ(topic.direction, Direction::ToCloud) << text;
        EXPECT_FALSE(topic.device) << text;
    }
    for (const char* text :
         {"responses/", "responses/61F6F57900000001/1", "responses/61F6F57900000001/1/x", "responses/x/1/2"}) {
        const Topic topic = parse_topic(text);
        EXPECT_EQ(topic.kind, Kind::Unknown) << text;
        EXPECT_EQ(topic.direction, Direction::ToBridge) << text;
    }
}

TEST(Topic, DoesNotTakeOverlongTopicsApart) {
    const std::string head = "2/1/12/61F6F57900000001/";
    EXPECT_EQ(parse_topic(head + std::string(512 - head.size(), '1')).kind, Kind::Samples);
    EXPECT_EQ(parse_topic(head + std::string(513 - head.size(), '1')).kind, Kind::Unknown);
}

TEST(Topic, PutsTopicsTogether) {
    EXPECT_EQ(upstream_topic(upstream::kSamples, kFlagsSealed, kBridge, 1785104770),
              "2/1/12/61F6F57900000001/1785104770");
    EXPECT_EQ(downstream_topic(kBridge, downstream::kHeartbeat, kFlagsPlain), "responses/61F6F57900000001/4/2");
}

TEST(Topic, TakesTheTopicOfAnAdvertisementApart) {
    const auto address = *base::BluetoothAddress::parse("54:48:E6:8F:80:A5");
    const Topic puck = parse_topic("bthome/puck/12/5448E6FFFE8F80A5");
    EXPECT_EQ(puck.direction, Direction::ToCloud);
    EXPECT_EQ(puck.kind, Kind::Advertisement);
    EXPECT_EQ(puck.role, Role::Puck);
    EXPECT_EQ(puck.device, address.device_id());
    EXPECT_EQ(puck.type, 0u);
    EXPECT_TRUE(puck.sealed());
    EXPECT_TRUE(puck.rest.empty());
    const Topic meter = parse_topic("bthome/meter/2/5448E6FFFE8F80A5");
    EXPECT_EQ(meter.kind, Kind::Advertisement);
    EXPECT_EQ(meter.role, Role::Meter);
    EXPECT_EQ(meter.device, address.device_id());
    EXPECT_FALSE(meter.sealed());
}

TEST(Topic, PutsTheTopicOfAnAdvertisementTogether) {
    const auto address = *base::BluetoothAddress::parse("54:48:E6:8F:80:A5");
    EXPECT_EQ(advertisement_topic(Role::Puck, true, address), "bthome/puck/12/5448E6FFFE8F80A5");
    EXPECT_EQ(advertisement_topic(Role::Meter, false, address), "bthome/meter/2/5448E6FFFE8F80A5");
}

TEST(Topic, KnowsNoOtherFormOfAnAdvertisement) {
    for (const char* text :
         {"bthome", "bthome/", "bthome/puck", "bthome/puck/2", "bthome/puck/2/", "bthome/tap/2/5448E6FFFE8F80A5",
          "bthome/Puck/2/5448E6FFFE8F80A5", "bthome//2/5448E6FFFE8F80A5", "bthome/puck/1/5448E6FFFE8F80A5",
          "bthome/puck/x/5448E6FFFE8F80A5", "bthome/puck/4294967298/5448E6FFFE8F80A5", "bthome/puck/2/61F6F57900000001",
          "bthome/puck/2/5448E6FFFE8F80A", "bthome/puck/2/5448E6FFFE8F80A5/1", "bthome/puck/2/5448e6fffe8f80a5",
          "bthome/orient/5448E6FFFE8F80A5", "bthome/puck/2/orient/7", "/bthome/puck/2/5448E6FFFE8F80A5",
          "responses/bthome/puck/2/5448E6FFFE8F80A5"}) {
        const Topic topic = parse_topic(text);
        EXPECT_EQ(topic.kind, Kind::Unknown) << text;
        EXPECT_FALSE(topic.role) << text;
        EXPECT_FALSE(topic.device) << text;
    }
}

TEST(Topic, NamesTheRoles) {
    for (const Role role : {Role::Meter, Role::Puck}) EXPECT_EQ(role_named(name(role)), role);
    EXPECT_EQ(name(Role::Meter), "meter");
    EXPECT_EQ(name(Role::Puck), "puck");
    EXPECT_FALSE(role_named("Meter"));
    EXPECT_FALSE(role_named(""));
}

TEST(Topic, NamesEveryKind) {
    EXPECT_EQ(name(Kind::Boot), "boot");
    EXPECT_EQ(name(Kind::Samples), "samples");
    EXPECT_EQ(name(Kind::States), "states");
    EXPECT_EQ(name(Kind::Logs), "logs");
    EXPECT_EQ(name(Kind::Events), "events");
    EXPECT_EQ(name(Kind::Heartbeat), "heartbeat");
    EXPECT_EQ(name(Kind::HeartbeatEcho), "heartbeat_echo");
    EXPECT_EQ(name(Kind::BootResponse), "boot_response");
    EXPECT_EQ(name(Kind::Error), "error");
    EXPECT_EQ(name(Kind::KeyExchange), "key_exchange");
    EXPECT_EQ(name(Kind::Calibration), "calibration");
    EXPECT_EQ(name(Kind::Advertisement), "advertisement");
    EXPECT_EQ(name(Kind::Unknown), "unknown");
}

}  // namespace
}  // namespace millrace::message
