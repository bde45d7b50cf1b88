#include "emulate/bridge.h"

#include <gtest/gtest.h>

#include "mqtt/packet_writer.h"
#include "payload/secretbox.h"
#include "unit/emulate/steps.h"

namespace millrace::emulate {
namespace {

using base::Milliseconds;
using base::Seconds;
using mqtt::Packet;
using mqtt::Publish;
using mqtt::Qos;

constexpr const char* kBridge = "61F6F57900000001";
constexpr const char* kSensor = "61DA80B500000001";
constexpr std::int64_t kStart = 1'785'105'000;

// A bridge, and the server as the test plays it. Emulated and real time pass alike.
class BridgeTest : public testing::Test {
protected:
    void make(std::deque<Step> steps, Qos qos = Qos::AtLeastOnce, bool sealed = false) {
        BridgeSettings settings;
        settings.bridge = *base::DeviceId::parse(kBridge);
        settings.sensor = *base::DeviceId::parse(kSensor);
        settings.bridge_firmware = "e8c2db4b80c39c39c41a1d28318feeb81ac035d8";
        settings.sample_qos = qos;
        if (sealed) settings.key = key;
        bridge.emplace(settings, std::make_unique<WrittenWater>(std::move(steps)), base::from_unix_s(kStart));
    }

    [[nodiscard]] Moment now() const {
        return {base::from_unix_s(kStart) + elapsed, base::SteadyTime{Seconds{77}} + elapsed};
    }

    // Lets time pass and wakes the bridge at each of its deadlines.
    std::vector<Packet> pass(Milliseconds time) {
        const Milliseconds end = elapsed + time;
        std::vector<Packet> packets;
        while (true) {
            const Milliseconds emulated = bridge->emulated_deadline() - base::from_unix_s(kStart);
            const base::SteadyTime real_deadline = bridge->real_deadline();
            Milliseconds real = end + Seconds{1};
            if (real_deadline != base::SteadyTime::max()) {
                real = std::chrono::ceil<Milliseconds>(real_deadline - base::SteadyTime{Seconds{77}});
            }
            const Milliseconds wake = std::max(elapsed, std::min(emulated, real));
            if (wake > end) break;
            elapsed = wake;
            std::vector<Packet> woken;
            append(woken, bridge->on_timer(now()));
            for (Packet& packet : woken) {
                if (std::holds_alternative<mqtt::Pingreq>(packet)) (void)receive(mqtt::Pingresp{});
                packets.push_back(std::move(packet));
            }
        }
        elapsed = end;
        return packets;
    }

    std::vector<Packet> receive(const Packet& packet) {
        std::vector<Packet> packets;
        append(packets, bridge->on_bytes(mqtt::to_wire(packet), now()));
        return packets;
    }
    std::vector<Packet> receive(const std::string& topic, const std::string& json) {
        base::Bytes payload = base::to_bytes(json);
        if (topic.ends_with("/12")) payload = payload::seal(payload, key, std::array<std::uint8_t, 20>{});
        return receive(Publish{false, Qos::AtMostOnce, false, topic, 0, payload});
    }

    void append(std::vector<Packet>& packets, const BridgeActions& actions) {
        mqtt::PacketParser parser;
        for (const BridgeAction& action : actions) {
            if (const auto* send = std::get_if<mqtt::Send>(&action)) parser.feed(send->bytes);
            if (const auto* end = std::get_if<HangUp>(&action)) hang_ups.push_back(end->reason);
            if (const auto* taken = std::get_if<Recorded>(&action)) {
                waits.push_back(taken->waited);
                recorded.insert(recorded.end(), taken->samples.begin(), taken->samples.end());
            }
        }
        while (true) {
            mqtt::ParseResult result = parser.next();
            auto* packet = std::get_if<Packet>(&result);
            if (packet == nullptr) return;
            packets.push_back(std::move(*packet));
        }
    }

