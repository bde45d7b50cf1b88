// What the tests of the doors share: a loop that runs until something is true, raw sockets, a sink that remembers.
//
// Everything happens in one thread: the peers are non-blocking sockets on the same loop, so that a test never sleeps;
// it runs the loop until what it waits for is there, or fails after a generous limit.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/system_clock.h"
#include "capture/doors.h"
#include "capture/endpoint.h"
#include "capture/log.h"
#include "mqtt/packet.h"
#include "mqtt/packet_parser.h"
#include "mqtt/packet_writer.h"
#include "ports/bridge_link.h"
#include "ports/handover.h"

namespace millrace::capture {

namespace asio = boost::asio;
using asio::ip::tcp;

inline constexpr const char* kBridge = "6248A2B0C4D21F35";
inline constexpr std::chrono::seconds kPatience{20};

// The machine's clock, which a test can push forward.
class PushedClock final : public base::Clock {
public:
    [[nodiscard]] base::WallTime wall_now() const override { return clock_.wall_now() + pushed_; }
    [[nodiscard]] base::SteadyTime steady_now() const override { return clock_.steady_now() + pushed_; }
    void push(base::Milliseconds by) { pushed_ += by; }

private:
    base::SystemClock clock_;
    base::Milliseconds pushed_{0};
};

class RecordingSink final : public ports::FrameSink {
public:
    struct Got {
        ports::ConnectionId connection;
        ports::Frame frame;
        ports::Receipt receipt;
    };

    void on_opened(const ports::ConnectionOpened& event, ports::BridgeLink* link) override {
        opened.push_back(event);
        links.push_back(link);
        order.push_back("opened " + std::to_string(event.connection));
    }
    void on_frame(ports::ConnectionId connection, ports::Frame frame, ports::Receipt receipt) override {
        order.push_back("frame " + std::to_string(connection));
        frames.push_back({connection, std::move(frame), receipt});
        if (when_frame) when_frame(frames.back());
    }
    void on_closed(const ports::ConnectionClosed& event) override {
        closed.push_back(event);
        order.push_back("closed " + std::to_string(event.connection));
        if (when_closed) when_closed(event.connection);
    }
    void on_path(ports::ConnectionId connection, ports::CloudPath path) override {
        paths.push_back(path);
        order.push_back("path " + std::to_string(connection) + " " + std::string(name(path)));
        if (when_path) when_path(connection, path);
    }
    void on_cloud_has(ports::ConnectionId connection, ports::Receipt receipt) override {
        cloud_has.push_back(receipt);
        order.push_back("has " + std::to_string(connection));
        if (when_cloud_has) when_cloud_has(connection, receipt);
    }
    void on_cloud_lost(ports::ConnectionId connection) override {
        ++cloud_lost;
        order.push_back("lost " + std::to_string(connection));
        if (when_cloud_lost) when_cloud_lost(connection);
    }

