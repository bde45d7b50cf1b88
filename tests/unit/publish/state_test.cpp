#include "publish/state.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sample_state.h"

namespace millrace::publish {
namespace {

using base::Milliseconds;
using base::Seconds;
using base::SteadyTime;
using testing::kBridge;
using testing::kMorning;
using testing::kSensor;
using testing::sample_sensor;
using testing::sample_state;

const SteadyTime kStart{std::chrono::hours{1}};

std::optional<Message> find(const std::vector<Message>& messages, const base::DeviceId& id, std::string_view leaf) {
    for (const Message& message : messages) {
        if (message.topic == device_topic(Settings{}, id, leaf)) return message;
    }
    return std::nullopt;
}

std::string payload(const std::vector<Message>& messages, const base::DeviceId& id, std::string_view leaf) {
    const auto message = find(messages, id, leaf);
    return message ? message->payload : "(none)";
}

TEST(StatePlanner, SaysEverythingOnceAndThenNothing) {
    StatePlanner planner{Settings{}};
    const auto first = planner.plan(sample_state(), kMorning, kStart);
    EXPECT_EQ(first.size(), 2u + 8u + 27u);
    EXPECT_EQ(payload(first, kSensor, "flow"), "6.000");
    EXPECT_EQ(payload(first, kSensor, "total"), "1234567.890");
    EXPECT_EQ(payload(first, kSensor, "today"), "45.678");
    EXPECT_EQ(payload(first, kSensor, "month"), "445.678");
    EXPECT_EQ(payload(first, kSensor, "week"), "145.678");
    EXPECT_EQ(payload(first, kSensor, "last_hour"), "1.250");
    EXPECT_EQ(payload(first, kSensor, "last_24h"), "61.000");
    EXPECT_EQ(payload(first, kSensor, "total_uncategorised"), payload(first, kSensor, "total"));
    EXPECT_EQ(payload(first, kSensor, "total_shower"), "0.000");
    EXPECT_EQ(payload(first, kBridge, "cloud_relay"), "OFF");
    EXPECT_EQ(payload(first, kSensor, "running"), "ON");
    EXPECT_EQ(payload(first, kSensor, "battery_voltage"), "3.012");
    EXPECT_EQ(payload(first, kSensor, "rssi"), "-72");
    EXPECT_EQ(payload(first, kSensor, "temperature"), "17");
    EXPECT_EQ(payload(first, kSensor, "last_seen"), base::to_rfc3339(kMorning));
    EXPECT_EQ(payload(first, kSensor, "calibration"), "calibrated");
    EXPECT_EQ(payload(first, kSensor, "availability"), "online");
    EXPECT_EQ(payload(first, kBridge, "connected"), "ON");
    EXPECT_EQ(payload(first, kBridge, "wifi_rssi"), "-61");
    EXPECT_EQ(payload(first, kBridge, "firmware"), "5.1.0");
    EXPECT_EQ(payload(first, kBridge, "availability"), "online");
    EXPECT_EQ(payload(first, kBridge, "cloud"), "catching_up");
    EXPECT_EQ(payload(first, kBridge, "cloud_waiting"), "12");
    EXPECT_EQ(first.front().topic, "millrace/cloud_mode");
    EXPECT_EQ(first.front().payload, "relay");
    EXPECT_TRUE(planner.plan(sample_state(), kMorning, kStart).empty());
}

TEST(StatePlanner, EachCategoryHasATotalOfItsOwn) {
    StatePlanner planner{Settings{}};
    ports::LiveState state = sample_state();
    state.sensors.front().categories.emplace();
    classify::CategoryTotals& totals = *state.sensors.front().categories;
    totals.told[index_of(classify::Category::Shower)] = {12'500'000};
    totals.uncategorised = {3'000'000};
    const auto sent = planner.plan(state, kMorning, kStart);
    EXPECT_EQ(payload(sent, kSensor, "total_shower"), "12.500");
    EXPECT_EQ(payload(sent, kSensor, "total_toilet"), "0.000");
    EXPECT_EQ(payload(sent, kSensor, "total_uncategorised"), "3.000");
}

TEST(StateMessages, CostsAreExactAndSayWhenTheyBegan) {
    Settings settings;
    settings.tariff.emplace();
    settings.tariff->unit = base::VolumeUnit::Litre;
    settings.tariff->seasons = {
        {0x0fff, {{400 * meter::nanolitres_of(base::VolumeUnit::Litre), {10'000}}, {std::nullopt, {20'000}}}}};
    settings.tariff->monthly_charge = {2'500'000};
    StatePlanner planner{settings};
    const auto messages = planner.plan(sample_state(), kMorning, kStart);
    // 445.678 l this month, 45.678 of them today: just what lies above the first tier.
    EXPECT_EQ(payload(messages, kSensor, "cost_month"), R"({"cost":7.413560,"last_reset":"2026-09-01T00:00:00Z"})");
    EXPECT_EQ(payload(messages, kSensor, "cost_today"), R"({"cost":0.913560,"last_reset":"2026-09-21T00:00:00Z"})");
    EXPECT_EQ(payload(messages, kSensor, "price"), "0.020000");
}

TEST(StatePlanner, OnlyTheFlowIsNotRetained) {
    StatePlanner planner{Settings{}};
    for (const Message& message : planner.plan(sample_state(), kMorning, kStart)) {
        const bool flow = message.topic == device_topic(Settings{}, kSensor, "flow");
        EXPECT_EQ(message.retain, !flow) << message.topic;
        EXPECT_EQ(message.qos, flow ? 0 : 1) << message.topic;
    }
}

TEST(StatePlanner, UnknownFactsHaveNoMessage) {
    ports::LiveState state = sample_state();
    state.sensors[0].battery_mv.reset();
    state.sensors[0].rssi_dbm.reset();
    state.bridges[0].firmware.reset();
    StatePlanner planner{Settings{}};
    const auto messages = planner.plan(state, kMorning, kStart);
    EXPECT_FALSE(find(messages, kSensor, "battery_voltage"));
    EXPECT_FALSE(find(messages, kSensor, "rssi"));
    EXPECT_FALSE(find(messages, kBridge, "firmware"));
}

TEST(StatePlanner, ASensorWhoseReadingsAreSealedHasNoWaterFigures) {
    ports::LiveState state = sample_state();
    state.sensors[0].readings_known = false;
    StatePlanner planner{Settings{}};
    const auto messages = planner.plan(state, kMorning, kStart);
    for (const char* leaf : {"flow", "total", "today", "running"}) EXPECT_FALSE(find(messages, kSensor, leaf)) << leaf;
    EXPECT_TRUE(find(messages, kSensor, "availability"));
    EXPECT_EQ(nlohmann::json::parse(payload(messages, kSensor, "attributes"))["readings_known"], false);
}

TEST(StatePlanner, WhileReadingsAreSealedRunningIsEstimatedAndSaysSo) {
    ports::LiveState state = sample_state();
    state.sensors[0].readings_known = false;
    state.sensors[0].estimate = ports::LiveEstimate{true, kMorning, {12'300'000}};
    StatePlanner planner{Settings{}};
    const auto messages = planner.plan(state, kMorning, kStart);
    EXPECT_EQ(payload(messages, kSensor, "running"), "ON");
    EXPECT_FALSE(find(messages, kSensor, "total"));
    const auto attributes = nlohmann::json::parse(payload(messages, kSensor, "attributes"));
    EXPECT_EQ(attributes["estimated"], true);
    EXPECT_NEAR(attributes["today_at_least"].get<double>(), 12.3, 1e-9);
}

TEST(StatePlanner, AnUncalibratedSensorSaysSoInItsStateAndInItsAttributes) {
    ports::LiveState state = sample_state();
    state.sensors[0].calibrated = false;
    StatePlanner planner{Settings{}};
    const auto messages = planner.plan(state, kMorning, kStart);
    EXPECT_EQ(payload(messages, kSensor, "calibration"), "uncalibrated");
    const auto attributes = nlohmann::json::parse(payload(messages, kSensor, "attributes"));
    EXPECT_EQ(attributes["calibrated"], false);
    EXPECT_EQ(attributes["readings_known"], true);
    EXPECT_NEAR(attributes["ml_per_peak"].get<double>(), 11.829, 1e-9);
}

TEST(StatePlanner, HoldsAChangedFlowBackUntilItsIntervalIsOver) {
    StatePlanner planner{Settings{}};
    ports::LiveState state = sample_state();
    (void)planner.plan(state, kMorning, kStart);
    state.sensors[0].flow = {200'000};
    EXPECT_FALSE(find(planner.plan(state, kMorning, kStart + kFastInterval - Milliseconds{1}), kSensor, "flow"));
    ASSERT_TRUE(planner.due());
    EXPECT_EQ(*planner.due(), kStart + kFastInterval);
    state.sensors[0].flow = {300'000};
    EXPECT_EQ(payload(planner.plan(state, kMorning, kStart + kFastInterval), kSensor, "flow"), "18.000");
}

TEST(StatePlanner, AFlowOfZeroAndTheEndOfRunningGoAtOnce) {
    StatePlanner planner{Settings{}};
    ports::LiveState state = sample_state();
    (void)planner.plan(state, kMorning, kStart);
    state.sensors[0].flow = {0};
    state.sensors[0].running = false;
    const auto messages = planner.plan(state, kMorning, kStart + Milliseconds{1});
    EXPECT_EQ(payload(messages, kSensor, "flow"), "0.000");
    EXPECT_EQ(payload(messages, kSensor, "running"), "OFF");
}

TEST(StatePlanner, RepeatsAnUnchangedFlowSoThatItDoesNotExpire) {
    StatePlanner planner{Settings{}};
    (void)planner.plan(sample_state(), kMorning, kStart);
    EXPECT_EQ(*planner.due(), kStart + kFlowRepeat);
    EXPECT_TRUE(planner.plan(sample_state(), kMorning, kStart + kFlowRepeat - Milliseconds{1}).empty());
    const auto messages = planner.plan(sample_state(), kMorning + kFlowRepeat, kStart + kFlowRepeat);
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_EQ(payload(messages, kSensor, "flow"), "6.000");
    EXPECT_EQ(*planner.due(), kStart + 2 * kFlowRepeat);
}

TEST(StatePlanner, LetsTheFlowExpireWhileTheBridgeIsAway) {
    StatePlanner planner{Settings{}};
    ports::LiveState state = sample_state();
    (void)planner.plan(state, kMorning, kStart);
    state.bridges[0].connected = false;
    const auto away = planner.plan(state, kMorning, kStart + Seconds{1});
    EXPECT_EQ(payload(away, kBridge, "connected"), "OFF");
    EXPECT_EQ(payload(away, kBridge, "availability"), "offline");
    EXPECT_FALSE(find(away, kSensor, "availability")) << "the sensor's totals stay valid for a while";
    EXPECT_TRUE(planner.plan(state, kMorning + Seconds{300}, kStart + Seconds{300}).empty());
    state.bridges[0].connected = true;
    EXPECT_TRUE(find(planner.plan(state, kMorning + Seconds{301}, kStart + Seconds{301}), kSensor, "flow"));
}

TEST(StatePlanner, CallsASensorOfflineWhenItHasBeenSilentTooLong) {
    StatePlanner planner{Settings{}};
    ports::LiveState state = sample_state();
    (void)planner.plan(state, kMorning, kStart);
    const auto before = kSensorSilentAfter - Milliseconds{1};
    EXPECT_FALSE(find(planner.plan(state, kMorning + before, kStart + before), kSensor, "availability"));
    EXPECT_LE(*planner.due(), kStart + kSensorSilentAfter);
    const auto after = planner.plan(state, kMorning + kSensorSilentAfter, kStart + kSensorSilentAfter);
    EXPECT_EQ(payload(after, kSensor, "availability"), "offline");
    state.sensors[0].last_seen = kMorning + kSensorSilentAfter;
    const auto back = planner.plan(state, kMorning + kSensorSilentAfter, kStart + kSensorSilentAfter);
    EXPECT_EQ(payload(back, kSensor, "availability"), "online");
}

TEST(StatePlanner, LastSeenGoesAtMostOnceAMinute) {
    StatePlanner planner{Settings{}};
    ports::LiveState state = sample_state();
    (void)planner.plan(state, kMorning, kStart);
    state.sensors[0].last_seen = kMorning + Seconds{30};
    EXPECT_FALSE(find(planner.plan(state, kMorning, kStart + Seconds{30}), kSensor, "last_seen"));
    state.sensors[0].last_seen = kMorning + Seconds{55};
    EXPECT_EQ(payload(planner.plan(state, kMorning, kStart + kSlowInterval), kSensor, "last_seen"),
              base::to_rfc3339(kMorning + Seconds{55}));
}

TEST(StatePlanner, SaysEverythingAgainAfterItWasToldToForget) {
    StatePlanner planner{Settings{}};
    const auto first = planner.plan(sample_state(), kMorning, kStart);
    planner.forget();
    EXPECT_EQ(planner.plan(sample_state(), kMorning, kStart + Milliseconds{1}), first);
}

TEST(StatePlanner, ASensorWithoutABridgeIsRepeatedToo) {
    ports::LiveState state;
    state.sensors.push_back(sample_sensor());
    state.sensors[0].bridge.reset();
    StatePlanner planner{Settings{}};
    (void)planner.plan(state, kMorning, kStart);
    EXPECT_TRUE(find(planner.plan(state, kMorning, kStart + kFlowRepeat), kSensor, "flow"));
}

TEST(StatePlanner, GallonsAreUsedWhereTheSiteReadsGallons) {
    Settings settings;
    settings.unit = base::VolumeUnit::Gallon;
    StatePlanner planner{settings};
    const auto messages = planner.plan(sample_state(), kMorning, kStart);
    EXPECT_EQ(payload(messages, kSensor, "flow"), "1.585");
    EXPECT_EQ(payload(messages, kSensor, "today"), "12.0669");
}

// The update entity's message of the next plan; empty when there is none.
std::string update_said(StatePlanner& planner, SteadyTime now) {
    for (const Message& message : planner.plan(sample_state(), kMorning, now)) {
        if (message.topic != "millrace/update") continue;
        EXPECT_TRUE(message.retain);
        EXPECT_EQ(message.qos, 1);
        return message.payload;
    }
    return "";
}

TEST(StatePlanner, SaysOfUpdatesWhatRunsAndWhatIsNewestOnceItIsHeard) {
    Settings settings;
    settings.update_entity = true;
    StatePlanner planner{settings, "0.1.0"};
    EXPECT_EQ(update_said(planner, kStart), R"({"title":"Millrace","installed_version":"0.1.0"})");
    EXPECT_EQ(update_said(planner, kStart + Seconds{1}), "");
    const std::string newer = R"({"title":"Millrace","installed_version":"0.1.0","latest_version":"0.2.0",)"
                              R"("release_summary":"Faster.","release_url":"https://example.org/0.2.0"})";
    planner.on_release({"0.2.0", "https://example.org/0.2.0", "Faster."});
    EXPECT_EQ(update_said(planner, kStart + Seconds{2}), newer);
    planner.use(settings);
    EXPECT_EQ(update_said(planner, kStart + Seconds{3}), newer) << "other settings do not forget it";
    planner.on_release({"0.1.0", "", ""});
    EXPECT_EQ(update_said(planner, kStart + Seconds{4}),
              R"({"title":"Millrace","installed_version":"0.1.0","latest_version":"0.1.0","release_summary":""})")
        << "an empty summary clears the earlier one, and an empty link would be refused";
}

TEST(StatePlanner, SaysNothingOfUpdatesWhereNobodyIsAsked) {
    StatePlanner planner{Settings{}};
    planner.on_release({"9.9.9", "", ""});
    EXPECT_EQ(update_said(planner, kStart), "");
}

}  // namespace
}  // namespace millrace::publish
