#include "publish/dial_policy.h"

#include <gtest/gtest.h>

namespace millrace::publish {
namespace {

using base::Milliseconds;
constexpr Milliseconds kNone{0};

TEST(DialPolicy, DelaysDoubleUpToTheCapWithJitterBelow) {
    DialPolicy policy(Milliseconds{1000}, Milliseconds{4000});
    EXPECT_EQ(policy.after(Ending::NoTransport, kNone, 1.0), Milliseconds{1000});
    EXPECT_EQ(policy.after(Ending::NoTransport, kNone, 0.0), Milliseconds{1000});
    EXPECT_EQ(policy.after(Ending::Refused, kNone, 1.0), Milliseconds{4000});
    EXPECT_EQ(policy.after(Ending::NoTransport, kNone, 1.0), Milliseconds{4000});
    EXPECT_EQ(policy.after(Ending::NoTransport, kNone, 0.0), Milliseconds{2000});
}

TEST(DialPolicy, OnlyASessionThatLastedResetsTheDelay) {
    DialPolicy policy(Milliseconds{1000}, Milliseconds{60'000});
    EXPECT_EQ(policy.after(Ending::SessionLost, Milliseconds{5}, 1.0), Milliseconds{1000});
    EXPECT_EQ(policy.after(Ending::SessionLost, Milliseconds{29'999}, 1.0), Milliseconds{2000});
    EXPECT_EQ(policy.after(Ending::SessionLost, Milliseconds{30'000}, 1.0), Milliseconds{1000});
}

TEST(DialPolicy, TriesTheOlderVersionAtOnceWhenTheNewerIsRefused) {
    DialPolicy policy(Milliseconds{1000}, Milliseconds{4000});
    EXPECT_EQ(policy.protocol(), Protocol::V5);
    EXPECT_EQ(policy.after(Ending::VersionRefused, kNone, 1.0), kNone);
    EXPECT_EQ(policy.protocol(), Protocol::V311);
}

TEST(DialPolicy, StaysWithTheOlderVersionAfterASpokenRefusal) {
    DialPolicy policy(Milliseconds{1000}, Milliseconds{4000});
    (void)policy.after(Ending::VersionRefused, kNone, 1.0);
    (void)policy.after(Ending::SessionLost, Milliseconds{90'000}, 1.0);
    (void)policy.after(Ending::NoTransport, kNone, 1.0);
    EXPECT_EQ(policy.protocol(), Protocol::V311);
}

TEST(DialPolicy, ReturnsToTheNewerVersionWhenTheOlderIsRefusedToo) {
    DialPolicy policy(Milliseconds{1000}, Milliseconds{4000});
    (void)policy.after(Ending::VersionRefused, kNone, 1.0);
    EXPECT_GT(policy.after(Ending::VersionRefused, kNone, 1.0), kNone) << "two refusals in a row must not spin";
    EXPECT_EQ(policy.protocol(), Protocol::V5);
}

TEST(DialPolicy, BeginsWithTheNewerVersionAgainWhenTheOlderWasOnlyAGuess) {
    DialPolicy policy(Milliseconds{1000}, Milliseconds{4000});
    EXPECT_EQ(policy.after(Ending::Unanswered, kNone, 1.0), kNone);
    EXPECT_EQ(policy.protocol(), Protocol::V311);
    (void)policy.after(Ending::SessionLost, Milliseconds{90'000}, 1.0);
    EXPECT_EQ(policy.protocol(), Protocol::V5);
}

TEST(DialPolicy, ARefusedPasswordSaysNothingAboutTheVersion) {
    DialPolicy policy(Milliseconds{1000}, Milliseconds{4000});
    (void)policy.after(Ending::Refused, kNone, 1.0);
    (void)policy.after(Ending::NoTransport, kNone, 1.0);
    EXPECT_EQ(policy.protocol(), Protocol::V5);
}

}  // namespace
}  // namespace millrace::publish
