#include "cloud/responder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "message/message.h"

namespace millrace::cloud {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::ElementsAre;

const base::WallTime kNow = base::from_unix_ms(1733208825'789);
const std::string kBridge = "61F6F57900000001";
const std::string kSensor = "61DA80B500000001";

struct Published {
    message::BootResponse response;
    std::string text;
};

// The payload published for a topic that begins so, as text and as the message room reads it.
Published published(const std::string& topic_start) {
    std::ifstream file(MILLRACE_SOURCE_DIR "/tests/fixtures/published-payloads.jsonl");
    for (std::string line; std::getline(file, line);) {
        const auto record = json::parse(line);
        const auto topic = record.at("topic").get<std::string>();
        if (!topic.starts_with(topic_start)) continue;
        const auto text = record.at("payload").get<std::string>();
        const auto decoded = message::decode(message::parse_topic(topic), base::as_bytes(text));
        return {std::get<message::BootResponse>(decoded.value()), text};
    }
    throw std::runtime_error("no published payload on " + topic_start);
}

json encoded(const message::BootResponse& response) {
    return json::parse(message::encode(response));
}

std::vector<std::string> keys(const json& object) {
    std::vector<std::string> names;
    for (const auto& [name, value] : object.items()) names.push_back(name);
    return names;  // in alphabetical order
}

TEST(BridgeBoot, RepeatsThePublishedAnswerToTheByte) {
    const auto seen = published("responses/" + kBridge + "/1/");
    Memory memory;
    remember(memory, seen.response);
    EXPECT_EQ(message::encode(answer_bridge_boot(memory, {}, base::from_unix_s(1733208825))), seen.text);
}

TEST(BridgeBoot, WithoutMemoryIsTheDocumentedMinimum) {
    const auto answer = encoded(answer_bridge_boot({}, {}, kNow));
    EXPECT_THAT(keys(answer), ElementsAre("code", "message", "sensors", "timestamp"));
    EXPECT_EQ(answer["code"], 602);
    EXPECT_EQ(answer["message"], "Request OK");
    EXPECT_EQ(answer["timestamp"], 1733208825);
    EXPECT_EQ(answer["sensors"], json::array());
}

TEST(BridgeBoot, AddsKnownSensorsToRememberedOnesOnce) {
    Memory memory;
    memory.sensors = {kSensor};
    const std::vector known{*base::DeviceId::parse(kSensor), *base::DeviceId::parse("62AC1323E5A50000"),
                            *base::DeviceId::parse("62AC1323E5A50000")};
    EXPECT_EQ(encoded(answer_bridge_boot(memory, known, kNow))["sensors"], json({kSensor, "62AC1323E5A50000"}));
}

TEST(BridgeBoot, StaysWithinWhatABridgeTakesHoweverManySensorsAreKnown) {
    Memory memory;
    remember(memory, published("responses/" + kBridge + "/1/").response);
    std::vector<base::DeviceId> known;
    for (int i = 0; i < 500; ++i) known.push_back(*base::DeviceId::parse(std::to_string(1000000000000000 + i)));
    const auto answer = answer_bridge_boot(memory, known, kNow);
    EXPECT_EQ(answer.sensors->front(), kSensor);
    EXPECT_EQ(answer.sensors->size(), 8U);
    EXPECT_LT(message::encode(answer).size(), 1200U);
}

TEST(BridgeBoot, RepeatsWhatTheCloudListedEvenWhereThatIsMuch) {
    Memory memory;
    for (int i = 0; i < 10; ++i) memory.sensors.push_back(std::to_string(1000000000000000 + i));
    EXPECT_EQ(answer_bridge_boot(memory, {*base::DeviceId::parse(kSensor)}, kNow).sensors, memory.sensors);
}

TEST(SensorBoot, RepeatsThePublishedAnswerToTheByte) {
    const auto seen = published("responses/" + kSensor + "/1/");
    Memory memory;
    remember(memory, seen.response);
    const SensorTotal total{2905840, base::from_unix_s(1733111130)};
    EXPECT_EQ(message::encode(answer_sensor_boot(memory, total, base::from_unix_s(1733208836))), seen.text);
}

TEST(SensorBoot, WithoutMemoryIsTheDocumentedMinimumWithPeaksZero) {
    const auto answer = encoded(answer_sensor_boot({}, {}, kNow));
    EXPECT_THAT(keys(answer), ElementsAre("code", "message", "peaks", "sensors", "timestamp"));
    EXPECT_EQ(answer["code"], 602);
    EXPECT_EQ(answer["message"], "Request OK");
    EXPECT_EQ(answer["timestamp"], 1733208825);
    EXPECT_EQ(answer["sensors"], json::array());
    EXPECT_EQ(answer["peaks"], 0);
}

TEST(SensorBoot, GivesTheLargestTotalAsAWholeNumber) {
    EXPECT_EQ(encoded(answer_sensor_boot({}, {4294967295U, std::nullopt}, kNow))["peaks"], 4294967295U);
}

TEST(SensorBoot, TakesThePeaksFromTheTotalAndNotFromTheCloudsOldAnswer) {
    Memory memory;
    remember(memory, published("responses/" + kSensor + "/1/").response);
    const auto answer = encoded(answer_sensor_boot(memory, {3000000, base::from_unix_ms(1733208800'999)}, kNow));
    EXPECT_EQ(answer["peaks"], 3000000);
    EXPECT_EQ(answer["last_sample_timestamp"], 1733208800);
}

TEST(Remember, KeepsEarlierPartsThatALaterAnswerLeavesOut) {
    Memory memory;
    remember(memory, published("responses/" + kBridge + "/1/").response);
    const auto before = memory;
    message::BootResponse bare;
    bare.code = kRequestOk;
    remember(memory, bare);
    EXPECT_EQ(memory.settings, before.settings);
    EXPECT_EQ(memory.sensors, before.sensors);
    EXPECT_EQ(memory.devices.size(), 1U);
}

TEST(Remember, TakesTheLatestOfWhatIsSaid) {
    Memory memory;
    remember(memory, published("responses/" + kBridge + "/1/").response);
    message::BootResponse later;
    later.code = kRequestOk;
    later.sensors = std::vector<std::string>{"62AC1323E5A50000"};
    later.settings = R"({"1":2})";
    remember(memory, later);
    EXPECT_THAT(memory.sensors, ElementsAre("62AC1323E5A50000"));
    EXPECT_EQ(memory.settings, R"({"1":2})");
}

TEST(Remember, LearnsNothingFromARefusal) {
    Memory memory;
    message::BootResponse refusal;
    refusal.code = 174;
    refusal.sensors = std::vector<std::string>{kSensor};
    refusal.settings = R"({"1":2})";
    remember(memory, refusal);
    EXPECT_TRUE(memory.sensors.empty());
    EXPECT_TRUE(memory.settings.empty());
}

TEST(Remember, NeverPassesACommandOn) {
    const auto topic = message::parse_topic("responses/" + kBridge + "/1/2");
    const std::string text = R"({"code":602,"message":"Request OK","timestamp":1,"command":"erase","args":{"a":1},)"
                             R"("sensors":[],"settings":{"1":1}})";
    const auto decoded = message::decode(topic, base::as_bytes(text));
    ASSERT_TRUE(decoded);
    Memory memory;
    remember(memory, std::get<message::BootResponse>(*decoded));
    EXPECT_THAT(keys(encoded(answer_bridge_boot(memory, {}, kNow))),
                ElementsAre("code", "message", "sensors", "settings", "timestamp"));
    EXPECT_THAT(keys(encoded(answer_sensor_boot(memory, {}, kNow))),
                ElementsAre("code", "message", "peaks", "sensors", "settings", "timestamp"));
}

constexpr base::SteadyTime kConnected{1000s};
constexpr std::array<std::uint8_t, 16> kRandom{0x00, 0x0f, 0xa0, 0xff, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

TEST(Heartbeats, FirstIsDueOneIntervalAfterTheConnectionBegan) {
    EXPECT_EQ(Heartbeats(kConnected).due(), kConnected + 300s);
}

TEST(Heartbeats, CarryTimeInMicrosecondsAndAnIdOf32LowerCaseDigits) {
    Heartbeats heartbeats(kConnected);
    const auto heartbeat = heartbeats.make(kRandom, kNow, kConnected + 300s);
    EXPECT_EQ(heartbeat.timestamp_us, 1733208825'789'000);
    EXPECT_EQ(heartbeat.id, "000fa0ff0405060708090a0b0c0d0e0f");
    EXPECT_EQ(message::encode(heartbeat),
              R"({"timestamp":1733208825789000,"heartbeat":{"id":"000fa0ff0405060708090a0b0c0d0e0f","seq":1}})");
}

TEST(Heartbeats, CountFromOneUp) {
    Heartbeats heartbeats(kConnected);
    for (std::int64_t expected = 1; expected <= 3; ++expected) {
        EXPECT_EQ(heartbeats.make(kRandom, kNow, heartbeats.due()).sequence, expected);
    }
}

TEST(Heartbeats, FollowEachOtherEveryIntervalWhenOnTime) {
    Heartbeats heartbeats(kConnected);
    for (int n = 2; n <= 5; ++n) {
        (void)heartbeats.make(kRandom, kNow, heartbeats.due());
        EXPECT_EQ(heartbeats.due(), kConnected + n * Heartbeats::kInterval);
    }
}

TEST(Heartbeats, ALateCallCausesNoBurst) {
    Heartbeats heartbeats(kConnected);
    const auto late = kConnected + 3 * 3600s + 7s;
    (void)heartbeats.make(kRandom, kNow, late);
    EXPECT_EQ(heartbeats.due(), late + Heartbeats::kInterval);
}

TEST(Heartbeats, ComeOftenEnoughForTwoToBeLostBeforeTheBridgeRestarts) {
    EXPECT_LT(3 * Heartbeats::kInterval, 30min);
}

}  // namespace
}  // namespace millrace::cloud
