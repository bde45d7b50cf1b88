// Live capture on real interfaces: one whose far end the test holds, and the loopback with real TCP.
#include "capture/pcap/live_capture.h"

#include <gtest/gtest.h>
#include <net/if_arp.h>
#include <sys/wait.h>

#include <algorithm>
#include <functional>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "../capture/pcap_builder.h"
#include "base/system_clock.h"
#include "mqtt/packet_writer.h"
#include "own_memory.h"
#include "recording_sink.h"
#include "tap.h"

namespace millrace::capture {
namespace {

using namespace test;
using base::Bytes;
using Order = std::vector<std::string>;
namespace asio = boost::asio;

constexpr unsigned kVlan = 0x8100, kOuterVlan = 0x88a8, kIpv6 = 0x86dd;

class PushedClock final : public base::Clock {
public:
    [[nodiscard]] base::WallTime wall_now() const override { return clock_.wall_now() + pushed_; }
    [[nodiscard]] base::SteadyTime steady_now() const override { return clock_.steady_now() + pushed_; }
    void push(base::Milliseconds by) { pushed_ += by; }

private:
    base::SystemClock clock_;
    base::Milliseconds pushed_{0};
};

Bytes tagged(const Bytes& packet, unsigned type, unsigned vlan) {
    Bytes out(packet.begin(), packet.begin() + 12);
    put_u16(out, type);
    put_u16(out, vlan);
    return join(std::move(out), base::ByteView(packet).subspan(12));
}

class LiveCaptureTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (const std::string why_not = enter_own_network(); !why_not.empty()) GTEST_SKIP() << why_not;
        tap_.emplace();
        if (!tap_->works()) GTEST_SKIP() << "no TAP interface here: " << std::strerror(errno);
        settings_.interface = Tap::kName;
        settings_.tick = base::Milliseconds{20};
        settings_.reopen_after = base::Milliseconds{20};
    }
    void TearDown() override {
        if (capture_) capture_->stop();
        EXPECT_FALSE(sink_.unknown) << "a frame came for a connection that is not open";
    }

    void begin(PacketOpener opener = open_interface) {
        auto source = open_interface(settings_);
        ASSERT_TRUE(source) << source.error().message;
        capture_ =
            std::make_unique<LiveCapture>(loop_, clock_, settings_, std::move(*source), sink_, std::move(opener));
        capture_->start();
    }

    void until(const std::function<bool()>& condition, const char* what) {
        const auto deadline = clock_.steady_now() + base::Seconds{20};
        while (!condition()) {
            ASSERT_LT(clock_.steady_now(), deadline) << "waited for " << what << "; health: " << health().detail;
            loop_.run_one_for(base::Milliseconds{100});
            loop_.restart();
        }
    }
    void until_frames(std::size_t count) {
        until([&] { return sink_.frames.size() >= count; }, "frames");
        EXPECT_EQ(sink_.frames.size(), count);
    }

    [[nodiscard]] ports::HealthItem health() const {
        std::vector<ports::HealthItem> items;
        capture_->health(items);
        return items.at(0);
    }
    [[nodiscard]] double metric(const std::string& name) const {
        std::vector<ports::Metric> metrics;
        capture_->metrics(metrics);
        const auto found = std::ranges::find(metrics, "millrace_capture_" + name, &ports::Metric::name);
        return found == metrics.end() ? -1 : found->value;
    }

    // One packet of a connection whose client says it all in one segment.
    static Tcp said(std::uint16_t client_port, Bytes payload) {
        Tcp tcp;
        tcp.client_port = client_port;
        tcp.sequence = 1000;
        tcp.payload = std::move(payload);
        return tcp;
    }
    static Bytes connect_and_sample(int number) { return join(connect_packet(), sample_packet(number)); }

    PushedClock clock_;
    asio::io_context loop_{1};
    LiveSettings settings_;
    std::optional<Tap> tap_;
    RecordingSink sink_;
    std::unique_ptr<LiveCapture> capture_;
};

