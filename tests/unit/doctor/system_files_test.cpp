#include "doctor/system_files.h"

#include <gtest/gtest.h>

#include "unit/doctor/facts.h"

namespace millrace::doctor {
namespace {

using Strings = std::vector<std::string>;

TEST(SystemFiles, NameServersAreReadInOrderAndOnceEach) {
    EXPECT_EQ(name_servers_in("# of the router\nsearch lan\nnameserver 192.168.1.1\n nameserver\tfd00::1 # too\n"
                              "nameserver 192.168.1.1\nnameserver router\nnameserver 10.0.0.1\nnameserver 10.0.0.2\n"),
              (Strings{"192.168.1.1", "fd00::1", "10.0.0.1"}));
    EXPECT_EQ(name_servers_in(""), Strings{});
    EXPECT_EQ(name_servers_in("nameserver"), Strings{});
}

TEST(SystemFiles, TheGatewayIsThatOfTheRouteToEverywhere) {
    const auto gateways = gateways_in(
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
        "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
        "eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"
        "tun0\t00000000\t00000000\t0001\t0\t0\t50\t00000000\t0\t0\t0\n");
    EXPECT_EQ(gateways, std::vector<Address>{at("192.168.1.1")});
}

TEST(SystemFiles, TimeServersOfEachProgramAreFound) {
    EXPECT_EQ(time_servers_in("[Time]\n#NTP=\nNTP=ntp.lan 10.0.0.1\nFallbackNTP=0.debian.pool.ntp.org\n"),
              (Strings{"ntp.lan", "10.0.0.1"}));
    EXPECT_EQ(time_servers_in("pool 2.debian.pool.ntp.org iburst\nserver 192.168.1.1\nserver\ndriftfile /x\n"),
              (Strings{"2.debian.pool.ntp.org", "192.168.1.1"}));
    EXPECT_EQ(time_servers_in("NTP=\n"), Strings{});
}

constexpr const char* kTcp =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    "   0: 00000000:075B 00000000:0000 0A 00000000:00000000 00:00000000 00000000   104        0 20123 1 0000 100 0 0 "
    "10 0\n"
    "   1: 0100007F:075B 0100007F:A1B2 01 00000000:00000000 00:00000000 00000000     0        0 20124 1 0000 20 4 30 "
    "10 -1\n"
    "   2: 0A01A8C0:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 20125 1 0000 100 0 0 "
    "10 0\n";

TEST(SystemFiles, ListenersAreThoseAtThePort) {
    EXPECT_EQ(listeners_in(kTcp, 1883), (std::vector<ListeningSocket>{{at("0.0.0.0"), 20123}}));
    EXPECT_EQ(listeners_in(kTcp, 22), (std::vector<ListeningSocket>{{at("192.168.1.10"), 20125}}));
    EXPECT_TRUE(listeners_in(kTcp, 80).empty());
    EXPECT_EQ(listeners_in("1: 000000000000000000000000010000007F:075B x 0A a b c d e 7\n", 1883).size(), 0U);
    EXPECT_EQ(listeners_in("1: 00000000000000000000000001000000:075B x 0A a b c d 7\n", 1883).size(), 0U);
    EXPECT_EQ(listeners_in("1: 00000000000000000000000001000000:075B x 0A a b c d e 7\n", 1883),
              (std::vector<ListeningSocket>{{at("::1"), 7}}));
}

TEST(SystemFiles, TextsThatAreCutAnywhereAreRead) {
    const std::string text = kTcp;
    for (std::size_t length = 0; length <= text.size(); ++length) {
        EXPECT_LE(listeners_in(text.substr(0, length), 1883).size(), 1U);
    }
}

}  // namespace
}  // namespace millrace::doctor
