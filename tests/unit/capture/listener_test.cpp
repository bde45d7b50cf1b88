#include <sys/resource.h>

#include "fixture.h"

namespace millrace::capture {
namespace {

class Listener : public DoorsTest {};

TEST_F(Listener, NamesTheAddressAndAMendWhenThePortIsTaken) {
    FakeCloud occupant(loop_);
    Settings settings;
    settings.listen = occupant.address();
    Doors doors(loop_, clock_, settings, sink_, nullptr);
    const auto started = doors.start();
    ASSERT_FALSE(started);
    EXPECT_NE(started.error().message.find(occupant.address()), std::string::npos);
    EXPECT_NE(started.error().message.find("ss -ltnp sport = :" + std::to_string(occupant.port())), std::string::npos);
    std::vector<ports::HealthItem> items;
    doors.health(items);
    ASSERT_FALSE(items.empty());
    EXPECT_FALSE(items[0].ok);
    expect_house_style(items[0]);
    occupant.stop();
    EXPECT_TRUE(doors.start());
}

TEST_F(Listener, TellsWhoKnocks) {
    Settings settings;
    settings.max_connections = 2;
    start(settings);
    const auto seen = [this] { return doors_->bridge_listener(); };
    EXPECT_EQ(seen().address, doors_->local_endpoint());
    EXPECT_TRUE(seen().open());
    EXPECT_EQ(seen().problem, "");
    EXPECT_EQ(seen().knocks, 0U);
    Peer silent = bridge();
    ASSERT_TRUE(eventually([&] { return seen().knocks == 1; }));
    ASSERT_TRUE(seen().last);
    EXPECT_EQ(seen().last->peer.substr(0, 10), "127.0.0.1:");
    EXPECT_LE(seen().last->at, clock_.wall_now());
    EXPECT_FALSE(seen().last->mqtt);
    Peer known = connected_bridge();
    EXPECT_TRUE(seen().last->mqtt);
    EXPECT_EQ(seen().last->bridge, base::DeviceId::parse(kBridge));
    Peer late = bridge();
    EXPECT_TRUE(late.wait_end());
    EXPECT_EQ(seen().knocks, 3U);
    EXPECT_TRUE(seen().last->refused);
    EXPECT_NE(seen().problem.find("bridge.max_connections"), std::string::npos) << seen().problem;
    doors_->stop();
    EXPECT_FALSE(seen().open());
    EXPECT_FALSE(seen().problem.empty());
}

TEST_F(Listener, RefusesAListenAddressOfAnotherMachine) {
    Settings settings;
    settings.listen = "192.0.2.77:0";
    const auto started = Doors(loop_, clock_, settings, sink_, nullptr).start();
    ASSERT_FALSE(started);
    EXPECT_NE(started.error().message.find("no such address"), std::string::npos) << started.error().message;
}

TEST_F(Listener, RefusesAListenAddressThatIsAName) {
    Settings settings;
    settings.listen = "house.example:1883";
    EXPECT_FALSE(Doors(loop_, clock_, settings, sink_, nullptr).start());
}

TEST_F(Listener, ServesBothFamiliesOnTheIpv6Wildcard) {
    Settings settings;
    settings.listen = "[::]:0";
    doors_ = std::make_unique<Doors>(loop_, clock_, settings, sink_, nullptr);
    const auto started = doors_->start();
    if (!started) GTEST_SKIP() << "no IPv6 here: " << started.error().message;
    Peer peer = connected_bridge();  // over IPv4
    ASSERT_EQ(sink_.opened.size(), 1U);
    EXPECT_EQ(sink_.opened[0].peer.substr(0, 10), "127.0.0.1:");
}

TEST_F(Listener, TakesOverASocketThatWasHandedToIt) {
    tcp::acceptor made(loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    const auto port = made.local_endpoint().port();
    Settings settings;
    settings.listen = "127.0.0.1:0";
    doors_ = std::make_unique<Doors>(loop_, clock_, settings, sink_, nullptr);
    ASSERT_TRUE(doors_->start(made.release()));
    EXPECT_EQ(doors_->local_port(), port);
    Peer peer = connected_bridge();
    EXPECT_EQ(sink_.opened.size(), 1U);
}

TEST_F(Listener, ListensWhereTheSettingsSayThoughASocketOnAnotherAddressWasHandedToIt) {
    tcp::acceptor elsewhere(loop_, tcp::endpoint(asio::ip::address_v4::any(), 0));
    const auto port = elsewhere.local_endpoint().port();
    Settings settings;
    settings.listen = "127.0.0.1:0";
    doors_ = std::make_unique<Doors>(loop_, clock_, settings, sink_, nullptr);
    ASSERT_TRUE(doors_->start(elsewhere.release()));
    EXPECT_NE(doors_->local_port(), port);
    Peer peer = connected_bridge();
    EXPECT_EQ(sink_.opened.size(), 1U);
}

TEST_F(Listener, RefusesAHandedSocketThatDoesNotListen) {
    tcp::socket plain_socket(loop_, tcp::v4());
    doors_ = std::make_unique<Doors>(loop_, clock_, Settings{}, sink_, nullptr);
    EXPECT_FALSE(doors_->start(plain_socket.release()));
}

TEST_F(Listener, RefusesMoreThanTheTotalAndMakesRoomAgain) {
    Settings settings;
    settings.max_connections = 2;
    start(settings);
    Peer first = connected_bridge("a");
    Peer second = connected_bridge("b");
    EXPECT_FALSE(health("bridge_listener").ok);
    Peer third = bridge();
    EXPECT_TRUE(third.wait_end());
    EXPECT_EQ(metric("millrace_bridge_connections_refused_total", {{"limit", "total"}}), 1);
    first.send(mqtt::Disconnect{});
    EXPECT_TRUE(first.wait_end());
    Peer fourth = connected_bridge("d");
    EXPECT_EQ(metric("millrace_bridge_connections"), 2);
}

TEST_F(Listener, RefusesMoreThanAllowedFromOneAddressOnly) {
    Settings settings;
    settings.max_connections_per_address = 1;
    start(settings);
    Peer first = connected_bridge("a");
    Peer second = bridge();
    EXPECT_TRUE(second.wait_end());
    EXPECT_EQ(metric("millrace_bridge_connections_refused_total", {{"limit", "address"}}), 1);
    tcp::socket elsewhere(loop_, tcp::endpoint(asio::ip::make_address("127.0.0.2"), 0));
    elsewhere.connect({asio::ip::address_v4::loopback(), doors_->local_port()});
    Peer third(loop_, std::move(elsewhere));
    third.send(connect_packet("c"));
    (void)third.expect<mqtt::Connack>();
}

TEST_F(Listener, RestsInsteadOfSpinningWithoutDescriptorsAndGoesOnAfterwards) {
    start_local();
    Peer peer(loop_);
    peer.socket().open(tcp::v4());
    rlimit usual{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &usual), 0);
    // Limits the numbers of descriptors to those in use: the next one is the one after this socket's.
    rlimit tight = usual;
    tight.rlim_cur = static_cast<rlim_t>(peer.socket().native_handle()) + 1;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
    peer.socket().connect({asio::ip::address_v4::loopback(), doors_->local_port()});
    peer.socket().non_blocking(true);
    std::size_t handlers = 0;
    const auto end = clock_.steady_now() + std::chrono::milliseconds(300);
    loop_.restart();
    while (clock_.steady_now() < end) handlers += loop_.run_one_for(std::chrono::milliseconds(20));
    const auto troubled = health("bridge_listener");
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &usual), 0);
    EXPECT_FALSE(troubled.ok);
    EXPECT_NE(troubled.detail.find("LimitNOFILE"), std::string::npos) << troubled.detail;
    EXPECT_LT(handlers, 30U);
    peer.send(connect_packet());
    (void)peer.expect<mqtt::Connack>();
    EXPECT_TRUE(health("bridge_listener").ok);
}

TEST(HostPort, ReadsNamesAndBothKindsOfAddresses) {
    EXPECT_EQ(*parse_host_port("mqtt.example.net:1883"), (HostPort{"mqtt.example.net", 1883}));
    EXPECT_EQ(*parse_host_port("0.0.0.0:0"), (HostPort{"0.0.0.0", 0}));
    EXPECT_EQ(*parse_host_port("[::]:1883"), (HostPort{"::", 1883}));
    EXPECT_EQ(text(HostPort{"::", 1883}), "[::]:1883");
}

TEST(HostPort, RefusesWhatHasNoPortOrNoHost) {
    for (const char* bad : {"", "name", "name:", ":1883", "name:65536", "name:-1", "name:18x", "::1:1883", "[]:1883",
                            "a b:1883", "[::1:1883", "name:1883 "}) {
        EXPECT_FALSE(parse_host_port(bad)) << bad;
    }
}

}  // namespace
}  // namespace millrace::capture
