// Everything that was published, and a whole day of one (made-up) bridge.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "message/message.h"

namespace millrace::message {
namespace {

struct Line {
    Topic topic;
    std::string payload;
    Message message;
};

std::vector<Line> read_lines(const std::string& file) {
    std::ifstream in(std::string(MILLRACE_SOURCE_DIR "/tests/fixtures/") + file);
    std::vector<Line> lines;
    for (std::string text; std::getline(in, text);) {
        const auto json = nlohmann::ordered_json::parse(text);
        Line line;
        line.topic = parse_topic(json.at("topic").get<std::string>());
        const auto& payload = json.at("payload");
        line.payload = payload.is_string() ? payload.get<std::string>() : payload.dump();
        auto message = decode(line.topic, base::as_bytes(line.payload));
        EXPECT_TRUE(message) << line.payload << ": " << message.error().detail;
        if (message) line.message = std::move(*message);
        EXPECT_EQ(base::name(line.topic.direction), json.at("direction").get<std::string>());
        lines.push_back(std::move(line));
    }
    return lines;
}

std::string encode_any(const Message& message) {
    return std::visit(
        [](const auto& value) -> std::string {
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<T, Raw>) {
                return {};
            } else if constexpr (std::is_same_v<T, Calibration>) {
                return value.all;
            } else if constexpr (std::is_same_v<T, HeartbeatEcho>) {
                return encode(value.heartbeat);
            } else if constexpr (std::is_same_v<T, Advertised>) {
                return to_json(value);
            } else {
                return encode(value);
            }
        },
        message);
}

const std::vector<Line>& published() {
    static const std::vector<Line> lines = read_lines("published-payloads.jsonl");
    return lines;
}

template <typename T>
const T& published_as(std::size_t index, Kind kind) {
    EXPECT_EQ(published().at(index).topic.kind, kind);
    return std::get<T>(published().at(index).message);
}

TEST(Published, EncodesToTheSameText) {
    ASSERT_EQ(published().size(), 15u);
    for (const Line& line : published()) EXPECT_EQ(encode_any(line.message), line.payload);
}

TEST(Published, BootFrames) {
    const Boot& bridge = published_as<Boot>(0, Kind::Boot);
    EXPECT_FALSE(bridge.bridge_id);
    EXPECT_EQ(bridge.branch, "lrange-release");
    EXPECT_EQ(bridge.sha_full, "e8c2db4b80c39c39c41a1d28318feeb81ac035d8");
    EXPECT_EQ(bridge.unknown, "");
    const Boot& sensor = published_as<Boot>(6, Kind::Boot);
    EXPECT_EQ(sensor.bridge_id->text(), "61F6F57900000001");
    EXPECT_FALSE(sensor.branch);
    EXPECT_EQ(sensor.sha_full, "163be969f421472b2fb0d890a8be0ae45e4773a5");
}

TEST(Published, BootResponses) {
    const BootResponse& bridge = published_as<BootResponse>(1, Kind::BootResponse);
    EXPECT_EQ(bridge.code, 602);
    EXPECT_EQ(bridge.message, "Request OK");
    EXPECT_EQ(bridge.timestamp_s, 1733208825);
    EXPECT_EQ(bridge.sensors, std::vector<std::string>{"61DA80B500000001"});
    ASSERT_EQ(bridge.devices->size(), 1u);
    EXPECT_EQ(bridge.devices->front().uuid, "61DA80B500000001");
    EXPECT_EQ(bridge.devices->front().hardware_id, "ASY-00007");
    EXPECT_FALSE(bridge.peaks);
    EXPECT_TRUE(bridge.settings.starts_with(R"({"1":1,"2":"/provisioning","3":"/frames")")) << bridge.settings;
    EXPECT_TRUE(bridge.settings.ends_with(R"("11":261135,"12":12})")) << bridge.settings;

    const BootResponse& sensor = published_as<BootResponse>(7, Kind::BootResponse);
    EXPECT_EQ(sensor.last_sample_timestamp_s, 1733111130);
    EXPECT_EQ(sensor.sensors, std::vector<std::string>{});
    EXPECT_FALSE(sensor.devices);
    EXPECT_EQ(sensor.peaks, 2905840u);
    EXPECT_EQ(sensor.unknown, "");
}

TEST(Published, Logs) {
    const Logs& boot = published_as<Logs>(2, Kind::Logs);
    ASSERT_EQ(boot.lines.size(), 3u);
    EXPECT_EQ(boot.lines[0].text, "RST REASON:  DIRTY  ");
    EXPECT_EQ(boot.lines[1].text, "SDK reset #6: external");
    EXPECT_EQ(boot.lines[2].level, 4);
    const Logs& failure = published_as<Logs>(5, Kind::Logs);
    ASSERT_EQ(failure.lines.size(), 1u);
    EXPECT_EQ(failure.lines[0].timestamp_s, 1733208827);
    EXPECT_EQ(failure.lines[0].type, 1);
    EXPECT_EQ(failure.lines[0].level, 8);
    EXPECT_EQ(failure.lines[0].text, "Server error [code 174]");
}

TEST(Published, ErrorReply) {
    const ErrorReply& error = published_as<ErrorReply>(3, Kind::Error);
    EXPECT_EQ(error.code, 174);
    EXPECT_EQ(error.message, "Phydro crypto key exchange function failed");
    EXPECT_EQ(error.timestamp_s, 1733208827);
}

TEST(Published, Events) {
    const Events& events = published_as<Events>(4, Kind::Events);
    ASSERT_EQ(events.events.size(), 3u);
    EXPECT_EQ(events.events[0].type, 1u);
    EXPECT_EQ(events.events[1].type, 1024u);
    EXPECT_EQ(events.events[2].type, 16384u);
    EXPECT_EQ(events.events[2].timestamp_s, 1733208825);
    EXPECT_FALSE(events.events[2].extra);
}

TEST(Published, States) {
    const States& plain = published_as<States>(8, Kind::States);
    ASSERT_EQ(plain.reports.size(), 1u);
    EXPECT_EQ(plain.reports[0].timestamp_s, 1733208844);
    EXPECT_EQ(plain.reports[0].values, (std::vector<std::pair<std::uint64_t, std::int64_t>>{
                                           {4, 27824}, {16, 20}, {512, -65}, {1024, 6}, {2048, 1}}));
    const States& sensor = published_as<States>(11, Kind::States);
    EXPECT_EQ(sensor.reports[0].values.size(), 14u);
    EXPECT_EQ(sensor.reports[0].value(sensor_state::kRssiDbm), -79);
    EXPECT_EQ(sensor.reports[0].value(sensor_state::kBatteryMillivolts), 3252);
    EXPECT_EQ(sensor.reports[0].value(sensor_state::kSecondVoltageMillivolts), 3214);
    EXPECT_EQ(sensor.reports[0].value(262144), 50);
    EXPECT_EQ(sensor.reports[0].timestamp_s, 1785105287);
    const States& bridge = published_as<States>(12, Kind::States);
    EXPECT_EQ(bridge.reports[0].value(bridge_state::kPacketsReceived), 13);
    EXPECT_EQ(bridge.reports[0].value(bridge_state::kWifiRssiDbm), -60);
}

TEST(Published, Samples) {
    const Samples& slow = published_as<Samples>(9, Kind::Samples);
    ASSERT_EQ(slow.samples.size(), 6u);
    EXPECT_EQ(slow.samples.front(), (Sample{1785104646, 3828906}));
    EXPECT_EQ(slow.samples.back(), (Sample{1785104767, 3828911}));
    const Samples& fast = published_as<Samples>(10, Kind::Samples);
    ASSERT_EQ(fast.samples.size(), 5u);
    EXPECT_EQ(fast.samples[2], (Sample{1785105211, 3828936}));
}

TEST(Published, ReportsDecodeWithTheirTrailingByte) {
    for (const std::size_t index : {9, 10, 11, 12}) {
        const auto with_trailing_byte =
            decode(published().at(index).topic, base::as_bytes(published().at(index).payload + " "));
        ASSERT_TRUE(with_trailing_byte);
        EXPECT_EQ(encode_any(*with_trailing_byte), published().at(index).payload);
    }
}

TEST(Published, Heartbeats) {
    const Heartbeat& heartbeat = published_as<Heartbeat>(13, Kind::Heartbeat);
    EXPECT_EQ(heartbeat.timestamp_us, 1785105391038968);
    EXPECT_EQ(heartbeat.id, "c4fc411648ca757e2f5210aa9af441f7");
    EXPECT_EQ(heartbeat.sequence, 1);
    EXPECT_EQ(published_as<HeartbeatEcho>(14, Kind::HeartbeatEcho).heartbeat.id, heartbeat.id);
}

TEST(BridgeDay, EveryMessageDecodesAndEncodesToTheSameText) {
    const auto lines = read_lines("bridge-day.messages.jsonl");
    ASSERT_EQ(lines.size(), 985u);
    std::map<Kind, int> kinds;
    std::size_t samples = 0;
    for (const Line& line : lines) {
        ++kinds[line.topic.kind];
        EXPECT_EQ(encode_any(line.message), line.payload);
        if (const auto* some = std::get_if<Samples>(&line.message)) samples += some->samples.size();
    }
    EXPECT_EQ(kinds, (std::map<Kind, int>{{Kind::Boot, 6},
                                          {Kind::Samples, 407},
                                          {Kind::States, 280},
                                          {Kind::Logs, 3},
                                          {Kind::Events, 3},
                                          {Kind::Heartbeat, 140},
                                          {Kind::HeartbeatEcho, 140},
                                          {Kind::BootResponse, 6}}));
    EXPECT_EQ(samples, 1484u);
}

}  // namespace
}  // namespace millrace::message
