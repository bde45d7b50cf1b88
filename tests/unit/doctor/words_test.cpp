#include "doctor/words.h"

#include <gtest/gtest.h>

#include "unit/doctor/facts.h"

namespace millrace::doctor {
namespace {

TEST(Words, TellTheHouseFromTheInternet) {
    for (const char* home : {"10.1.2.3", "172.16.0.1", "172.31.9.9", "192.168.0.1", "169.254.1.1", "100.64.0.1",
                             "127.0.0.53", "fd12::1", "fe80::1", "::1"}) {
        EXPECT_TRUE(is_local(at(home))) << home;
    }
    for (const char* away : {"9.9.9.9", "172.32.0.1", "192.169.0.1", "100.128.0.1", "2001:4860::8888"}) {
        EXPECT_FALSE(is_local(at(away))) << away;
    }
    const std::vector<Address> own = {at("2001:db8:1:2::10")};
    EXPECT_TRUE(is_local(at("2001:db8:1:2::1"), own));
    EXPECT_FALSE(is_local(at("2001:db8:1:3::1"), own));
}

TEST(Words, FindTheAddressBesideAPort) {
    EXPECT_EQ(address_in("192.168.1.1"), at("192.168.1.1"));
    EXPECT_EQ(address_in("192.168.1.1:53"), at("192.168.1.1"));
    EXPECT_EQ(address_in("[fd00::1]:53"), at("fd00::1"));
    EXPECT_EQ(address_in("fd00::1"), at("fd00::1"));
    EXPECT_EQ(address_in("::ffff:1.2.3.4"), at("1.2.3.4"));
    for (const char* none : {"", "router", "router:53", "[fd00::1", "1.2.3"}) EXPECT_FALSE(address_in(none)) << none;
}

TEST(Words, ListAndCountAsPeopleDo) {
    EXPECT_EQ(list_of(std::vector<std::string>{}), "");
    EXPECT_EQ(list_of(std::vector<std::string>{"a"}), "a");
    EXPECT_EQ(list_of(std::vector<std::string>{"a", "b", "c"}), "a, b and c");
    EXPECT_EQ(span(base::Seconds{1}), "1 second");
    EXPECT_EQ(span(base::Seconds{119}), "119 seconds");
    EXPECT_EQ(span(base::Seconds{120}), "2 minutes");
    EXPECT_EQ(span(base::Seconds{7'200}), "2 hours");
    EXPECT_EQ(span(base::Seconds{172'800}), "2 days");
}

TEST(Words, OnlyAddressesThatOthersReachAreNamedToThem) {
    EXPECT_EQ(
        list_of(reachable({at("127.0.0.1"), at("192.168.1.10"), at("fe80::1"), at("fd00::10"), at("192.168.1.10")})),
        "192.168.1.10, fd00::10");
}

}  // namespace
}  // namespace millrace::doctor