TEST_F(LiveCaptureTest, GivesFramesOfPlainTaggedDoublyTaggedAndIpv6Packets) {
    begin();
    const Bytes tagged_packet = tagged(ethernet(ipv4(said(2, connect_and_sample(2)))), kVlan, 42);
    ASSERT_TRUE(tap_->bring(ethernet(ipv4(said(1, connect_and_sample(1))))));
    ASSERT_TRUE(tap_->bring(tagged_packet));
    ASSERT_TRUE(tap_->bring(tagged(tagged(ethernet(ipv4(said(3, connect_and_sample(3)))), kVlan, 7), kOuterVlan, 8)));
    ASSERT_TRUE(tap_->bring(ethernet(ipv6(said(4, connect_and_sample(4))), kIpv6)));
    ASSERT_TRUE(tap_->bring(tagged(ethernet(ipv6(said(5, connect_and_sample(5))), kIpv6), kVlan, 42)));
    until_frames(5);
    EXPECT_EQ(numbers_of(sink_.frames), (std::vector<int>{1, 2, 3, 4, 5}));
    EXPECT_EQ(sink_.opened[0].peer, "192.0.2.61:1");
    EXPECT_EQ(sink_.opened[3].peer, "[2020:2020:2020:2020:2020:2020:2020:2020]:4");
    EXPECT_TRUE(health().ok);
    EXPECT_EQ(metric("connections"), 5);
    EXPECT_EQ(metric("frames_total"), 5);
    EXPECT_EQ(metric("gaps_total"), 0);
}

TEST_F(LiveCaptureTest, OtherPortsAreLeftOutByTheKernel) {
    begin();
    Tcp other = said(1, connect_and_sample(1));
    other.server_port = 8883;
    ASSERT_TRUE(tap_->bring(ethernet(ipv4(other))));
    ASSERT_TRUE(tap_->bring(ethernet(ipv4_bytes(true, tcp_bytes(said(2, connect_and_sample(2))), 0, 17))));
    ASSERT_TRUE(tap_->bring(ethernet(ipv4(said(3, connect_and_sample(3))))));
    until_frames(1);
    EXPECT_EQ(metric("packets_total"), 1);
}

TEST_F(LiveCaptureTest, PortsOtherThanTheUsualOneAreWatchedWhenNamed) {
    settings_.ports = {1884, 1885};
    begin();
    Tcp other = said(1, connect_and_sample(1));
    other.server_port = 1885;
    ASSERT_TRUE(tap_->bring(ethernet(ipv4(said(3, connect_and_sample(3))))));
    ASSERT_TRUE(tap_->bring(ethernet(ipv4(other))));
    until_frames(1);
    EXPECT_EQ(metric("packets_total"), 1);
}

TEST_F(LiveCaptureTest, ReadsInSlicesSoThatTheLoopIsNotHeld) {
    begin();
    for (std::uint16_t port = 1; port <= 100; ++port) {
        ASSERT_TRUE(tap_->bring(ethernet(ipv4(said(port, connect_and_sample(port))))));
    }
    while (sink_.frames.empty()) loop_.run_one_for(base::Milliseconds{100});
    EXPECT_EQ(sink_.frames.size(), LiveCapture::kSlice);
    loop_.restart();
    until_frames(100);
}

TEST_F(LiveCaptureTest, CountsWhatTheKernelDropped) {
    settings_.buffer_bytes = 1024 * 1024;  // 16 packets
    begin();
    for (std::uint16_t port = 1; port <= 100; ++port) {
        ASSERT_TRUE(tap_->bring(ethernet(ipv4(said(port, connect_and_sample(port))))));
    }
    until([&] { return !sink_.frames.empty(); }, "frames");
    EXPECT_GT(metric("kernel_drops_total"), 50);
    EXPECT_EQ(metric("kernel_drops_total") + static_cast<double>(sink_.frames.size()), 100);
}

