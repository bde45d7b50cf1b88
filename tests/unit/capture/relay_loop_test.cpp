#include "capture/relay.h"
#include "fixture.h"
#include "support/fake_dns.h"

namespace millrace::capture {
namespace {

class RelayLoop : public DoorsTest {
protected:
    void expect_loop_reported() {
        const auto item = health("cloud");
        EXPECT_FALSE(item.ok);
        EXPECT_NE(item.detail.find("resolves to this machine"), std::string::npos) << item.detail;
        EXPECT_NE(item.detail.find("name_servers"), std::string::npos) << item.detail;
        EXPECT_GE(metric("millrace_bridge_connections_refused_total", {{"limit", "loop"}}), 1);
    }
};

TEST_F(RelayLoop, RefusesToCallItsOwnListener) {
    // The port must be known before the start, so one is found and given back.
    const std::string own = [this] { return FakeCloud(loop_).address(); }();
    Settings settings;
    settings.mode = ports::CloudMode::RelayOnly;
    settings.listen = own;
    settings.cloud = own;
    doors_ = std::make_unique<Doors>(loop_, clock_, settings, sink_, nullptr, limits_);
    ASSERT_TRUE(doors_->start());
    Peer peer = bridge();
    peer.send(connect_packet());
    EXPECT_TRUE(peer.wait_end());
    EXPECT_EQ(metric("millrace_bridge_connections_accepted_total"), 1);
    expect_loop_reported();
}

TEST_F(RelayLoop, RefusesANameThatWasRedirectedToIt) {
    support::FakeDns redirected(loop_);
    redirected.add("mqtt.cloud.example", "127.0.0.1");
    const auto port = FakeCloud(loop_).port();
    Settings settings;
    settings.mode = ports::CloudMode::RelayOnly;
    settings.listen = "0.0.0.0:" + std::to_string(port);
    settings.cloud = "mqtt.cloud.example:" + std::to_string(port);
    settings.name_servers = {redirected.address()};
    doors_ = std::make_unique<Doors>(loop_, clock_, settings, sink_, nullptr, limits_);
    ASSERT_TRUE(doors_->start());
    Peer peer = bridge();
    peer.send(connect_packet());
    EXPECT_TRUE(peer.wait_end());
    EXPECT_EQ(metric("millrace_bridge_connections_accepted_total"), 1);
    expect_loop_reported();
}

// A redirection in the network: what is sent to the cloud arrives at the relay, from the relay's own address.
TEST_F(RelayLoop, RefusesAConnectionThatComesFromItsOwnSocket) {
    FakeCloud caught(loop_);
    DoorContext context{loop_, clock_, sink_, limits_, {}, {}, 0, {}};
    auto resolver = Resolver::create(loop_, clock_, {"127.0.0.1"}, {base::Milliseconds{50}, 1});
    ASSERT_TRUE(resolver);
    Admissions admissions(8, 8);
    capture::Relay relay(context, *parse_host_port(caught.address()), std::move(*resolver));
    FakeCloud listener(loop_);
    Peer peer(loop_, listener.port());
    auto accepted = listener.accept();
    const auto from = accepted->socket().remote_endpoint();
    relay.accept(std::move(accepted->socket()), from, std::get<Admission>(admissions.admit(from.address())));
    peer.send(connect_packet());

    auto redirected = caught.accept();
    const auto own = redirected->socket().remote_endpoint();
    relay.accept(std::move(redirected->socket()), own, std::get<Admission>(admissions.admit(own.address())));
    EXPECT_TRUE(peer.wait_end());
    EXPECT_EQ(relay.pairs(), 0U);
    EXPECT_EQ(admissions.total(), 0U);
    std::vector<ports::HealthItem> items;
    relay.health(items);
    ASSERT_EQ(items.size(), 1U);
    EXPECT_FALSE(items[0].ok);
    EXPECT_NE(items[0].detail.find("resolves to this machine"), std::string::npos);
    EXPECT_EQ(context.counters.refused_as_loop, 1U);
}

// The same with address translation on the way, so that each connection seems to come from somebody else: everything
// that reaches the "cloud" is passed back to the relay's own port.
TEST_F(RelayLoop, FindsALoopBehindAddressTranslationBeforeItGrows) {
    FakeCloud translator(loop_);
    Settings settings;
    settings.mode = ports::CloudMode::RelayOnly;
    settings.cloud = translator.address();
    start(settings);

    struct Leg {
        std::unique_ptr<Peer> in;
        std::unique_ptr<Peer> out;
        std::size_t passed = 0;
    };
    std::vector<Leg> legs;
    const auto translate = [&] {
        if (translator.has_caller()) {
            legs.push_back({translator.accept(), std::make_unique<Peer>(loop_, doors_->local_port()), 0});
        }
        for (auto& leg : legs) {
            if (!leg.out->socket().is_open()) continue;
            leg.in->read();
            leg.out->read();
            const auto rest = base::ByteView(leg.in->received).subspan(leg.passed);
            boost::system::error_code ignored;
            if (!rest.empty())
                leg.passed += leg.out->socket().write_some(asio::buffer(rest.data(), rest.size()), ignored);
            if (leg.in->ended || leg.out->ended) {
                leg.in->socket().close();
                leg.out->socket().close();
            }
        }
    };
    Peer peer = bridge();
    peer.send(connect_packet());
    EXPECT_TRUE(eventually([&] {
        translate();
        peer.read();
        return peer.ended && metric("millrace_bridge_connections") == 0;
    }));
    expect_loop_reported();
    for (int turn = 0; turn < 20; ++turn) {
        translate();
        settle(loop_);
    }
    EXPECT_LE(metric("millrace_bridge_connections_accepted_total"), 6);
    EXPECT_EQ(metric("millrace_bridge_connections"), 0);
}

}  // namespace
}  // namespace millrace::capture
