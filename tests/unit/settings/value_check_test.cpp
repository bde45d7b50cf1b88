#include "settings/value_check.h"

#include <gtest/gtest.h>

#include <utility>

namespace millrace::settings {
namespace {

bool accepts(ValueType type, std::string_view text, const Limits& limits = {}) {
    return check_text(type, limits, text, false).has_value();
}

TEST(ValueCheck, IntegersKeepTheirRange) {
    const Limits port{1, 65535, {}};
    EXPECT_TRUE(accepts(ValueType::Integer, "1", port));
    EXPECT_TRUE(accepts(ValueType::Integer, "65535", port));
    for (const char* text : {"0", "65536", "-1", "1.5", "1e3", "", " 1", "1 ", "0x10", "99999999999999999999"}) {
        EXPECT_FALSE(accepts(ValueType::Integer, text, port)) << text;
    }
    EXPECT_EQ(check_text(ValueType::Integer, port, "70000", false).error(), "\"70000\" is not from 1 to 65535");
}

TEST(ValueCheck, NumbersAreFinite) {
    const Limits limits{0.1, 10, {}};
    EXPECT_DOUBLE_EQ(check_text(ValueType::Number, limits, "3.25", false)->number, 3.25);
    for (const char* text : {"nan", "inf", "0", "11", "3,25", ""}) {
        EXPECT_FALSE(accepts(ValueType::Number, text, limits)) << text;
    }
}

TEST(ValueCheck, VolumesHaveAUnit) {
    const Limits limits{1, 1'000'000, {}};
    for (const auto& [text, microlitres] : {std::pair{"500 l", 500'000'000LL},
                                            {"0.5m3", 500'000'000LL},
                                            {"100 gal", 378'541'178LL},
                                            {"10 ft3", 283'168'466LL},
                                            {"1 ccf", 2'831'684'659LL},
                                            {"1 L", 1'000'000LL}}) {
        const auto value = check_text(ValueType::Volume, limits, text, false);
        ASSERT_TRUE(value) << text;
        EXPECT_EQ(value->integer, microlitres) << text;
    }
    for (const char* text : {"500", "500 litres", "l", "-1 l", "0.9 l", "1e3 l", "1001 m3", "1 l ", "1.2.3 l"}) {
        EXPECT_FALSE(accepts(ValueType::Volume, text, limits)) << text;
    }
    EXPECT_EQ(allowed(ValueType::Volume, limits), "1 to 1000000 l");
}

TEST(ValueCheck, BooleansAreWords) {
    for (const char* text : {"true", "yes", "On"}) EXPECT_TRUE(check_text(ValueType::Boolean, {}, text, false)->flag);
    for (const char* text : {"false", "no", "OFF"}) EXPECT_FALSE(check_text(ValueType::Boolean, {}, text, false)->flag);
    EXPECT_FALSE(accepts(ValueType::Boolean, "1"));
}

TEST(ValueCheck, ListenNeedsAnAddress) {
    for (const char* text : {"0.0.0.0:1883", "127.0.0.1:0", "[::]:1883", "[::1]:65535"}) {
        EXPECT_TRUE(accepts(ValueType::Listen, text)) << text;
    }
    for (const char* text : {"1883", ":1883", "localhost:1883", "0.0.0.0", "0.0.0.0:65536", "::1:1883", "[::1]1883"}) {
        EXPECT_FALSE(accepts(ValueType::Listen, text)) << text;
    }
}

TEST(ValueCheck, EndpointTakesNames) {
    for (const char* text : {"mqtt.prod.flumetech.com:1883", "10.0.0.1:1", "[fe80::1]:1883"}) {
        EXPECT_TRUE(accepts(ValueType::Endpoint, text)) << text;
    }
    for (const char* text : {"a b:1", "host", "host:0", "host:", ":1883", "-x:1"}) {
        EXPECT_FALSE(accepts(ValueType::Endpoint, text)) << text;
    }
}

TEST(ValueCheck, HostIsANameOrAnAddressWithoutAPort) {
    for (const char* text : {"", "localhost", "broker.lan", "core_mosquitto", "10.0.0.1", "fe80::1"}) {
        EXPECT_TRUE(accepts(ValueType::Host, text)) << text;
    }
    for (const char* text : {"a b", " a", "a:1883", "[fe80::1]", "mqtt://a", "a/b", "-a", ".a"}) {
        EXPECT_FALSE(accepts(ValueType::Host, text)) << text;
    }
}

TEST(ValueCheck, TopicsHaveNoWildcards) {
    EXPECT_TRUE(accepts(ValueType::Topic, "home/water"));
    for (const char* text : {"", "a/#", "+/a", "/a", "a/"}) EXPECT_FALSE(accepts(ValueType::Topic, text)) << text;
}

TEST(ValueCheck, AddressesAreAList) {
    EXPECT_EQ(check_list(ValueType::Addresses, {"9.9.9.9", "1.1.1.1:53", "[::1]:53", "2620:fe::fe"})->list.size(), 4u);
    EXPECT_FALSE(check_list(ValueType::Addresses, {"dns.example"}).has_value());
    EXPECT_FALSE(check_list(ValueType::Addresses, {}).has_value());
    EXPECT_FALSE(check_list(ValueType::Addresses, std::vector<std::string>(9, "9.9.9.9")).has_value());
    EXPECT_FALSE(check_list(ValueType::Text, {"a"}).has_value());
}

TEST(ValueCheck, SecretsAreNotQuoted) {
    EXPECT_EQ(check_text(ValueType::Text, {}, "hunter2\n", true).error().find("hunter2"), std::string::npos);
    EXPECT_NE(check_text(ValueType::Text, {}, "plain\n", false).error().find("plain"), std::string::npos);
}

}  // namespace
}  // namespace millrace::settings