TEST_F(LiveCaptureTest, SaysSinceWhenNoBridgeWasSeen) {
    begin();
    EXPECT_TRUE(health().ok) << "it has only begun";
    clock_.push(LiveCapture::kQuiet);
    EXPECT_FALSE(health().ok);
    EXPECT_NE(health().detail.find("no bridge's MQTT seen on tap0 since 20"), std::string::npos) << health().detail;
    ASSERT_TRUE(tap_->bring(ethernet(ipv4(said(1, connect_and_sample(1))))));
    until_frames(1);
    EXPECT_TRUE(health().ok) << health().detail;
    clock_.push(LiveCapture::kQuiet);
    EXPECT_FALSE(health().ok);
}

TEST_F(LiveCaptureTest, GoesOnWhenTheInterfaceWasDownForAWhile) {
    begin();
    ASSERT_TRUE(tap_->bring(ethernet(ipv4(said(1, connect_and_sample(1))))));
    until_frames(1);
    ASSERT_TRUE(tap_->down());
    until([&] { return health().detail.find("is down") != std::string::npos; }, "health to say that it is down");
    EXPECT_FALSE(health().ok);
    EXPECT_EQ(metric("up"), 0);
    ASSERT_TRUE(tap_->up());
    until([&] { return health().ok; }, "health to be good again");
    ASSERT_TRUE(tap_->bring(ethernet(ipv4(said(2, connect_and_sample(2))))));
    until_frames(2);
    EXPECT_EQ(metric("losses_total"), 0) << "without opening it again, which may need privileges";
}

TEST_F(LiveCaptureTest, OpensAnInterfaceAgainThatWentAway) {
    begin();
    ASSERT_TRUE(tap_->bring(ethernet(ipv4(said(1, connect_and_sample(1))))));
    until_frames(1);
    tap_.reset();
    until([&] { return metric("losses_total") == 1; }, "the loss to be noticed");
    EXPECT_FALSE(health().ok);
    until([&] { return health().detail.find("there is no network interface 'tap0'") == 0; }, "health to name it");
    EXPECT_TRUE(sink_.closed.empty()) << "the bridge's connection outlives our interface";
    tap_.emplace();
    ASSERT_TRUE(tap_->works());
    until([&] { return health().ok; }, "the interface to be opened again");
    ASSERT_TRUE(tap_->bring(ethernet(ipv4(said(2, connect_and_sample(2))))));
    until_frames(2);
    EXPECT_EQ(metric("packets_total"), 2);
}

TEST_F(LiveCaptureTest, AsksForARestartWhenItMayNotOpenTheInterfaceAgain) {
    int tries = 0;
    begin([&tries](const LiveSettings&) -> OpenedSource {
        ++tries;
        return base::failure(OpenFailure{"not permitted", true});
    });
    tap_.reset();
    until([&] { return tries > 0; }, "it to try");
    EXPECT_FALSE(health().ok);
    EXPECT_NE(health().detail.find("restart millrace"), std::string::npos) << health().detail;
    for (int i = 0; i < 10; ++i) loop_.run_one_for(base::Milliseconds{20}), loop_.restart();
    EXPECT_EQ(tries, 1) << "trying again is of no use";
}

TEST_F(LiveCaptureTest, StoppingClosesWhatIsOpenAndThenNothingMoreIsTold) {
    begin();
    ASSERT_TRUE(tap_->bring(ethernet(ipv4(said(1, connect_and_sample(1))))));
    until_frames(1);
    ASSERT_TRUE(tap_->bring(ethernet(ipv4(said(2, connect_and_sample(2))))));
    capture_->stop();
    EXPECT_EQ(sink_.order, (Order{"opened", "frame 1", "closed: the capture ended"}));
    capture_.reset();
    loop_.run_for(base::Milliseconds{50});
    EXPECT_EQ(sink_.frames.size(), 1u);
}

