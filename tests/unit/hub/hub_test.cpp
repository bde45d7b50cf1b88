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
        hub_ = std::make_unique<Hub>(Settings{}, std::move(keys), Surroundings{store_, clock_, random_, notices_});
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

}  // namespace
}  // namespace millrace::hub
