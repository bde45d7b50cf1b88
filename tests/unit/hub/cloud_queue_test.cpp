#include "hub/cloud_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fakes.h"
#include "unit/hub/frames.h"

namespace millrace::hub {
namespace {

using ports::CloudPath;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CloudQueueTest : public ::testing::Test {
protected:
    // Takes a sample and stores it, as the hub does.
    bool say(std::int64_t id, CloudPath path, bool dup = false, std::int64_t value = 0) {
        ports::Frame frame = upstream(1, kSensor, "[" + std::to_string(value == 0 ? id : value) + "]");
        frame.id = id;
        frame.dup = dup;
        const bool waits =
            queue_.take(1, path, frame, message::parse_topic(frame.topic), static_cast<ports::Receipt>(id));
        (void)store_.commit(ports::Commit{frame, {}, waits}, [](bool) {});
        return waits;
    }

    std::vector<std::int64_t> oldest(std::size_t limit = 10) {
        std::vector<std::int64_t> ids;
        queue_.oldest(kBridge, limit, [&](const std::vector<ports::Frame>& frames) {
            for (const ports::Frame& frame : frames) ids.push_back(frame.id);
        });
        return ids;
    }

    support::FakeStore store_;
    support::RecordedNotices notices_;
    CloudQueue queue_{4, store_, store_, notices_};
};

TEST_F(CloudQueueTest, WhatIsSaidToTheStandInWaitsInOrderUntilDelivered) {
    EXPECT_TRUE(say(1, CloudPath::StandingIn));
    EXPECT_TRUE(say(2, CloudPath::CatchingUp));
    EXPECT_TRUE(say(3, CloudPath::StandingIn));
    EXPECT_EQ(queue_.waiting(kBridge), 3U);
    EXPECT_THAT(oldest(2), ElementsAre(1, 2));
    queue_.delivered(kBridge, 2);
    EXPECT_EQ(queue_.waiting(kBridge), 1U);
    EXPECT_THAT(oldest(), ElementsAre(3)) << "though the store may still hold the others";
    ASSERT_THAT(store_.all<ports::CloudHas>(), SizeIs(1));
    EXPECT_EQ(store_.all<ports::CloudHas>().front().frame, 2);
}

TEST_F(CloudQueueTest, NothingWaitsWithoutACloud) {
    EXPECT_FALSE(say(1, CloudPath::None));
    EXPECT_FALSE(say(2, CloudPath::Relay));
    EXPECT_EQ(queue_.waiting(kBridge), 0U);
}

TEST_F(CloudQueueTest, RelayedFramesWaitOnlyWhenTheCloudWasLostBeforeItAnswered) {
    for (std::int64_t id = 1; id <= 4; ++id) (void)say(id, CloudPath::Relay);
    queue_.on_cloud_has(1, 2);
    queue_.on_cloud_lost(1, kBridge);
    EXPECT_EQ(queue_.waiting(kBridge), 2U);
    ASSERT_THAT(store_.all<ports::CloudMissed>(), SizeIs(1));
    EXPECT_THAT(store_.all<ports::CloudMissed>().front().frames, ElementsAre(3, 4));
    queue_.on_cloud_lost(1, kBridge);
    EXPECT_EQ(queue_.waiting(kBridge), 2U) << "told twice";
}

TEST_F(CloudQueueTest, LostFramesGoBeforeThoseThatCameLater) {
    (void)say(1, CloudPath::Relay);
    EXPECT_TRUE(say(2, CloudPath::StandingIn));
    queue_.on_cloud_lost(1, kBridge);
    queue_.delivered(kBridge, 1);
    EXPECT_EQ(queue_.waiting(kBridge), 1U);
}

TEST_F(CloudQueueTest, ARepeatOfWhatTheCloudHasOrWillGetDoesNotWaitTwice) {
    (void)say(1, CloudPath::Relay, false, 77);
    queue_.on_cloud_has(1, 1);
    EXPECT_FALSE(say(2, CloudPath::StandingIn, true, 77));
    EXPECT_TRUE(say(3, CloudPath::StandingIn, true, 88)) << "we never saw it before";
    EXPECT_FALSE(say(4, CloudPath::StandingIn, true, 88));
    EXPECT_TRUE(say(5, CloudPath::StandingIn, false, 88)) << "not marked as a repeat: the bridge means it";
}

TEST_F(CloudQueueTest, WhatCouldNotBeStoredDoesNotWaitAndItsRepeatDoes) {
    EXPECT_TRUE(say(1, CloudPath::StandingIn, false, 77));
    queue_.not_stored(kBridge, 1);
    EXPECT_EQ(queue_.waiting(kBridge), 0U);
    EXPECT_TRUE(say(2, CloudPath::StandingIn, true, 77));
}

TEST_F(CloudQueueTest, AnswersToOurOwnHeartbeatsAreNotForTheCloud) {
    ports::Frame echo = upstream(6, kBridge, "{}");
    echo.id = 1;
    EXPECT_FALSE(queue_.take(1, CloudPath::StandingIn, echo, message::parse_topic(echo.topic), 1));
}

TEST_F(CloudQueueTest, BeyondTheLimitTheOldestNoLongerWaitAndThatIsSaidOnce) {
    for (std::int64_t id = 1; id <= 7; ++id) EXPECT_TRUE(say(id, CloudPath::StandingIn));
    EXPECT_EQ(queue_.waiting(kBridge), 4U);
    EXPECT_THAT(oldest(), ElementsAre(4, 5, 6, 7));
    EXPECT_THAT(notices_.said, SizeIs(1));
    EXPECT_EQ(store_.all<ports::CloudHas>().back().frame, 3);
}

TEST_F(CloudQueueTest, TellsTheStoreAgainWhatItHadNoRoomFor) {
    (void)say(1, CloudPath::StandingIn);
    store_.full = true;
    queue_.delivered(kBridge, 1);
    store_.full = false;
    EXPECT_THAT(store_.all<ports::CloudHas>(), IsEmpty());
    queue_.tick();
    ASSERT_THAT(store_.all<ports::CloudHas>(), SizeIs(1));
    store_.finish(false);
    queue_.tick();
    EXPECT_THAT(store_.all<ports::CloudHas>(), SizeIs(2));
    store_.finish();
    queue_.tick();
    EXPECT_THAT(store_.all<ports::CloudHas>(), SizeIs(2));
}

TEST_F(CloudQueueTest, GoesOnAfterARestart) {
    ports::StoredState stored;
    stored.waiting.emplace_back(kBridge, std::vector<std::int64_t>{3, 9});
    queue_.restore(stored);
    EXPECT_EQ(queue_.waiting(kBridge), 2U);
    queue_.delivered(kBridge, 3);
    EXPECT_EQ(queue_.waiting(kBridge), 1U);
}

}  // namespace
}  // namespace millrace::hub