TEST_F(LiveCaptureTest, SaysWhatIsWrongWithAnInterfaceAndHowToMendIt) {
    const auto failure = [this](const std::string& interface) {
        settings_.interface = interface;
        const auto opened = open_interface(settings_);
        return opened ? std::string("it was opened") : opened.error().message;
    };
    EXPECT_NE(failure("eth99").find("there is no network interface 'eth99'"), std::string::npos) << failure("eth99");
    ASSERT_TRUE(tap_->down());
    EXPECT_NE(failure(Tap::kName).find("`ip link set tap0 up`"), std::string::npos) << failure(Tap::kName);
    ASSERT_TRUE(tap_->set_link_type(ARPHRD_IEEE80211_RADIOTAP));
    EXPECT_NE(failure(Tap::kName).find("link type IEEE802_11_RADIO is not supported"), std::string::npos)
        << failure(Tap::kName);
}

// In a child, which gives up its rights.
TEST_F(LiveCaptureTest, WithoutTheRightItSaysHowToGetIt) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        if (::setresuid(65534, 65534, 65534) != 0) ::_exit(1);
        const auto opened = open_interface(settings_);
        if (opened) ::_exit(2);
        const bool clear = opened.error().lacks_privileges &&
                           opened.error().message.find("AmbientCapabilities=CAP_NET_RAW") != std::string::npos;
        ::_exit(clear ? 0 : 3);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

// What only the child knows, so that the memory of this process has it from nowhere but the wire.
constexpr std::string_view kTurnedPassword = "cfbsfs-pg-b-csjehf't-tfdsfu";
std::string turned_back() {
    std::string text(kTurnedPassword);
    for (char& c : text) --c;
    return text;
}

// A bridge and its cloud, both in one process: says CONNECT in two pieces, and a sample.
[[noreturn]] void talk_on_loopback(std::uint16_t port) {
    asio::io_context loop;
    asio::ip::tcp::acceptor cloud(loop, {asio::ip::address_v4::loopback(), port});
    asio::ip::tcp::socket bridge(loop);
    bridge.connect(cloud.local_endpoint());
    auto accepted = cloud.accept();
    mqtt::Connect connect;
    connect.client_id = kBridge;
    connect.user_name = "device";
    connect.password = base::to_bytes(turned_back());
    const Bytes packet = mqtt::to_wire(connect);
    const std::size_t half = packet.size() - 10;
    bridge.set_option(asio::ip::tcp::no_delay(true));
    asio::write(bridge, asio::buffer(packet.data(), half));
    asio::write(bridge, asio::buffer(packet.data() + half, packet.size() - half));
    asio::write(bridge, asio::buffer(sample_packet(1)));
    asio::write(accepted, asio::buffer(publish_packet("responses/" + std::string(kSensor) + "/2/2", "{}")));
    bridge.close();
    accepted.close();
    ::_exit(0);
}

TEST_F(LiveCaptureTest, ABridgesPasswordDoesNotStayInMemory) {
    constexpr std::uint16_t kPort = 1883;  // the namespace is ours
    settings_.interface = "lo";
    begin();
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) talk_on_loopback(kPort);
    until([&] { return !sink_.closed.empty(); }, "the connection to end");
    ::waitpid(child, nullptr, 0);
    EXPECT_EQ(sink_.order, (Order{"opened", "frame 1", "frame 2", "closed: it was reset"}));
    EXPECT_EQ(sink_.frames[0].direction, base::Direction::ToCloud);
    EXPECT_EQ(sink_.frames[1].direction, base::Direction::ToBridge);
    if (!can_search_own_memory()) GTEST_SKIP() << "a sanitizer keeps its books in the memory to be searched";
    // Sure to be found, if anything is.
    EXPECT_GT(count_in_own_memory(sample_topic(1), 0), 0u);
    EXPECT_EQ(count_in_own_memory(std::string(kTurnedPassword).substr(0, 14), 1), 0u);
}

}  // namespace
}  // namespace millrace::capture
