#include "hub/hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "message/boot_response.h"
#include "support/fakes.h"
#include "unit/hub/frames.h"

namespace millrace::hub {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class HubTest : public ::testing::Test {
protected:
    HubTest() { restart({}); }

    void restart(payload::KeyRing keys) {
        hub_ =
            std::make_unique<Hub>(Settings{}, std::move(keys), Surroundings{store_, store_, clock_, random_, notices_});
        hub_->subscribe(seen_);
    }

    void open(ports::ConnectionId id = 1, ports::BridgeLink* link = nullptr) {
        hub_->on_opened({id, ports::Door::StandIn, kBridge, "127.0.0.1:5", clock_.wall_now()}, link);
    }

    ports::LiveSensor sensor() const {
        const ports::LiveState state = hub_->live();
        EXPECT_THAT(state.sensors, SizeIs(1));
        return state.sensors.empty() ? ports::LiveSensor{} : state.sensors.front();
    }

    struct Seen final : ports::LiveSubscriber {
        void on_live(const ports::LiveState& state) override { states.push_back(state); }
        std::vector<ports::LiveState> states;
    };

    support::FakeClock clock_{base::from_unix_s(kStart)};
    support::FakeStore store_;
    support::CountingRandom random_;
    support::RecordedNotices notices_;
    support::RecordedLink link_;
    Seen seen_;
    std::unique_ptr<Hub> hub_;
};

TEST_F(HubTest, AcknowledgesOnlyWhatIsOnDisk) {
    open(1, &link_);
    hub_->on_frame(1, upstream(1, kSensor, R"([{"timestamp":1733208800,"value":5}])"), 42);
    EXPECT_THAT(link_.acknowledged, IsEmpty());
    store_.finish();
    EXPECT_THAT(link_.acknowledged, ElementsAre(42));
}

TEST_F(HubTest, DoesNotAcknowledgeWhatFailedToBeStored) {
    open(1, &link_);
    hub_->on_frame(1, upstream(1, kSensor, R"([{"timestamp":1733208800,"value":5}])"), 42);
    store_.finish(false);
    store_.full = true;
    hub_->on_frame(1, upstream(1, kSensor, R"([{"timestamp":1733208800,"value":5}])"), 43);
    EXPECT_THAT(link_.acknowledged, IsEmpty());
}

TEST_F(HubTest, AnswersTheSensorsBootWithItsLastTotal) {
    open(1, &link_);
    hub_->on_frame(1, upstream(7, kBridge, kBridgeBoot), 0);
    hub_->on_frame(1, upstream(7, kSensor, kSensorBoot), 0);
    hub_->on_frame(1, upstream(1, kSensor, R"([{"timestamp":1733208800,"value":77}])"), 0);
    hub_->on_frame(1, upstream(7, kSensor, kSensorBoot), 0);
    EXPECT_THAT(link_.published, IsEmpty()) << "nothing goes out before the frame is on disk";
    store_.finish();
    ASSERT_THAT(link_.published, SizeIs(3));
    EXPECT_EQ(link_.published[0].topic, "responses/61F6F57900000001/1/2");
    EXPECT_THAT(std::string(base::as_text(link_.published[0].payload)), HasSubstr(R"("sensors":["61DA80B500000001"])"));
    EXPECT_EQ(link_.published[1].topic, "responses/61DA80B500000001/1/2");
    EXPECT_THAT(std::string(base::as_text(link_.published[2].payload)), HasSubstr(R"("peaks":77)"));
}

TEST_F(HubTest, AnswersABootEvenWhenTheDiskIsFull) {
    open(1, &link_);
    store_.full = true;
    hub_->on_frame(1, upstream(7, kSensor, kSensorBoot), 9);
    EXPECT_THAT(link_.published, SizeIs(1));
    EXPECT_THAT(link_.acknowledged, IsEmpty());
}

TEST_F(HubTest, ItsOwnAnswersAreInTheArchive) {
    open(1, &link_);
    hub_->on_frame(1, upstream(7, kSensor, kSensorBoot), 0);
    store_.finish();
    ASSERT_THAT(store_.commits, SizeIs(2));
    EXPECT_EQ(store_.commits[1].frame.direction, base::Direction::ToBridge);
    EXPECT_EQ(store_.commits[1].frame.topic, link_.published[0].topic);
    EXPECT_EQ(store_.commits[1].frame.payload, link_.published[0].payload);
    EXPECT_EQ(store_.commits[1].frame.id, store_.commits[0].frame.id + 1);
}

TEST_F(HubTest, AnswersASealedBootSealed) {
    payload::KeyRing keys;
    keys.set_default(made_up_key());
    restart(keys);
    open(1, &link_);
    hub_->on_frame(1, sealed(upstream(7, kSensor, kSensorBoot), made_up_key()), 0);
    store_.finish();
    ASSERT_THAT(link_.published, SizeIs(1));
    EXPECT_EQ(link_.published[0].topic, "responses/61DA80B500000001/1/12");
    const auto plain = payload::open(link_.published[0].payload, made_up_key());
    ASSERT_TRUE(plain);
    EXPECT_THAT(std::string(base::as_text(*plain)), HasSubstr(R"("peaks":0)"));
}

TEST_F(HubTest, WithoutTheKeyASealedBootGetsNoAnswerAndOneWarning) {
    open(1, &link_);
    for (int i = 0; i < 5; ++i) hub_->on_frame(1, sealed(upstream(7, kSensor, kSensorBoot), made_up_key()), 0);
    store_.finish();
    EXPECT_THAT(link_.published, IsEmpty());
    EXPECT_THAT(store_.commits, SizeIs(5)) << "sealed frames are kept";
    ASSERT_THAT(notices_.said, SizeIs(1));
    EXPECT_THAT(notices_.said[0].second, HasSubstr("no key is set"));
    std::vector<ports::HealthItem> items;
    hub_->health(items);
    EXPECT_FALSE(items[0].ok);
}

TEST_F(HubTest, SendsHeartbeatsEveryFiveMinutesToTheStandInsBridgesOnly) {
    open(1, &link_);
    open(2, nullptr);
    clock_.advance(base::Seconds{299});
    hub_->tick();
    EXPECT_THAT(link_.published, IsEmpty());
    clock_.advance(base::Seconds{1});
    hub_->tick();
    hub_->tick();
    ASSERT_THAT(link_.published, SizeIs(1));
    EXPECT_EQ(link_.published[0].topic, "responses/61F6F57900000001/4/2");
    EXPECT_THAT(std::string(base::as_text(link_.published[0].payload)), HasSubstr(R"("seq":1)"));
    clock_.advance(base::Seconds{300});
    hub_->tick();
    EXPECT_THAT(std::string(base::as_text(link_.published.at(1).payload)), HasSubstr(R"("seq":2)"));
}

TEST_F(HubTest, HeartbeatsAreWrappedAsTheBridgeWrapsItsDecodedMessages) {
    payload::KeyRing keys;
    keys.set_default(made_up_key());
    restart(keys);
    open(1, &link_);
    hub_->on_frame(1, sealed(upstream(4, kSensor, "[]"), made_up_key()), 0);
    ports::Frame exchange = upstream(9, kBridge, "binary");
    exchange.topic.replace(exchange.topic.find("/2/", 2), 3, "/1/");
    hub_->on_frame(1, exchange, 0);
    ports::Frame orient = upstream(1, kSensor, "{}");
    orient.topic = "orient/1";
    hub_->on_frame(1, orient, 0);
    clock_.advance(base::Seconds{300});
    hub_->tick();
    ASSERT_THAT(link_.published, SizeIs(1));
    EXPECT_EQ(link_.published[0].topic, "responses/61F6F57900000001/4/12");
}

TEST_F(HubTest, ABridgeWhoseMessagesDoNotOpenGetsNothingSealed) {
    payload::KeyRing keys;
    keys.set_default(made_up_key(8));
    restart(keys);
    open(1, &link_);
    hub_->on_frame(1, sealed(upstream(7, kSensor, kSensorBoot), made_up_key()), 0);
    store_.finish();
    clock_.advance(base::Seconds{300});
    hub_->tick();
    EXPECT_THAT(link_.published, IsEmpty());
}

TEST_F(HubTest, HeartbeatsGoOnOverReconnects) {
    open(1, &link_);
    hub_->on_frame(1, upstream(7, kBridge, kBridgeBoot), 0);
    ports::ConnectionId id = 1;
    for (int i = 0; i < 4; ++i) {
        clock_.advance(base::Seconds{240});
        hub_->tick();
        hub_->on_closed({id, clock_.wall_now(), "dropped"});
        open(++id, &link_);
        clock_.advance(base::Seconds{10});
        hub_->tick();
    }
    EXPECT_THAT(link_.published, SizeIs(2)) << "at 490 and 990 s, though no connection lasted 300 s";
}

TEST_F(HubTest, AnUnheardMessageIsNotArchived) {
    link_.deaf = true;
    open(1, &link_);
    hub_->on_frame(1, upstream(7, kSensor, kSensorBoot), 0);
    store_.finish();
    EXPECT_THAT(store_.commits, SizeIs(1));
}

TEST_F(HubTest, AClientIdThatIsNoUuidIsNamedByItsBootFrame) {
    hub_->on_opened({1, ports::Door::StandIn, std::nullopt, "127.0.0.1:5", clock_.wall_now()}, &link_);
    ports::Frame boot = upstream(7, kBridge, kBridgeBoot);
    boot.bridge.reset();
    hub_->on_frame(1, boot, 0);
    store_.finish();
    EXPECT_TRUE(hub_->live().bridges.at(0).connected);
    clock_.advance(base::Seconds{300});
    hub_->tick();
    ASSERT_THAT(link_.published, SizeIs(2));
    EXPECT_EQ(link_.published[1].topic, "responses/61F6F57900000001/4/2");
}

TEST_F(HubTest, StrangersCannotFillTheLogNorKeepItIll) {
    for (std::uint64_t i = 0; i < 100; ++i) {
        char digits[17];
        std::snprintf(digits, sizeof digits, "%016X", static_cast<unsigned>(i));
        ports::ConnectionOpened opened{100 + i, ports::Door::StandIn, base::DeviceId::parse(digits), "", {}};
        hub_->on_opened(opened, nullptr);
        ports::Frame frame = upstream(2, *opened.bridge, "junk");
        frame.bridge = opened.bridge;
        frame.topic.replace(frame.topic.find("/2/", 2), 3, "/12/");
        hub_->on_frame(100 + i, frame, 0);
        hub_->on_closed({100 + i, {}, ""});
    }
    EXPECT_THAT(notices_.said, SizeIs(16));
    std::vector<ports::HealthItem> items;
    hub_->health(items);
    EXPECT_TRUE(items[0].ok);
}

TEST_F(HubTest, TheLifetimeShownIsTheDurableOne) {
    hub_->on_frame(0, downstream(1, kSensor, kSensorAnswer), 0);
    hub_->on_frame(0, upstream(1, kSensor, R"([{"timestamp":1733208800,"value":1010}])"), 0);
    EXPECT_EQ(sensor().lifetime.microlitres, 0);
    store_.finish();
    EXPECT_EQ(sensor().lifetime, base::PeakCount{10} * meter::kUncalibratedVolumePerPeak);
    EXPECT_EQ(sensor().today, sensor().lifetime);
    EXPECT_FALSE(sensor().calibrated);
}

TEST_F(HubTest, SubscribersHearOfChangesAndOfWaterComingToRest) {
    hub_->tick();
    const std::size_t before = seen_.states.size();
    hub_->tick();
    EXPECT_EQ(seen_.states.size(), before) << "nothing changed";
    hub_->on_frame(0, downstream(1, kSensor, kSensorAnswer), 0);
    for (int i = 1; i <= 4; ++i) {
        clock_.advance(base::Seconds{5});
        const std::string at = std::to_string(kStart + 5 * i);
        hub_->on_frame(
            0,
            upstream(1, kSensor, R"([{"timestamp":)" + at + R"(,"value":)" + std::to_string(1000 + 6 * i) + "}]",
                     kStart + 5 * i),
            0);
    }
    store_.finish();
    hub_->tick();
    ASSERT_FALSE(seen_.states.back().sensors.empty());
    EXPECT_TRUE(seen_.states.back().sensors[0].running);
    EXPECT_GT(seen_.states.back().sensors[0].flow.microlitres_per_second, 0);
    for (int i = 0; i < 120; ++i) {
        clock_.advance(base::Seconds{1});
        hub_->tick();
    }
    EXPECT_FALSE(seen_.states.back().sensors[0].running);
    EXPECT_EQ(seen_.states.back().sensors[0].flow.microlitres_per_second, 0);
}

TEST_F(HubTest, AConnectionTakenOverStaysConnected) {
    open(1);
    open(2);
    hub_->on_closed({1, clock_.wall_now(), "taken over"});
    EXPECT_TRUE(hub_->live().bridges.at(0).connected);
    hub_->on_closed({2, clock_.wall_now(), "gone"});
    EXPECT_TRUE(hub_->live().bridges.empty()) << "it never said anything";
}

TEST_F(HubTest, StoreCallbacksAfterItsEndAreHarmless) {
    open(1, &link_);
    hub_->on_frame(1, upstream(7, kSensor, kSensorBoot), 9);
    hub_.reset();
    store_.finish();
    EXPECT_THAT(link_.acknowledged, IsEmpty());
}

TEST_F(HubTest, ARelayedBootIsTheCloudsToAnswerUntilWeStandIn) {
    hub_->on_opened({1, ports::Door::Relay, kBridge, "127.0.0.1:5", clock_.wall_now(), ports::CloudPath::Relay},
                    &link_);
    hub_->on_frame(1, upstream(7, kSensor, kSensorBoot), 1);
    store_.finish();
    EXPECT_THAT(link_.published, IsEmpty());
    EXPECT_THAT(link_.acknowledged, ElementsAre(1)) << "noted by the relay, should it have to take over";
    clock_.advance(cloud::Heartbeats::kInterval * 2);
    hub_->tick();
    EXPECT_THAT(link_.published, IsEmpty()) << "no heartbeat of ours either";

    hub_->on_path(1, ports::CloudPath::StandingIn);
    hub_->on_frame(1, upstream(7, kSensor, kSensorBoot), 2);
    store_.finish();
    EXPECT_THAT(link_.published, SizeIs(1));
    EXPECT_TRUE(store_.commits.at(1).for_cloud);
    clock_.advance(cloud::Heartbeats::kInterval);
    hub_->tick();
    EXPECT_THAT(link_.published, SizeIs(2));

    hub_->on_path(1, ports::CloudPath::Relay);
    clock_.advance(cloud::Heartbeats::kInterval * 2);
    hub_->tick();
    EXPECT_THAT(link_.published, SizeIs(2));
}

TEST_F(HubTest, ShowsWhereABridgesWordsGoAndHowManyWait) {
    hub_->set_cloud_mode(ports::CloudMode::Relay);
    hub_->on_opened({1, ports::Door::StandIn, kBridge, "127.0.0.1:5", clock_.wall_now(), ports::CloudPath::StandingIn},
                    &link_);
    hub_->on_frame(1, upstream(1, kSensor, R"([{"timestamp":1733208800,"value":5}])"), 1);
    const ports::LiveState state = hub_->live();
    EXPECT_EQ(state.cloud_mode, ports::CloudMode::Relay);
    ASSERT_THAT(state.bridges, SizeIs(1));
    EXPECT_EQ(state.bridges[0].cloud_path, ports::CloudPath::StandingIn);
    EXPECT_EQ(state.bridges[0].waiting_for_cloud, 1U);
    hub_->handover().delivered(kBridge, hub_->last_frame_id());
    EXPECT_EQ(hub_->live().bridges[0].waiting_for_cloud, 0U);
}

TEST_F(HubTest, WhatComesDuringATakeoverIsAppliedToTheRebuiltStateInOrder) {
    open(1, &link_);
    hub_->on_frame(1, upstream(7, kSensor, kSensorBoot), 0);
    store_.finish();
    hub_->hold();
    hub_->on_frame(1, upstream(1, kSensor, R"([{"timestamp":1733208800,"value":105}])"), 7);
    hub_->on_closed({1, clock_.wall_now(), "gone"});
    EXPECT_THAT(store_.commits, SizeIs(2)) << "nothing is applied or stored meanwhile";
    EXPECT_TRUE(hub_->live().bridges[0].connected);
    EXPECT_GT(hub_->handover().waiting(kBridge), 0U) << "nobody knows what the held frames will be";

    Pipeline rebuilt{payload::KeyRing{}};
    (void)rebuilt.apply(upstream(7, kSensor, kSensorBoot));
    (void)rebuilt.apply(downstream(1, kSensor, R"({"code":602,"message":"","timestamp":1,"peaks":100})"));
    hub_->resume(std::move(rebuilt));
    ASSERT_THAT(store_.commits, SizeIs(3));
    EXPECT_EQ(hub_->handover().waiting(kBridge), 0U);
    store_.finish();
    EXPECT_EQ(sensor().lifetime, base::PeakCount{5} * sensor().per_peak);
    EXPECT_THAT(hub_->live().bridges, ::testing::Each(::testing::Field(&ports::LiveBridge::connected, false)));
}

TEST_F(HubTest, AnAnswerThatFallsDueDuringATakeoverIsGivenAfterIt) {
    open(1, &link_);
    hub_->on_frame(1, upstream(7, kSensor, kSensorBoot), 0);
    hub_->hold();
    store_.finish();
    EXPECT_THAT(link_.published, IsEmpty());
    hub_->resume(std::nullopt);
    EXPECT_THAT(link_.published, SizeIs(1));
}

TEST_F(HubTest, TheDiaryHoldsWhenABridgeWasConnected) {
    open(1, &link_);
    clock_.advance(base::Seconds{90});
    hub_->on_closed({1, clock_.wall_now(), "gone"});
    const auto spells = store_.all<ports::SpellRecord>();
    ASSERT_THAT(spells, SizeIs(2));
    EXPECT_EQ(spells[1].kind, ports::SpellKind::Connection);
    EXPECT_EQ(spells[1].bridge, kBridge);
    EXPECT_EQ(spells[1].to - spells[1].from, base::Seconds{90});
}

TEST_F(HubTest, AtAGuestsBrokerEveryBridgeIsAnsweredOnTheOneConnection) {
    const base::DeviceId other = *base::DeviceId::parse("61F6F57900000002");
    payload::KeyRing keys;
    keys.set(kBridge, made_up_key(1));
    keys.set(other, made_up_key(2));
    restart(keys);
    hub_->on_opened({1, ports::Door::Guest, std::nullopt, "broker", clock_.wall_now()}, &link_);
    const auto say = [this](ports::Frame frame, std::uint8_t key) {
        frame = sealed(std::move(frame), made_up_key(key));
        frame.bridge.reset();
        frame.door = ports::Door::Guest;
        hub_->on_frame(1, frame, 0);
        store_.finish();
    };
    say(upstream(7, kBridge, kBridgeBoot), 1);
    say(upstream(7, kSensor, kSensorBoot), 1);
    say(upstream(7, other, kBridgeBoot), 2);
    ASSERT_THAT(link_.published, SizeIs(3));
    EXPECT_TRUE(payload::open(link_.published[0].payload, made_up_key(1)));
    EXPECT_EQ(link_.published[1].topic, "responses/61DA80B500000001/1/12");
    EXPECT_TRUE(payload::open(link_.published[1].payload, made_up_key(1))) << "its bridge's key";
    EXPECT_TRUE(payload::open(link_.published[2].payload, made_up_key(2)));
    EXPECT_EQ(hub_->live().bridges.size(), 2U);
    EXPECT_TRUE(hub_->live().bridges[0].connected && hub_->live().bridges[1].connected);

    clock_.advance(cloud::Heartbeats::kInterval);
    hub_->tick();
    EXPECT_THAT(link_.published, SizeIs(5)) << "a heartbeat for each";
    hub_->on_closed({1, clock_.wall_now(), "broker gone"});
    EXPECT_FALSE(hub_->live().bridges[0].connected || hub_->live().bridges[1].connected);
}

TEST_F(HubTest, WithoutAKeyItIsToldFromSizesWhetherWaterRunsAndHowMuchAtLeast) {
    open();
    const auto say = [this](std::int64_t at, const std::string& text) {
        hub_->on_frame(1, sealed(upstream(1, kSensor, text, at), made_up_key()), 0);
    };
    say(kStart, R"([{"timestamp":1733208800,"value":3828900}])");
    say(kStart + 20, R"([{"timestamp":1733208810,"value":3828929},{"timestamp":1733208815,"value":3828955}])");
    clock_.advance(base::Seconds{20});
    const ports::LiveSensor live = sensor();
    EXPECT_FALSE(live.readings_known);
    ASSERT_TRUE(live.estimate);
    EXPECT_TRUE(live.estimate->running);
    EXPECT_GE(live.estimate->today_at_least, base::PeakCount{2} * live.per_peak);
    EXPECT_LE(live.estimate->today_at_least, base::PeakCount{55} * live.per_peak) << "a lower bound";
    clock_.advance(base::Seconds{30 * 60});
    EXPECT_FALSE(sensor().estimate->running);
    const auto estimates =
        std::count_if(store_.commits[1].projections.begin(), store_.commits[1].projections.end(),
                      [](const ports::Projection& p) { return std::holds_alternative<ports::EstimateRecord>(p); });
    EXPECT_EQ(estimates, 1);
    EXPECT_FALSE(store_.commits[1].opened);
}

TEST_F(HubTest, AKeyThatComesLaterOpensWhatComesFromThenOn) {
    open();
    hub_->on_frame(1, sealed(upstream(1, kSensor, R"([{"timestamp":1733208800,"value":5}])"), made_up_key()), 0);
    EXPECT_THAT(hub_->sealed_messages(), SizeIs(1));
    payload::KeyRing keys;
    keys.set(kBridge, made_up_key());
    hub_->set_keys(keys);
    EXPECT_THAT(hub_->sealed_messages(), IsEmpty());
    hub_->on_frame(1, sealed(upstream(1, kSensor, R"([{"timestamp":1733208801,"value":6}])"), made_up_key()), 0);
    EXPECT_TRUE(sensor().readings_known);
    EXPECT_FALSE(sensor().estimate);
}

}  // namespace
}  // namespace millrace::hub
