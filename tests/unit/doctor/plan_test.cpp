#include "doctor/plan.h"

#include <gtest/gtest.h>

#include "unit/doctor/facts.h"

namespace millrace::doctor {
namespace {

using Strings = std::vector<std::string>;

constexpr const char* kRoutes = "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n";

Known in_mode(ports::CloudMode mode) {
    Known known = good_known();
    known.mode = mode;
    return known;
}

TEST(Plan, InLocalModeNobodyOnTheInternetIsAsked) {
    const SystemTexts texts{"nameserver 192.168.1.1\nnameserver 8.8.8.8\n", "", kRoutes, {"server pool.example\n"}};
    const Plan made = plan(in_mode(ports::CloudMode::Local), {}, texts);
    EXPECT_EQ(made.name_servers, Strings{"192.168.1.1"});
    EXPECT_EQ(made.left_out, Strings{"8.8.8.8"});
    EXPECT_EQ(made.time_servers, Strings{"192.168.1.1"});
}

TEST(Plan, InOtherModesThoseOfTheSystemAreAsked) {
    const SystemTexts texts{"nameserver 8.8.8.8\n", "", kRoutes, {"server pool.example\n"}};
    const Plan made = plan(in_mode(ports::CloudMode::Relay), {}, texts);
    EXPECT_EQ(made.name_servers, Strings{"8.8.8.8"});
    EXPECT_TRUE(made.left_out.empty());
    EXPECT_EQ(made.time_servers, (Strings{"192.168.1.1", "pool.example"}));
    EXPECT_EQ(plan(in_mode(ports::CloudMode::RelayOnly), {}, {}).time_servers, Strings{"0.debian.pool.ntp.org"});
}

TEST(Plan, WhoIsNamedIsAskedInAnyMode) {
    const SystemTexts texts{"nameserver 8.8.8.8\n", "", "", {}};
    const Plan made = plan(in_mode(ports::CloudMode::Local), {{"8.8.8.8", "10.0.0.1:5353"}, {"ntp.example"}}, texts);
    EXPECT_EQ(made.name_servers, (Strings{"8.8.8.8", "10.0.0.1:5353"}));
    EXPECT_TRUE(made.left_out.empty());
    EXPECT_EQ(made.time_servers, Strings{"ntp.example"});
}

TEST(Plan, TheServersBehindTheStubOfThisMachineAreAskedThemselves) {
    const SystemTexts texts{"nameserver 127.0.0.53\n", "nameserver 192.168.1.1\n", "", {}};
    EXPECT_EQ(plan(in_mode(ports::CloudMode::Local), {}, texts).name_servers, Strings{"192.168.1.1"});
    // A dnsmasq on this machine answers itself.
    EXPECT_EQ(plan(in_mode(ports::CloudMode::Local), {}, {"nameserver 127.0.0.1\n", "", "", {}}).name_servers,
              Strings{"127.0.0.1"});
}

TEST(Plan, NoMoreThanFourTimeServersAreAsked) {
    const ports::CheckWishes wishes{{}, {"a", "b", "c", "d"}};
    EXPECT_EQ(plan(in_mode(ports::CloudMode::Relay), wishes, {"", "", kRoutes, {}}).time_servers.size(), 4U);
}

}  // namespace
}  // namespace millrace::doctor