    // Up to the answer of the subscription. Gives what the bridge sends then.
    std::vector<Packet> connect() {
        std::vector<Packet> packets;
        append(packets, bridge->on_connected(now()));
        EXPECT_EQ(packets.size(), 1U);
        packets = receive(mqtt::Connack{});
        EXPECT_EQ(packets.size(), 1U);
        return receive(mqtt::Suback{1, {1, 1}});
    }
    void boot(std::uint32_t peaks) {
        (void)connect();
        (void)receive(std::string("responses/") + kBridge + "/1/2", R"({"code":602,"timestamp":1})");
        (void)receive(std::string("responses/") + kSensor + "/1/2",
                      R"({"code":602,"timestamp":1,"peaks":)" + std::to_string(peaks) + "}");
    }

    static std::string topic_of(const Packet& packet) {
        const auto* publish = std::get_if<Publish>(&packet);
        return publish == nullptr ? "" : publish->topic;
    }
    static std::string text_of(const Packet& packet) {
        return std::string(base::as_text(std::get<Publish>(packet).payload));
    }
    static std::vector<Publish> of_type(const std::vector<Packet>& packets, const std::string& type) {
        std::vector<Publish> found;
        for (const Packet& packet : packets) {
            if (topic_of(packet).starts_with("2/" + type + "/")) found.push_back(std::get<Publish>(packet));
        }
        return found;
    }

