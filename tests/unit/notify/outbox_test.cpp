#include "notify/outbox.h"

#include <gtest/gtest.h>

#include "incidents.h"

namespace millrace::notify {
namespace {

using detect::Rule;
using ports::DeliveryState;

Notice notice(std::int64_t number, std::int64_t incident_id, Rule rule = Rule::SlowLeak) {
    Notice notice;
    notice.number = number;
    notice.kind = NoticeKind::Raised;
    notice.at = at_s(0);
    notice.incident = incident(incident_id, rule);
    notice.incident_id = incident_id;
    notice.title = "t";
    notice.text = "x";
    return notice;
}

const Outcome kDelivered{};
const Outcome kUnreachable{Outcome::Kind::Unreachable, "no connection"};
const Outcome kRefused{Outcome::Kind::Refused, "the server answered 500"};

std::int64_t taken(Outbox& outbox, std::int64_t seconds) {
    const auto next = outbox.take(at_s(seconds));
    return next ? next->number : 0;
}

TEST(Outbox, GivesInOrderOneAtATime) {
    Outbox outbox("a");
    (void)outbox.put(notice(1, 1), at_s(0));
    const auto put = outbox.put(notice(2, 2), at_s(0));
    ASSERT_EQ(put.size(), 1u);
    EXPECT_EQ(put[0].state, DeliveryState::Waiting);
    EXPECT_EQ(put[0].channel, "a");
    EXPECT_EQ(put[0].kind, "raised");
    EXPECT_EQ(taken(outbox, 0), 1);
    EXPECT_EQ(taken(outbox, 0), 0);
    const auto done = outbox.finish(kDelivered, at_s(1));
    ASSERT_TRUE(done.has_value());
    EXPECT_EQ(done->state, DeliveryState::Delivered);
    EXPECT_EQ(done->delivered, at_s(1));
    EXPECT_EQ(done->tries, 1);
    EXPECT_EQ(taken(outbox, 1), 2);
}

TEST(Outbox, UnreachableChannelIsTriedEverMoreRarely) {
    Outbox outbox("a");
    (void)outbox.put(notice(1, 1), at_s(0));
    std::int64_t now = 0;
    ASSERT_EQ(taken(outbox, now), 1);
    for (const int wait : {5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900}) {
        const auto tried = outbox.finish(kUnreachable, at_s(now));
        ASSERT_TRUE(tried.has_value());
        EXPECT_EQ(tried->state, DeliveryState::Waiting);
        EXPECT_EQ(tried->error, "no connection");
        EXPECT_EQ(tried->next_try, at_s(now + wait));
        EXPECT_EQ(taken(outbox, now + wait - 1), 0) << wait;
        now += wait;
        EXPECT_EQ(taken(outbox, now), 1) << wait;
    }
}

TEST(Outbox, SomethingNewIsTriedAtOnceButAfterWhatWaits) {
    Outbox outbox("a");
    (void)outbox.put(notice(1, 1), at_s(0));
    ASSERT_EQ(taken(outbox, 0), 1);
    (void)outbox.finish(kUnreachable, at_s(0));
    EXPECT_EQ(taken(outbox, 1), 0);
    (void)outbox.put(notice(2, 2), at_s(1));
    EXPECT_EQ(taken(outbox, 1), 1);
    (void)outbox.finish(kDelivered, at_s(1));
    EXPECT_EQ(taken(outbox, 1), 2);
}

TEST(Outbox, RefusedNoticeLetsTheNextOnesPass) {
    Outbox outbox("a");
    (void)outbox.put(notice(1, 1), at_s(0));
    (void)outbox.put(notice(2, 2), at_s(0));
    ASSERT_EQ(taken(outbox, 0), 1);
    (void)outbox.finish(kRefused, at_s(0));
    EXPECT_EQ(taken(outbox, 0), 2);
    (void)outbox.finish(kDelivered, at_s(0));
    EXPECT_EQ(taken(outbox, 4), 0);
    EXPECT_EQ(taken(outbox, 5), 1);
}

TEST(Outbox, NewerNoticeOfTheIncidentTakesTheOldOnesPlace) {
    Outbox outbox("a");
    (void)outbox.put(notice(1, 1), at_s(0));
    (void)outbox.put(notice(2, 2), at_s(0));
    const auto changed = outbox.put(notice(3, 1), at_s(10));
    ASSERT_EQ(changed.size(), 2u);
    EXPECT_EQ(changed[0].number, 1);
    EXPECT_EQ(changed[0].state, DeliveryState::Superseded);
    EXPECT_EQ(changed[1].number, 3);
    EXPECT_EQ(taken(outbox, 10), 2);
}

TEST(Outbox, OneUnderWayIsNotTriedAgainWhenANewerOneWaits) {
    Outbox outbox("a");
    (void)outbox.put(notice(1, 1), at_s(0));
    ASSERT_EQ(taken(outbox, 0), 1);
    EXPECT_EQ(outbox.put(notice(2, 1), at_s(1)).size(), 1u);
    const auto tried = outbox.finish(kUnreachable, at_s(2));
    ASSERT_TRUE(tried.has_value());
    EXPECT_EQ(tried->state, DeliveryState::Superseded);
    EXPECT_EQ(taken(outbox, 7), 2);
}

TEST(Outbox, GivesUpAfterADay) {
    Outbox outbox("a");
    (void)outbox.put(notice(1, 1), at_s(0));
    EXPECT_TRUE(outbox.expire(at_s(24 * 3'600 - 1)).empty());
    const auto expired = outbox.expire(at_s(24 * 3'600));
    ASSERT_EQ(expired.size(), 1u);
    EXPECT_EQ(expired[0].state, DeliveryState::GivenUp);
    EXPECT_EQ(outbox.size(), 0u);
}

TEST(Outbox, FullOneDropsTheOldestThatIsNotCritical) {
    Outbox outbox("a");
    (void)outbox.put(notice(1, 1, Rule::Burst), at_s(0));
    for (std::int64_t i = 2; i <= 200; ++i) EXPECT_EQ(outbox.put(notice(i, i), at_s(0)).size(), 1u);
    const auto changed = outbox.put(notice(201, 201), at_s(0));
    ASSERT_EQ(changed.size(), 2u);
    EXPECT_EQ(changed[0].number, 2);
    EXPECT_EQ(changed[0].state, DeliveryState::GivenUp);
    EXPECT_EQ(outbox.size(), 200u);
    EXPECT_EQ(taken(outbox, 0), 1);
}

TEST(Outbox, GoesOnAfterARestart) {
    Outbox before("a");
    const auto records = before.put(notice(7, 1), at_s(0));
    Outbox outbox("a");
    (void)outbox.put(notice(9, 3), at_s(100));
    outbox.restore(records.at(0), notice(7, 1));
    EXPECT_EQ(taken(outbox, 100), 7);
    (void)outbox.finish(kDelivered, at_s(100));
    EXPECT_EQ(taken(outbox, 100), 9);
}

TEST(Outbox, ClockPutBackHoldsNothingBack) {
    Outbox outbox("a");
    (void)outbox.put(notice(1, 1), at_s(0));
    ASSERT_EQ(taken(outbox, 0), 1);
    (void)outbox.finish(kUnreachable, at_s(0));
    EXPECT_EQ(taken(outbox, -100'000), 1);
}

}  // namespace
}  // namespace millrace::notify
