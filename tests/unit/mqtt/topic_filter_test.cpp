#include "mqtt/topic_filter.h"

#include <gtest/gtest.h>

namespace millrace::mqtt {
namespace {

TEST(TopicFilter, MatchesAsTheStandardsExamplesSay) {
    EXPECT_TRUE(matches("sport/tennis/player1/#", "sport/tennis/player1"));
    EXPECT_TRUE(matches("sport/tennis/player1/#", "sport/tennis/player1/ranking"));
    EXPECT_TRUE(matches("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon"));
    EXPECT_TRUE(matches("sport/#", "sport"));
    EXPECT_TRUE(matches("#", "sport/tennis"));
    EXPECT_TRUE(matches("sport/tennis/+", "sport/tennis/player1"));
    EXPECT_FALSE(matches("sport/tennis/+", "sport/tennis/player1/ranking"));
    EXPECT_FALSE(matches("sport/+", "sport"));
    EXPECT_TRUE(matches("sport/+", "sport/"));
    EXPECT_TRUE(matches("+/+", "/finance"));
    EXPECT_TRUE(matches("/+", "/finance"));
    EXPECT_FALSE(matches("+", "/finance"));
    EXPECT_TRUE(matches("+/tennis/#", "sport/tennis"));
}

TEST(TopicFilter, ComparesLevelsAndNotPrefixes) {
    EXPECT_TRUE(matches("a/b", "a/b"));
    EXPECT_FALSE(matches("a/b", "a/bc"));
    EXPECT_FALSE(matches("a/bc", "a/b"));
    EXPECT_FALSE(matches("a/b", "a/b/"));
    EXPECT_FALSE(matches("a/b/", "a/b"));
    EXPECT_FALSE(matches("a/#", "ab"));
    EXPECT_FALSE(matches("a", "A"));
    EXPECT_TRUE(matches("a//b", "a//b"));
    EXPECT_TRUE(matches("a/+/b", "a//b"));
    EXPECT_FALSE(matches("a/+/b", "a/b"));
}

TEST(TopicFilter, BeginningWithAWildcardMissesDollarTopics) {
    EXPECT_FALSE(matches("#", "$SYS/uptime"));
    EXPECT_FALSE(matches("+/uptime", "$SYS/uptime"));
    EXPECT_TRUE(matches("$SYS/#", "$SYS/uptime"));
    EXPECT_TRUE(matches("$SYS/+", "$SYS/uptime"));
    EXPECT_TRUE(matches("a/+", "a/$b"));
}

TEST(TopicFilter, NothingMatchesAnEmptyNameOrFilter) {
    EXPECT_FALSE(matches("", ""));
    EXPECT_FALSE(matches("#", ""));
    EXPECT_FALSE(matches("", "a"));
}

TEST(TopicFilter, WildcardsStandAloneInTheirLevel) {
    for (const char* good : {"#", "+", "a/#", "+/+/#", "/", "a/", "+/", "/+", "a/+/b"}) {
        EXPECT_TRUE(is_topic_filter(good)) << good;
    }
    for (const char* bad : {"", "a#", "#/a", "a/#/b", "a+", "+a", "a/+b", "##", "++", "a/##"}) {
        EXPECT_FALSE(is_topic_filter(bad)) << bad;
    }
}

TEST(TopicName, HasNoWildcards) {
    EXPECT_TRUE(is_topic_name("a/b"));
    EXPECT_TRUE(is_topic_name("/"));
    EXPECT_FALSE(is_topic_name(""));
    EXPECT_FALSE(is_topic_name("a/+"));
    EXPECT_FALSE(is_topic_name("#"));
}

}  // namespace
}  // namespace millrace::mqtt
