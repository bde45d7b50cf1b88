#include "api/target.h"

#include <gtest/gtest.h>

namespace millrace::api {
namespace {

using Segments = std::vector<std::string>;

TEST(Target, SplitsPathAndQuery) {
    const auto target = parse_target("/api/v1/sensors/24EB/usage?bucket=day&unit=gal");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->segments, (Segments{"api", "v1", "sensors", "24EB", "usage"}));
    EXPECT_EQ(target->query, (TextPairs{{"bucket", "day"}, {"unit", "gal"}}));
}

TEST(Target, RootIsOneEmptySegment) {
    EXPECT_EQ(parse_target("/")->segments, Segments{""});
}

TEST(Target, KeepsThePlusOfATimeOffset) {
    EXPECT_EQ(parse_target("/x?from=2026-11-23T00:00:00+02:00")->query[0].second, "2026-11-23T00:00:00+02:00");
    EXPECT_EQ(parse_target("/x?from=2026-11-23T00%3A00%3A00%2B02%3A00")->query[0].second, "2026-11-23T00:00:00+02:00");
}

TEST(Target, DecodedSlashStaysInsideItsSegment) {
    EXPECT_EQ(parse_target("/a%2Fb")->segments, Segments{"a/b"});
}

TEST(Target, DotSegmentsStayOrdinary) {
    EXPECT_EQ(parse_target("/../../etc/passwd")->segments, (Segments{"..", "..", "etc", "passwd"}));
    EXPECT_EQ(parse_target("/%2e%2e/x")->segments, (Segments{"..", "x"}));
}

TEST(Target, RefusesBadEscapesAndControlCharacters) {
    for (const char* text : {"/%", "/%4", "/%zz", "/a%00b", "/a%0d%0ab", "/x?y=%7f", "/x?%1=2"}) {
        EXPECT_FALSE(parse_target(text)) << text;
    }
}

TEST(Target, RefusesWhatIsNoPath) {
    for (const char* text : {"", "x", "host:80", "http://", "https://a/b", "/a#b", "?x"}) {
        EXPECT_FALSE(parse_target(text)) << text;
    }
}

TEST(Target, AbsoluteFormGivesItsAuthority) {
    const auto target = parse_target("http://evil.example:80/healthz");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->authority, "evil.example:80");
    EXPECT_EQ(target->segments, Segments{"healthz"});
    EXPECT_EQ(parse_target("HTTP://localhost")->segments, Segments{""});
}

TEST(Target, RefusesMoreParametersThanAnyRouteHas) {
    std::string text = "/x?";
    for (std::size_t i = 0; i < kMaxQueryParameters; ++i) text += "a=1&";
    EXPECT_TRUE(parse_target(text));
    EXPECT_FALSE(parse_target(text + "a=1"));
}

TEST(HostIsOurs, AcceptsLoopbackNamesOnAnyPort) {
    for (const char* host :
         {"localhost", "LocalHost:1", "127.0.0.1", "127.0.0.1:8099", "127.1.2.3", "[::1]", "[::1]:8099"}) {
        EXPECT_TRUE(host_is_ours(host, {})) << host;
    }
}

TEST(HostIsOurs, RefusesEverybodyElsesNames) {
    for (const char* host :
         {"", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.1.2:8099", "127.evil.0.1",
          "[::2]", "[::1", "[::1]evil", "localhost:80:90", "localhost:x", "127.0.0.1."}) {
        EXPECT_FALSE(host_is_ours(host, {})) << host;
    }
}

TEST(HostIsOurs, AcceptsTheNamesItIsGiven) {
    EXPECT_TRUE(host_is_ours("Water.Home.Example:443", {"water.home.example"}));
    EXPECT_FALSE(host_is_ours("home.example", {"water.home.example"}));
}

}  // namespace
}  // namespace millrace::api
