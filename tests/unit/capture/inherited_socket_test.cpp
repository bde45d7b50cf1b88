#include "capture/inherited_socket.h"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>

namespace millrace::capture {
namespace {

using boost::asio::ip::tcp;

tcp::endpoint endpoint_of(const char* address, std::uint16_t port) {
    return {boost::asio::ip::make_address(address), port};
}

TEST(InheritedSocket, KnowsWhereAListenerListens) {
    boost::asio::io_context loop;
    for (const char* address : {"127.0.0.1", "::1"}) {
        tcp::acceptor listening(loop, endpoint_of(address, 0));
        EXPECT_EQ(listening_endpoint(listening.native_handle()), listening.local_endpoint());
    }
}

TEST(InheritedSocket, IsNothingElse) {
    boost::asio::io_context loop;
    tcp::socket silent(loop, tcp::v4());
    EXPECT_EQ(listening_endpoint(silent.native_handle()), std::nullopt);
    boost::asio::ip::udp::socket datagrams(loop, boost::asio::ip::udp::v4());
    EXPECT_EQ(listening_endpoint(datagrams.native_handle()), std::nullopt);
    EXPECT_EQ(listening_endpoint(-1), std::nullopt);
}

TEST(InheritedSocket, IsWhatIsAskedForWhenAddressAndPortAre) {
    EXPECT_TRUE(is_at(endpoint_of("0.0.0.0", 1883), "0.0.0.0:1883"));
    EXPECT_TRUE(is_at(endpoint_of("::", 1883), "0.0.0.0:1883"));
    EXPECT_TRUE(is_at(endpoint_of("0.0.0.0", 1883), "[::]:1883"));
    EXPECT_TRUE(is_at(endpoint_of("::ffff:127.0.0.1", 1883), "127.0.0.1:1883"));
    EXPECT_TRUE(is_at(endpoint_of("127.0.0.1", 40000), "127.0.0.1:0"));
    EXPECT_FALSE(is_at(endpoint_of("0.0.0.0", 1883), "0.0.0.0:1884"));
    EXPECT_FALSE(is_at(endpoint_of("0.0.0.0", 1883), "127.0.0.1:1883"));
    EXPECT_FALSE(is_at(endpoint_of("127.0.0.1", 1883), "0.0.0.0:1883"));
    EXPECT_FALSE(is_at(endpoint_of("0.0.0.0", 1883), "water.lan:1883"));
}

}  // namespace
}  // namespace millrace::capture
