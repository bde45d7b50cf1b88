#include "capture/loop_guard.h"

#include <gtest/gtest.h>

namespace millrace::capture {
namespace {

using boost::asio::ip::make_address;
using boost::asio::ip::tcp;

tcp::endpoint at(const char* address, std::uint16_t port) {
    return {make_address(address), port};
}

const std::vector<boost::asio::ip::address> kOwn = {make_address("127.0.0.1"), make_address("192.168.1.5"),
                                                    make_address("fe80::1"), make_address("2001:db8::5")};

TEST(Reaches, KnowsOwnAddressesWhenListeningOnAll) {
    EXPECT_TRUE(reaches(at("0.0.0.0", 1883), at("192.168.1.5", 1883), kOwn));
    EXPECT_TRUE(reaches(at("0.0.0.0", 1883), at("::ffff:192.168.1.5", 1883), kOwn));
    EXPECT_TRUE(reaches(at("::", 1883), at("2001:db8::5", 1883), kOwn));
    EXPECT_TRUE(reaches(at("0.0.0.0", 1883), at("127.9.9.9", 1883), kOwn));
    EXPECT_TRUE(reaches(at("0.0.0.0", 1883), at("0.0.0.0", 1883), kOwn));
}

TEST(Reaches, LeavesOtherPortsAndOtherMachinesAlone) {
    EXPECT_FALSE(reaches(at("0.0.0.0", 1883), at("192.168.1.5", 1884), kOwn));
    EXPECT_FALSE(reaches(at("0.0.0.0", 1883), at("192.168.1.6", 1883), kOwn));
}

TEST(Reaches, LeavesAnotherServerOnAnotherOwnAddressAlone) {
    EXPECT_FALSE(reaches(at("192.168.1.5", 1883), at("127.0.0.1", 1883), kOwn));
    EXPECT_TRUE(reaches(at("192.168.1.5", 1883), at("192.168.1.5", 1883), kOwn));
    EXPECT_TRUE(reaches(at("127.0.0.1", 1883), at("0.0.0.0", 1883), kOwn));
}

TEST(OwnAddresses, HoldTheLoopback) {
    const auto own = own_addresses();
    EXPECT_NE(std::find(own.begin(), own.end(), make_address("127.0.0.1")), own.end());
}

TEST(LoopGuard, RecognisesItsOwnSocketsByAddressAndPort) {
    LoopGuard guard;
    guard.add_upstream(at("192.168.1.5", 40001), 7);
    EXPECT_EQ(guard.upstream_from(at("::ffff:192.168.1.5", 40001)), 7U);
    EXPECT_EQ(guard.upstream_from(at("192.168.1.5", 40002)), std::nullopt);
    guard.remove_upstreams(7);
    EXPECT_EQ(guard.upstream_from(at("192.168.1.5", 40001)), std::nullopt);
}

TEST(LoopGuard, FindsTheFourthUnansweredConnectOfOneBridge) {
    LoopGuard guard;
    const base::SteadyTime now{};
    EXPECT_TRUE(guard.on_connect("b", 1, now).empty());
    EXPECT_TRUE(guard.on_connect("b", 2, now).empty());
    EXPECT_TRUE(guard.on_connect("other", 3, now).empty());
    EXPECT_TRUE(guard.on_connect("b", 4, now).empty());
    EXPECT_EQ(guard.on_connect("b", 5, now), (std::vector<ports::ConnectionId>{1, 2, 4, 5}));
}

TEST(LoopGuard, CountsNoConnectThatWasAnsweredOrIsOld) {
    LoopGuard guard;
    const base::SteadyTime now{};
    for (ports::ConnectionId id = 1; id <= 3; ++id) EXPECT_TRUE(guard.on_connect("b", id, now).empty());
    guard.settle(2);
    EXPECT_TRUE(guard.on_connect("b", 4, now + std::chrono::seconds(2)).empty());
    EXPECT_FALSE(guard.on_connect("b", 5, now + std::chrono::seconds(2)).empty());
    EXPECT_TRUE(guard.on_connect("b", 6, now + std::chrono::milliseconds(4001)).empty());
}

TEST(LoopGuard, CoolsOffForTwoSeconds) {
    LoopGuard guard;
    const base::SteadyTime now{};
    EXPECT_FALSE(guard.cooling_off(now));
    guard.on_broken(now);
    EXPECT_TRUE(guard.cooling_off(now + std::chrono::milliseconds(1999)));
    EXPECT_FALSE(guard.cooling_off(now + std::chrono::milliseconds(2000)));
}

}  // namespace
}  // namespace millrace::capture