    payload::SecretKey key = *payload::SecretKey::from_bytes(base::Bytes(32, 0x5a));
    std::optional<Bridge> bridge;
    Milliseconds elapsed{0};
    std::vector<std::string> hang_ups;
    std::vector<message::Sample> recorded;
    std::vector<std::optional<std::chrono::nanoseconds>> waits;  // of each message in `recorded`
};

std::string with_nul(std::string json) {
    return json + '\0';
}

TEST_F(BridgeTest, ConnectsUnderItsNameAndSubscribesToItsTwoTopics) {
    make({});
    std::vector<Packet> packets;
    append(packets, bridge->on_connected(now()));
    ASSERT_EQ(packets.size(), 1U);
    const auto& connect_packet = std::get<mqtt::Connect>(packets[0]);
    EXPECT_EQ(connect_packet.client_id, kBridge);
    EXPECT_EQ(connect_packet.user_name, "device");
    EXPECT_TRUE(connect_packet.clean_session);
    EXPECT_EQ(receive(mqtt::Connack{}),
              (std::vector<Packet>{mqtt::Subscribe{1,
                                                   {{std::string("responses/") + kBridge + "/#", Qos::AtLeastOnce},
                                                    {std::string("responses/") + kSensor + "/#", Qos::AtLeastOnce}}}}));
}

TEST_F(BridgeTest, PublishesBootFramesUntilEachIsAnswered) {
    make({});
    std::vector<Packet> packets = connect();
    ASSERT_EQ(packets.size(), 1U);
    EXPECT_EQ(topic_of(packets[0]), std::string("2/7/2/") + kBridge + "/1785105000");
    EXPECT_EQ(text_of(packets[0]),
              R"({"bridge_id":null,"branch":"squidward","sha_full":"e8c2db4b80c39c39c41a1d28318feeb81ac035d8"})");
    EXPECT_EQ(of_type(pass(Milliseconds{9'999}), "7").size(), 0U);
    EXPECT_EQ(of_type(pass(Milliseconds{1}), "7").size(), 1U);
    EXPECT_EQ(of_type(pass(Seconds{10}), "7").size(), 1U);

    // A sensor's answer is none to the bridge's frame.
    EXPECT_TRUE(
        receive(std::string("responses/") + kSensor + "/1/2", R"({"code":602,"timestamp":1,"peaks":5})").empty());
    packets = receive(std::string("responses/") + kBridge + "/1/2", R"({"code":602,"timestamp":1})");
    const auto boots = of_type(packets, "7");
    ASSERT_EQ(boots.size(), 1U);
    EXPECT_EQ(boots[0].topic, std::string("2/7/2/") + kSensor + "/1785105020");
    EXPECT_EQ(base::as_text(boots[0].payload),
              R"({"bridge_id":"61F6F57900000001","sha_full":"00000000000000000000000000000000000000c1"})");

    EXPECT_EQ(of_type(pass(Seconds{10}), "7").size(), 1U);
    // An answer without `peaks` is no answer.
    EXPECT_TRUE(receive(std::string("responses/") + kSensor + "/1/2", R"({"code":602,"timestamp":1})").empty());
    EXPECT_EQ(of_type(pass(Seconds{10}), "7").size(), 1U);
    (void)receive(std::string("responses/") + kSensor + "/1/2", R"({"code":602,"timestamp":1,"peaks":5})");
    EXPECT_EQ(of_type(pass(Seconds{60}), "7").size(), 0U);
}

TEST_F(BridgeTest, TellsOfItsStartOnceItIsAnswered) {
    make({});
    (void)connect();
    const auto packets = receive(std::string("responses/") + kBridge + "/1/2", R"({"code":602,"timestamp":1})");
    const auto events = of_type(packets, "4");
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(base::as_text(events[0].payload),
              with_nul(R"([{"timestamp":1785105000,"type":1},{"timestamp":1785105000,"type":1024},)"
                       R"({"timestamp":1785105000,"type":16384}])"));
    const auto logs = of_type(packets, "3");
    ASSERT_EQ(logs.size(), 1U);
    EXPECT_EQ(base::as_text(logs[0].payload),
              with_nul(R"([{"timestamp":0,"type":1,"level":4,"message":"RST REASON:  DIRTY  "},)"
                       R"({"timestamp":0,"type":1,"level":4,"message":"SHA: e8c2db4b80c39c39c41a1d28318feeb81ac035d8)"
                       R"( | BRANCH: squidward"}])"));
}

TEST_F(BridgeTest, SendsPeaksFromTheBaseOnInMessagesOfAboutTwentySeconds) {
    make({step_at(kStart * 1000 + 31'000), step_at(kStart * 1000 + 36'000, 17), step_at(kStart * 1000 + 47'000, 16)});
    boot(3828905);
    EXPECT_TRUE(of_type(pass(Milliseconds{45'999}), "1").empty());
    const auto samples = of_type(pass(Milliseconds{19'900}), "1");
    ASSERT_EQ(samples.size(), 2U);
    EXPECT_EQ(samples[0].topic, std::string("2/1/2/") + kSensor + "/1785105046");
    EXPECT_EQ(samples[0].qos, Qos::AtLeastOnce);
    EXPECT_EQ(base::as_text(samples[0].payload),
              with_nul(R"([{"timestamp":1785105031,"value":3828906},{"timestamp":1785105040,"value":3828923}])"));
    EXPECT_EQ(base::as_text(samples[1].payload), with_nul(R"([{"timestamp":1785105050,"value":3828939}])"));
}

TEST_F(BridgeTest, MakesNoSamplesBeforeItsBase) {
    make({step_at(kStart * 1000 + 10'000, 3), step_at(kStart * 1000 + 100'000)});
    (void)connect();
    EXPECT_TRUE(of_type(pass(Seconds{60}), "1").empty());
    (void)receive(std::string("responses/") + kBridge + "/1/2", R"({"code":602,"timestamp":1})");
    (void)receive(std::string("responses/") + kSensor + "/1/2", R"({"code":602,"timestamp":1,"peaks":1000})");
    const auto samples = of_type(pass(Seconds{60}), "1");
    ASSERT_EQ(samples.size(), 1U);
    EXPECT_EQ(base::as_text(samples[0].payload), with_nul(R"([{"timestamp":1785105100,"value":1004}])"));
}

TEST_F(BridgeTest, SendsSamplesAgainUntilTheyAreAcknowledged) {
    make({step_at(kStart * 1000 + 10'000)});
    boot(0);
    auto samples = of_type(pass(Seconds{30}), "1");
    ASSERT_EQ(samples.size(), 1U);
    EXPECT_FALSE(samples[0].dup);
    const auto again = of_type(pass(Seconds{20}), "1");
    ASSERT_EQ(again.size(), 1U);
    EXPECT_TRUE(again[0].dup);
    EXPECT_EQ(again[0].payload, samples[0].payload);
    EXPECT_TRUE(recorded.empty());
    (void)receive(mqtt::Puback{again[0].packet_id});
    EXPECT_EQ(recorded, (std::vector<message::Sample>{{kStart + 10, 1}}));
    EXPECT_TRUE(of_type(pass(Seconds{100}), "1").empty());
}

TEST_F(BridgeTest, TellsHowLongTheServerTookFromTheFirstSending) {
    make({step_at(kStart * 1000 + 10'000), step_at(kStart * 1000 + 100'000)});
    boot(0);
    const auto samples = of_type(pass(Seconds{30}), "1");
    ASSERT_EQ(samples.size(), 1U);
    ASSERT_EQ(of_type(pass(Seconds{20}), "1").size(), 1U) << "sent again after 20 s";
    (void)receive(mqtt::Puback{samples[0].packet_id});
    ASSERT_EQ(waits.size(), 1U);
    EXPECT_EQ(waits[0], Seconds{25}) << "it was sent 15 s after the peak, and 35 s ago came the peak";
    bridge->on_disconnected(now());
    (void)connect();
    const auto later = of_type(pass(Seconds{70}), "1");
    ASSERT_EQ(later.size(), 1U);
    (void)receive(mqtt::Puback{later[0].packet_id});
    ASSERT_EQ(waits.size(), 2U);
    EXPECT_EQ(waits[1], now().real - base::SteadyTime{Seconds{77}} - Seconds{115});
}

TEST_F(BridgeTest, PowerThatComesBackBootsAnewAndKeepsWhatWasNotAcknowledged) {
    make({step_at(kStart * 1000 + 10'000)});
    boot(1'000);
    EXPECT_TRUE(bridge->served());
    EXPECT_EQ(of_type(pass(Seconds{30}), "1").size(), 1U);
    std::vector<Packet> packets;
    append(packets, bridge->power_cycle(now()));
    ASSERT_EQ(hang_ups.size(), 1U);
    bridge->on_disconnected(now());
    EXPECT_FALSE(bridge->online());
    EXPECT_EQ(of_type(connect(), "7").size(), 1U);
    EXPECT_TRUE(bridge->online());
    EXPECT_FALSE(bridge->served());
    (void)receive(std::string("responses/") + kBridge + "/1/2", R"({"code":602,"timestamp":1})");
    const auto again =
        receive(std::string("responses/") + kSensor + "/1/2", R"({"code":602,"timestamp":1,"peaks":1000})");
    EXPECT_TRUE(bridge->served());
    const auto samples = of_type(again, "1");
    ASSERT_EQ(samples.size(), 1U);
    EXPECT_EQ(base::as_text(samples[0].payload), with_nul(R"([{"timestamp":1785105010,"value":1001}])"));
}

TEST_F(BridgeTest, KeepsUnacknowledgedSamplesOverConnections) {
    make({step_at(kStart * 1000 + 10'000), step_at(kStart * 1000 + 50'000)});
    boot(0);
    EXPECT_EQ(of_type(pass(Seconds{30}), "1").size(), 1U);
    bridge->on_disconnected(now());
    EXPECT_TRUE(pass(Seconds{40}).empty());
    const std::vector<Packet> packets = connect();
    EXPECT_TRUE(of_type(packets, "7").empty());  // it did not restart
    const auto samples = of_type(packets, "1");
    ASSERT_EQ(samples.size(), 1U);
    EXPECT_EQ(base::as_text(samples[0].payload),
              with_nul(R"([{"timestamp":1785105010,"value":1},{"timestamp":1785105050,"value":2}])"));
}

TEST_F(BridgeTest, AtQos0SamplesCountAsTakenWhenSent) {
    make({step_at(kStart * 1000 + 10'000)}, Qos::AtMostOnce);
    boot(7);
    const auto samples = of_type(pass(Seconds{60}), "1");
    ASSERT_EQ(samples.size(), 1U);
    EXPECT_EQ(samples[0].qos, Qos::AtMostOnce);
    EXPECT_EQ(recorded, (std::vector<message::Sample>{{kStart + 10, 8}}));
}

TEST_F(BridgeTest, HasFewMessagesUnderWayAndThirtySamplesInEach) {
    std::deque<Step> steps;
    for (int i = 0; i < 600; ++i) steps.push_back(step_at(kStart * 1000 + 10'000 + i * 5'000));
    make(std::move(steps));
    boot(0);
    bridge->on_disconnected(now());
    (void)pass(Seconds{3100});
    auto samples = of_type(connect(), "1");
    std::size_t count = 0;
    while (!samples.empty()) {
        EXPECT_LE(samples.size(), Bridge::kMaxInflight);
        std::vector<Publish> next;
        for (const Publish& message : samples) {
            ++count;
            EXPECT_LT(message.payload.size(), 1400U);
            for (const Publish& more : of_type(receive(mqtt::Puback{message.packet_id}), "1")) next.push_back(more);
        }
        samples = next;
    }
    // 30 minutes without a heartbeat restarted it meanwhile: without a base nothing goes out.
    EXPECT_EQ(count, 0U);
    (void)receive(std::string("responses/") + kBridge + "/1/2", R"({"code":602,"timestamp":1})");
    samples =
        of_type(receive(std::string("responses/") + kSensor + "/1/2", R"({"code":602,"timestamp":1,"peaks":0})"), "1");
    ASSERT_EQ(samples.size(), Bridge::kMaxInflight);
    while (!samples.empty()) {
        std::vector<Publish> next;
        for (const Publish& message : samples) {
            for (const Publish& more : of_type(receive(mqtt::Puback{message.packet_id}), "1")) next.push_back(more);
        }
        samples = next;
    }
    for (std::size_t i = 0; i < recorded.size(); ++i) EXPECT_EQ(recorded[i].value, i + 1);
    EXPECT_GT(recorded.size(), 300U);
}

TEST_F(BridgeTest, EchoesHeartbeatsWordForWord) {
    make({});
    boot(0);
    const std::string json =
        R"({"timestamp":1785105391038968,"heartbeat":{"id":"c4fc411648ca757e2f5210aa9af441f7","seq":1}})";
    const auto packets = receive(std::string("responses/") + kBridge + "/4/2", json);
    ASSERT_EQ(packets.size(), 1U);
    EXPECT_EQ(topic_of(packets[0]), std::string("2/6/2/") + kBridge + "/1785105000");
    EXPECT_EQ(text_of(packets[0]), json);
    EXPECT_EQ(bridge->statistics().heartbeats, 1U);
}

TEST_F(BridgeTest, PingsEvery21Seconds) {
    make({});
    boot(0);
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(pass(Milliseconds{20'999}).empty());
        EXPECT_EQ(pass(Milliseconds{1}), std::vector<Packet>{mqtt::Pingreq{}});
    }
}

TEST_F(BridgeTest, RestartsAfterHalfAnHourWithoutAHeartbeat) {
    make({});
    boot(0);
    (void)pass(Seconds{900});
    (void)receive(std::string("responses/") + kBridge + "/4/2", R"({"timestamp":1,"heartbeat":{"id":"00","seq":1}})");
    (void)pass(Seconds{1790});
    EXPECT_TRUE(hang_ups.empty());
    (void)pass(Seconds{10});
    ASSERT_EQ(hang_ups.size(), 1U);
    EXPECT_EQ(bridge->statistics().restarts, 1U);
    bridge->on_disconnected(now());
    EXPECT_EQ(of_type(connect(), "7").size(), 1U);
}

TEST_F(BridgeTest, TellsItsStatesEveryTenAndThirtyMinutes) {
    make({});
    boot(0);
    std::vector<Publish> states;
    for (int i = 0; i < 2; ++i) {
        for (const Publish& publish : of_type(pass(Seconds{900}), "2")) states.push_back(publish);
        (void)receive(std::string("responses/") + kBridge + "/4/2",
                      R"({"timestamp":1,"heartbeat":{"id":"0","seq":1}})");
    }
    ASSERT_EQ(states.size(), 4U);
    EXPECT_EQ(states[0].topic, std::string("2/2/2/") + kSensor + "/1785105600");
    EXPECT_EQ(states[3].topic, std::string("2/2/2/") + kBridge + "/1785106800");
    EXPECT_EQ(states[0].payload.back(), 0);
    EXPECT_NE(base::as_text(states[0].payload).find(R"("timestamp":1785105600)"), std::string_view::npos);
}

TEST_F(BridgeTest, WithAKeyEverythingIsSealed) {
    make({step_at(kStart * 1000 + 10'000)}, Qos::AtLeastOnce, true);
    std::vector<Packet> packets = connect();
    ASSERT_EQ(packets.size(), 1U);
    EXPECT_EQ(topic_of(packets[0]), std::string("2/7/12/") + kBridge + "/1785105000");
    EXPECT_TRUE(payload::open(std::get<Publish>(packets[0]).payload, key));
    (void)receive(std::string("responses/") + kBridge + "/1/12", R"({"code":602,"timestamp":1})");
    (void)receive(std::string("responses/") + kSensor + "/1/12", R"({"code":602,"timestamp":1,"peaks":41})");
    const auto samples = of_type(pass(Seconds{60}), "1");
    ASSERT_GE(samples.size(), 1U);
    const auto opened = payload::open(samples[0].payload, key);
    ASSERT_TRUE(opened);
    EXPECT_EQ(base::as_text(*opened), with_nul(R"([{"timestamp":1785105010,"value":42}])"));
}

TEST_F(BridgeTest, CountsWhatItCannotReadAndGoesOn) {
    make({}, Qos::AtLeastOnce, true);
    (void)connect();
    (void)receive(Publish{false, Qos::AtMostOnce, false, std::string("responses/") + kBridge + "/1/12", 0, {1, 2, 3}});
    (void)receive(std::string("responses/") + kBridge + "/1/2", "no json");
    (void)receive(std::string("responses/") + kBridge + "/6/12", R"({"code":174,"message":"m","timestamp":1})");
    EXPECT_EQ(bridge->statistics().unreadable, 2U);
    EXPECT_EQ(bridge->statistics().errors_received, 1U);
    EXPECT_TRUE(hang_ups.empty());
}

TEST_F(BridgeTest, FinishingSendsWhatWaitsAndIsDoneWhenItIsAcknowledged) {
    make({step_at(kStart * 1000 + 10'000), step_at(kStart * 1000 + 999'000)});
    boot(0);
    EXPECT_TRUE(of_type(pass(Seconds{12}), "1").empty());
    std::vector<Packet> packets;
    append(packets, bridge->finish(now()));
    const auto samples = of_type(packets, "1");
    ASSERT_EQ(samples.size(), 1U);
    EXPECT_FALSE(bridge->done());
    (void)receive(mqtt::Puback{samples[0].packet_id});
    EXPECT_TRUE(bridge->done());
}

}  // namespace
}  // namespace millrace::emulate