    std::vector<ports::ConnectionOpened> opened;
    std::vector<ports::BridgeLink*> links;
    std::vector<Got> frames;
    std::vector<ports::ConnectionClosed> closed;
    std::vector<std::string> order;
    std::vector<ports::CloudPath> paths;
    std::vector<ports::Receipt> cloud_has;
    int cloud_lost = 0;
    std::function<void(const Got&)> when_frame;
    std::function<void(ports::ConnectionId)> when_closed;
    std::function<void(ports::ConnectionId, ports::CloudPath)> when_path;
    std::function<void(ports::ConnectionId, ports::Receipt)> when_cloud_has;
    std::function<void(ports::ConnectionId)> when_cloud_lost;
};

// `/readyz` shows the details of all parts side by side, so they look alike: one sentence, in small letters from its
// start, without a full stop.
inline void expect_house_style(const ports::HealthItem& item) {
    ASSERT_FALSE(item.detail.empty()) << item.part;
    EXPECT_FALSE(item.detail.front() >= 'A' && item.detail.front() <= 'Z') << item.detail;
    EXPECT_NE(item.detail.back(), '.') << item.detail;
    EXPECT_EQ(item.detail.find(". "), std::string::npos) << item.detail;
}

// Runs the loop until `done` or until patience ends.
[[nodiscard]] inline bool run_until(asio::io_context& loop, const std::function<bool()>& done) {
    const base::SystemClock clock;
    const auto end = clock.steady_now() + kPatience;
    loop.restart();
    while (!done()) {
        if (clock.steady_now() > end) return false;
        loop.run_one_for(std::chrono::milliseconds(5));
        if (loop.stopped()) loop.restart();
    }
    return true;
}

// Lets everything that can happen now happen.
inline void settle(asio::io_context& loop) {
    loop.restart();
    for (int quiet = 0; quiet < 3;) {
        quiet = loop.run_one_for(std::chrono::milliseconds(5)) == 0 ? quiet + 1 : 0;
        if (loop.stopped()) loop.restart();
    }
}

// A plain TCP peer: a bridge, or the cloud's end of a connection.
class Peer {
public:
    explicit Peer(asio::io_context& loop) : loop_(loop), socket_(loop) {}
    Peer(asio::io_context& loop, std::uint16_t port) : Peer(loop) {
        socket_.connect({asio::ip::address_v4::loopback(), port});
        socket_.non_blocking(true);
    }
    Peer(asio::io_context& loop, tcp::socket socket) : loop_(loop), socket_(std::move(socket)) {
        socket_.non_blocking(true);
    }

    [[nodiscard]] tcp::socket& socket() { return socket_; }

    // Sends all of it, running the loop where the socket does not take more.
    void send(base::ByteView bytes) {
        while (!bytes.empty()) {
            const std::size_t taken = send_some(bytes);
            bytes = bytes.subspan(taken);
            if (taken == 0) {
                loop_.restart();
                loop_.run_one_for(std::chrono::milliseconds(1));
            }
        }
    }
    void send(const mqtt::Packet& packet) { send(base::ByteView(mqtt::to_wire(packet))); }

    std::size_t send_some(base::ByteView bytes) {
        boost::system::error_code error;
        const auto taken = socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error);
        if (error && error != asio::error::would_block) {
            ADD_FAILURE() << "sending failed: " << error.message();
            return bytes.size();
        }
        return error ? 0 : taken;
    }

    // Takes in what is there, at most `limit` bytes.
    void read(std::size_t limit = SIZE_MAX) {
        std::vector<std::uint8_t> buffer(16384);
        while (limit > 0 && !ended) {
            boost::system::error_code error;
            const auto count = socket_.read_some(asio::buffer(buffer.data(), std::min(limit, buffer.size())), error);
            if (error == asio::error::would_block) return;
            if (error) {
                ended = true;
                reset = error != asio::error::eof;
                return;
            }
            received.insert(received.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count));
            limit -= count;
        }
    }

    [[nodiscard]] bool wait_bytes(std::size_t count) {
        return run_until(loop_, [&] { return read(), received.size() >= count || ended; }) && received.size() >= count;
    }
    [[nodiscard]] bool wait_end() {
        return run_until(loop_, [&] { return read(), ended; });
    }

    // The next packet, when all of it is here.
    [[nodiscard]] std::optional<mqtt::Packet> try_next() {
        read();
        parser_.feed(base::ByteView(received).subspan(fed_));
        fed_ = received.size();
        auto result = parser_.next();
        if (auto* whole = std::get_if<mqtt::Packet>(&result)) return std::move(*whole);
        return std::nullopt;
    }

    // The next packet, and it must be a T.
    template <typename T>
    [[nodiscard]] T expect() {
        std::optional<mqtt::Packet> packet;
        const bool came = run_until(loop_, [&] {
            packet = try_next();
            return packet.has_value() || ended;
        });
        if (!came || !packet || !std::holds_alternative<T>(*packet)) {
            ADD_FAILURE() << "the expected packet did not come; type " << (packet ? packet->index() + 1 : 0)
                          << ", ended " << ended;
            return T{};
        }
        return std::get<T>(std::move(*packet));
    }

    base::Bytes received;
    bool ended = false;
    bool reset = false;

private:
    asio::io_context& loop_;
    tcp::socket socket_;
    mqtt::PacketParser parser_;
    std::size_t fed_ = 0;
};

