// The relay with real programs on both sides: Mosquitto as the cloud, its command line clients as bridges.

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "failover_fixture.h"

namespace millrace::capture {
namespace {

constexpr const char* kBroker = "/usr/sbin/mosquitto";
constexpr const char* kPublisher = "/usr/bin/mosquitto_pub";
constexpr const char* kSubscriber = "/usr/bin/mosquitto_sub";

// A program that ends with the test.
class Process {
public:
    Process(const std::vector<std::string>& command, const std::string& output) {
        std::vector<char*> arguments;
        for (const auto& part : command) arguments.push_back(const_cast<char*>(part.c_str()));
        arguments.push_back(nullptr);
        pid_ = ::fork();
        if (pid_ == 0) {
            if (::freopen(output.c_str(), "w", stdout) == nullptr) ::_exit(126);
            if (::freopen("/dev/null", "w", stderr) == nullptr) ::_exit(126);
            ::execv(arguments[0], arguments.data());
            ::_exit(127);
        }
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

    [[nodiscard]] bool has_ended() {
        if (pid_ <= 0) return true;
        if (::waitpid(pid_, &status_, WNOHANG) != pid_) return false;
        pid_ = -1;
        return true;
    }
    [[nodiscard]] int exit_code() const { return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1; }

private:
    pid_t pid_ = -1;
    int status_ = 0;
};

std::string contents(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

class RelayMosquitto : public DoorsTest {
protected:
    void SetUp() override {
        for (const char* program : {kBroker, kPublisher, kSubscriber}) {
            if (::access(program, X_OK) != 0) GTEST_SKIP() << program << " is not installed";
        }
        std::string pattern = testing::TempDir() + "millrace-relay-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
        broker_port_ = FakeCloud(loop_).port();  // free a moment ago
        std::ofstream(folder_ / "broker.conf") << "listener " << broker_port_ << " 127.0.0.1\nallow_anonymous true\n"
                                               << "persistence false\n";
        start_broker();
        start_relay("127.0.0.1:" + std::to_string(broker_port_));
    }
    void start_broker() {
        broker_ = std::make_unique<Process>(std::vector<std::string>{kBroker, "-c", (folder_ / "broker.conf").string()},
                                            "/dev/null");
        ASSERT_TRUE(eventually([&] {
            boost::system::error_code error;
            tcp::socket probe(loop_);
            probe.connect({asio::ip::address_v4::loopback(), broker_port_}, error);
            return !error;
        }));
    }
    ports::Handover* handover() override { return hub_.get(); }
    void TearDown() override {
        doors_.reset();  // before the hub
        broker_.reset();
        if (!folder_.empty()) std::filesystem::remove_all(folder_);
    }

    std::vector<std::string> client(const char* program, std::vector<std::string> more) const {
        std::vector<std::string> command = {
            program, "-V", "mqttv311", "-h", "127.0.0.1", "-p", std::to_string(doors_->local_port())};
        command.insert(command.end(), more.begin(), more.end());
        return command;
    }

    std::unique_ptr<FakeHub> hub_;
    std::filesystem::path folder_;
    std::uint16_t broker_port_ = 0;
    std::unique_ptr<Process> broker_;
};

TEST_F(RelayMosquitto, CarriesMessagesOfEveryQosFromClientToClient) {
    const std::string topic = std::string("responses/") + kBridge + "/1/2";
    const auto received = folder_ / "received";
    Process subscriber(client(kSubscriber, {"-i", kBridge, "-t", topic, "-q", "2", "-C", "3"}), received);
    ASSERT_TRUE(eventually([&] {
        return metric("millrace_bridge_packets_total", {{"type", "suback"}, {"direction", "to_bridge"}}) == 1;
    }));
    std::string expected;
    for (int qos = 0; qos <= 2; ++qos) {
        const std::string message = "message at " + std::to_string(qos);
        expected += message + "\n";
        Process publisher(client(kPublisher, {"-i", "publisher", "-u", "device", "-P", "made-up", "-t", topic, "-m",
                                              message, "-q", std::to_string(qos)}),
                          "/dev/null");
        ASSERT_TRUE(eventually([&] { return publisher.has_ended(); }));
        EXPECT_EQ(publisher.exit_code(), 0);
        ASSERT_TRUE(eventually([&] { return sink_.frames.size() == 2U * static_cast<unsigned>(qos + 1); }));
    }
    ASSERT_TRUE(eventually([&] { return subscriber.has_ended(); }));
    EXPECT_EQ(contents(received), expected);
    ASSERT_TRUE(eventually([&] { return sink_.closed.size() == 4; }));
    int to_cloud = 0;
    for (const auto& got : sink_.frames) {
        EXPECT_EQ(got.frame.topic, topic);
        to_cloud += got.frame.direction == base::Direction::ToCloud ? 1 : 0;
    }
    EXPECT_EQ(to_cloud, 3);
    EXPECT_EQ(metric("millrace_relay_tap_breaks_total"), 0);
}

TEST_F(RelayMosquitto, GetsWhatItMissedAndThenItsBridgeBackOnTheSameConnection) {
    hub_ = std::make_unique<FakeHub>(loop_, sink_);
    Settings settings;
    settings.mode = ports::CloudMode::Relay;
    settings.cloud = "127.0.0.1:" + std::to_string(broker_port_);
    settings.cloud_retry = base::Milliseconds{50};
    limits_.max_cloud_retry = base::Milliseconds{100};
    start(settings);
    Peer peer = connected_bridge();
    peer.send(mqtt::Subscribe{1, {{std::string("responses/") + kBridge + "/#", mqtt::Qos::AtLeastOnce}}});
    (void)peer.expect<mqtt::Suback>();
    broker_.reset();
    ASSERT_TRUE(eventually([&] { return !sink_.paths.empty(); }));
    // Retained, so that who asks later still sees them.
    for (mqtt::PacketId id = 1; id <= 4; ++id) {
        auto publish =
            publish_packet(id % 2 == 0 ? mqtt::Qos::AtMostOnce : mqtt::Qos::AtLeastOnce, id, std::to_string(id));
        publish.topic += "/" + std::to_string(id);
        publish.retain = true;
        peer.send(publish);
        if (publish.qos == mqtt::Qos::AtLeastOnce) {
            EXPECT_EQ(peer.expect<mqtt::Puback>().packet_id, id);
        }
    }
    start_broker();
    ASSERT_TRUE(eventually([&] { return sink_.paths.back() == ports::CloudPath::Relay; }));
    EXPECT_EQ(hub_->delivered_ids, (std::vector<std::int64_t>{1, 2, 3, 4}));
    auto live = publish_packet(mqtt::Qos::AtLeastOnce, 9, "5");
    live.topic += "/5";
    live.retain = true;
    peer.send(live);
    EXPECT_EQ(peer.expect<mqtt::Puback>().packet_id, 9);
    EXPECT_EQ(sink_.frames.back().frame.door, ports::Door::Relay);

    const std::vector<std::string> at_broker = {"-V",        "mqttv311", "-h",
                                                "127.0.0.1", "-p",       std::to_string(broker_port_)};
    const auto at_the_broker = [&](const char* program, std::vector<std::string> more) {
        std::vector<std::string> command{program};
        command.insert(command.end(), at_broker.begin(), at_broker.end());
        command.insert(command.end(), more.begin(), more.end());
        return command;
    };
    Process reader(at_the_broker(kSubscriber, {"-t", "2/#", "-q", "1", "-C", "5"}), folder_ / "received");
    ASSERT_TRUE(eventually([&] { return reader.has_ended(); }));
    auto got = contents(folder_ / "received");
    std::sort(got.begin(), got.end());  // retained messages come in any order
    EXPECT_EQ(got, "\n\n\n\n\n12345");
    Process publisher(
        at_the_broker(kPublisher, {"-t", std::string("responses/") + kBridge + "/4/2", "-m", "hello", "-q", "1"}),
        "/dev/null");
    EXPECT_EQ(base::as_text(peer.expect<mqtt::Publish>().payload), "hello");
    EXPECT_TRUE(sink_.closed.empty());
    EXPECT_EQ(sink_.opened.size(), 1U);
}

TEST_F(RelayMosquitto, CarriesAMegabyteWithoutChangingAByte) {
    // Larger than the tap decodes, so that decoding stops while the bytes go on.
    std::string message(1024 * 1024, '\0');
    std::uint32_t state = 99;
    for (auto& character : message) {
        state = state * 1664525U + 1013904223U;
        character = static_cast<char>(state >> 24);
    }
    std::ofstream(folder_ / "sent", std::ios::binary) << message;
    Process subscriber(client(kSubscriber, {"-i", kBridge, "-t", "big", "-q", "1", "-C", "1", "-N"}),
                       folder_ / "received");
    ASSERT_TRUE(eventually([&] {
        return metric("millrace_bridge_packets_total", {{"type", "suback"}, {"direction", "to_bridge"}}) == 1;
    }));
    Process publisher(
        client(kPublisher, {"-i", "publisher", "-t", "big", "-q", "1", "-f", (folder_ / "sent").string()}),
        "/dev/null");
    ASSERT_TRUE(eventually([&] { return subscriber.has_ended() && publisher.has_ended(); }));
    EXPECT_EQ(subscriber.exit_code(), 0);
    EXPECT_TRUE(contents(folder_ / "received") == message);
    EXPECT_EQ(metric("millrace_relay_tap_breaks_total", {{"reason", "packet_too_large"}}), 2);
}

}  // namespace
}  // namespace millrace::capture
