#include "publish/outbox.h"

#include <gtest/gtest.h>

namespace millrace::publish {
namespace {

TEST(Outbox, GivesMessagesInTheOrderTheirTopicsCame) {
    Outbox outbox;
    EXPECT_TRUE(outbox.put({"a", "1"}));
    EXPECT_TRUE(outbox.put({"b", "2"}));
    EXPECT_EQ(outbox.take()->topic, "a");
    EXPECT_EQ(outbox.take()->topic, "b");
    EXPECT_FALSE(outbox.take());
}

TEST(Outbox, KeepsOnlyTheLatestOfATopicInItsOldPlace) {
    Outbox outbox;
    EXPECT_TRUE(outbox.put({"a", "1"}));
    EXPECT_TRUE(outbox.put({"b", "2"}));
    EXPECT_TRUE(outbox.put({"a", "3"}));
    EXPECT_EQ(outbox.size(), 2u);
    EXPECT_EQ(outbox.take(), (Message{"a", "3"}));
    EXPECT_EQ(outbox.take(), (Message{"b", "2"}));
}

TEST(Outbox, KeepsEveryMessageOfATopicWhereEachCounts) {
    Outbox outbox;
    EXPECT_TRUE(outbox.put({"a", "1", false, 1, true}));
    EXPECT_TRUE(outbox.put({"a", "2", false, 1, true}));
    EXPECT_TRUE(outbox.put({"a", "3"}));
    EXPECT_EQ(outbox.size(), 3u);
    EXPECT_EQ(outbox.take()->payload, "1");
    EXPECT_EQ(outbox.take()->payload, "2");
    EXPECT_EQ(outbox.take(), (Message{"a", "3"}));
    EXPECT_TRUE(outbox.empty());
}

TEST(Outbox, RefusesMoreTopicsThanItsLimitButStillTakesNewerMessages) {
    Outbox outbox;
    for (std::size_t i = 0; i < Outbox::kMaxTopics; ++i) ASSERT_TRUE(outbox.put({std::to_string(i), ""}));
    EXPECT_FALSE(outbox.put({"one more", ""}));
    EXPECT_TRUE(outbox.put({"7", "newer"}));
    EXPECT_EQ(outbox.size(), Outbox::kMaxTopics);
    outbox.clear();
    EXPECT_TRUE(outbox.empty());
    EXPECT_TRUE(outbox.put({"one more", ""}));
}

}  // namespace
}  // namespace millrace::publish