// A listening socket that only accepts: the cloud.
class FakeCloud {
public:
    explicit FakeCloud(asio::io_context& loop)
        : loop_(loop), acceptor_(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
        acceptor_.non_blocking(true);
    }

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port()); }
    [[nodiscard]] tcp::acceptor& acceptor() { return acceptor_; }
    void stop() { acceptor_.close(); }

    [[nodiscard]] bool has_caller() {
        boost::system::error_code error;
        tcp::socket socket(loop_);
        acceptor_.accept(socket, error);
        if (error) return false;
        waiting_ = std::make_unique<Peer>(loop_, std::move(socket));
        return true;
    }
    [[nodiscard]] std::unique_ptr<Peer> accept() {
        if (!run_until(loop_, [this] { return waiting_ != nullptr || has_caller(); })) {
            ADD_FAILURE() << "nobody called the cloud";
            return std::make_unique<Peer>(loop_);
        }
        return std::move(waiting_);
    }

private:
    asio::io_context& loop_;
    tcp::acceptor acceptor_;
    std::unique_ptr<Peer> waiting_;
};

class DoorsTest : public testing::Test {
protected:
    static mqtt::Connect connect_packet(std::string client_id = kBridge) {
        mqtt::Connect connect;
        connect.client_id = std::move(client_id);
        connect.keep_alive_s = 20;
        connect.user_name = "device";
        connect.password = base::to_bytes("made-up-password");
        return connect;
    }

    static mqtt::Publish publish_packet(mqtt::Qos qos, mqtt::PacketId id, std::string payload = "[]") {
        mqtt::Publish publish;
        publish.qos = qos;
        publish.packet_id = id;
        publish.topic = std::string("2/1/2/") + kBridge + "/1785105201";
        publish.payload = base::to_bytes(payload);
        return publish;
    }

    // What a test of failover has besides.
    virtual ports::Handover* handover() { return nullptr; }

    Doors& start(Settings settings) {
        settings.listen = "127.0.0.1:0";
        doors_ = std::make_unique<Doors>(loop_, clock_, std::move(settings), sink_, handover(), limits_);
        const auto started = doors_->start();
        EXPECT_TRUE(started) << (started ? "" : started.error().message);
        return *doors_;
    }
    Doors& start_local() { return start({}); }
    Doors& start_relay(const std::string& cloud) {
        Settings settings;
        settings.mode = ports::CloudMode::RelayOnly;
        settings.cloud = cloud;
        return start(settings);
    }

    [[nodiscard]] Peer bridge() { return Peer(loop_, doors_->local_port()); }
    [[nodiscard]] bool eventually(const std::function<bool()>& done) { return run_until(loop_, done); }

    // A bridge that has its CONNACK from the stand-in.
    [[nodiscard]] Peer connected_bridge(std::string client_id = kBridge) {
        Peer peer = bridge();
        peer.send(connect_packet(std::move(client_id)));
        EXPECT_EQ(peer.expect<mqtt::Connack>().return_code, mqtt::ConnectReturnCode::Accepted);
        return peer;
    }

    [[nodiscard]] double metric(std::string_view name,
                                const std::vector<std::pair<std::string, std::string>>& labels = {}) {
        std::vector<ports::Metric> metrics;
        doors_->metrics(metrics);
        double sum = 0;
        for (const auto& entry : metrics) {
            const bool all = std::all_of(labels.begin(), labels.end(), [&](const auto& wanted) {
                return std::find(entry.labels.begin(), entry.labels.end(), wanted) != entry.labels.end();
            });
            if (entry.name == name && all) sum += entry.value;
        }
        return sum;
    }
    [[nodiscard]] ports::HealthItem health(std::string_view part) {
        std::vector<ports::HealthItem> items;
        doors_->health(items);
        for (const auto& item : items) {
            if (item.part != part) continue;
            expect_house_style(item);
            return item;
        }
        ADD_FAILURE() << "no health item " << part;
        return {};
    }

    asio::io_context loop_;
    PushedClock clock_;
    RecordingSink sink_;
    DoorLimits limits_;
    std::unique_ptr<Doors> doors_;
};

}  // namespace millrace::capture
