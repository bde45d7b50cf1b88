// What the tests of failover share: a cloud with moods, and a stand-in for the hub that keeps what waits for it.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/post.hpp>

#include "fixture.h"

namespace millrace::capture {

// Answers as a broker would, unless told otherwise. Looks at its connections when step() is called.
class EmulatedCloud {
public:
    struct Link {
        std::unique_ptr<Peer> peer;
        mqtt::PacketParser parser{};
        std::size_t parsed = 0;
        std::vector<mqtt::Packet> packets{};
        std::vector<mqtt::Subscription> subscriptions{};
        bool closed = false;

        template <typename T>
        [[nodiscard]] std::vector<T> all() const {
            std::vector<T> found;
            for (const auto& packet : packets) {
                if (const auto* wanted = std::get_if<T>(&packet)) found.push_back(*wanted);
            }
            return found;
        }
    };

    explicit EmulatedCloud(asio::io_context& loop) : loop_(loop), acceptor_(loop) {
        open({asio::ip::address_v4::loopback(), 0});
    }

    [[nodiscard]] std::string address() const { return text(endpoint_); }

    // Refuses connections from here on; those that stand are cut.
    void go_away() {
        acceptor_.close();
        for (auto& link : links) cut(*link);
    }
    void come_back() { open(endpoint_); }

    void step() {
        boost::system::error_code error;
        tcp::socket socket(loop_);
        if (acceptor_.is_open()) acceptor_.accept(socket, error);
        if (acceptor_.is_open() && !error) {
            links.push_back(std::make_unique<Link>());
            links.back()->peer = std::make_unique<Peer>(loop_, std::move(socket));
        }
        for (std::size_t i = 0; i < links.size(); ++i) look(*links[i]);
    }

    [[nodiscard]] Link& last() { return *links.back(); }

    static void cut(Link& link, bool reset = false) {
        if (link.closed) return;
        link.closed = true;
        if (reset) link.peer->socket().set_option(asio::socket_base::linger(true, 0));
        link.peer->socket().close();
    }

    // All that was published on any connection, in order.
    [[nodiscard]] std::vector<mqtt::Publish> publishes() const {
        std::vector<mqtt::Publish> found;
        for (const auto& link : links) {
            for (auto& publish : link->all<mqtt::Publish>()) found.push_back(std::move(publish));
        }
        return found;
    }
    [[nodiscard]] std::vector<std::string> payloads() const {
        std::vector<std::string> found;
        for (const auto& publish : publishes()) found.emplace_back(base::as_text(publish.payload));
        return found;
    }

    std::vector<std::unique_ptr<Link>> links;
    bool silent = false;
    bool puback = true;
    bool suback = true;
    bool pingresp = true;
    std::uint8_t return_code = 0;
    std::optional<std::size_t> cut_after_packets;  // of a connection
    bool takes_the_last = false;                   // the packet that it cuts instead of answering
    std::optional<mqtt::Publish> right_after_suback;

private:
    void open(const tcp::endpoint& endpoint) {
        acceptor_.open(tcp::v4());
        acceptor_.set_option(tcp::acceptor::reuse_address(true));
        acceptor_.bind(endpoint);
        acceptor_.listen();
        acceptor_.non_blocking(true);
        endpoint_ = acceptor_.local_endpoint();
    }

    void look(Link& link) {
        if (link.closed) return;
        link.peer->read();
        link.parser.feed(base::ByteView(link.peer->received).subspan(link.parsed));
        link.parsed = link.peer->received.size();
        while (true) {
            auto result = link.parser.next();
            auto* packet = std::get_if<mqtt::Packet>(&result);
            if (packet == nullptr) break;
            const bool enough = cut_after_packets && link.packets.size() >= *cut_after_packets;
            if (!enough || takes_the_last) link.packets.push_back(*packet);
            if (enough) return cut(link);
            if (!silent) answer(link, *packet);
            if (link.closed) return;
        }
        if (link.peer->ended) cut(link);
    }

    void answer(Link& link, const mqtt::Packet& packet) {
        Peer& peer = *link.peer;
        if (std::holds_alternative<mqtt::Connect>(packet)) {
            peer.send(mqtt::Connack{false, static_cast<mqtt::ConnectReturnCode>(return_code)});
            if (return_code != 0) cut(link);
        } else if (const auto* publish = std::get_if<mqtt::Publish>(&packet)) {
            if (publish->qos == mqtt::Qos::AtLeastOnce && puback) peer.send(mqtt::Puback{publish->packet_id});
            if (publish->qos == mqtt::Qos::ExactlyOnce) peer.send(mqtt::Pubrec{publish->packet_id});
        } else if (const auto* subscribe = std::get_if<mqtt::Subscribe>(&packet)) {
            if (!suback) return;
            mqtt::Suback granted{subscribe->packet_id, {}};
            for (const auto& subscription : subscribe->subscriptions) {
                link.subscriptions.push_back(subscription);
                granted.return_codes.push_back(static_cast<std::uint8_t>(subscription.qos));
            }
            base::Bytes bytes = mqtt::to_wire(granted);
            if (right_after_suback) mqtt::write(*right_after_suback, bytes);
            peer.send(base::ByteView(bytes));
        } else if (std::holds_alternative<mqtt::Pingreq>(packet) && pingresp) {
            peer.send(mqtt::Pingresp{});
        }
    }

    asio::io_context& loop_;
    tcp::acceptor acceptor_;
    tcp::endpoint endpoint_;
};

// What the hub and the store do together: number frames, make them durable, know which the cloud has missed.
class FakeHub final : public ports::Handover {
public:
    FakeHub(asio::io_context& loop, RecordingSink& sink) : loop_(loop), sink_(sink) {
        sink.when_frame = [this](const RecordingSink::Got& got) { on_frame(got); };
        sink.when_path = [this](ports::ConnectionId id, ports::CloudPath path) { paths_[id] = path; };
        sink.when_cloud_has = [this](ports::ConnectionId id, ports::Receipt receipt) {
            auto& relayed = relayed_[id];
            relayed.erase(relayed.begin(), relayed.upper_bound(receipt));
        };
        sink.when_cloud_lost = [this](ports::ConnectionId id) {
            for (auto& [receipt, frame] : relayed_[id]) waiting_.emplace(frame.id, std::move(frame));
            relayed_[id].clear();
        };
    }

    // Everything is on disk at once while true; otherwise when make_durable() is called.
    bool durable = true;
    void make_durable() {
        durable = true;
        for (const auto& [id, receipt] : std::exchange(owed_, {})) sink_.links.front()->acknowledge(id, receipt);
    }

    [[nodiscard]] std::size_t waiting(const base::DeviceId&) const override { return waiting_.size(); }
    void oldest(const base::DeviceId&, std::size_t limit, Frames answer) override {
        ++asked;
        asio::post(loop_, [this, limit, answer = std::move(answer)] {
            std::vector<ports::Frame> frames;
            for (const auto& [id, frame] : waiting_) {
                if (frames.size() < limit && durable) frames.push_back(frame);
            }
            answer(std::move(frames));
        });
    }
    void delivered(const base::DeviceId&, std::int64_t id) override {
        delivered_ids.push_back(id);
        waiting_.erase(waiting_.begin(), waiting_.upper_bound(id));
        if (when_delivered) when_delivered();
    }

    void add_waiting(std::string payload, std::uint8_t qos, ports::Door door = ports::Door::StandIn,
                     bool retain = false) {
        ports::Frame frame;
        frame.id = ++last_id_;
        frame.door = door;
        frame.bridge = base::DeviceId::parse(kBridge);
        frame.qos = qos;
        frame.retain = retain;
        frame.topic = "2/1/2/" + std::string(kBridge) + "/" + std::to_string(frame.id);
        frame.payload = base::to_bytes(payload);
        waiting_.emplace(frame.id, std::move(frame));
    }

    std::size_t asked = 0;
    std::vector<std::int64_t> delivered_ids;
    std::function<void()> when_delivered;

    [[nodiscard]] std::vector<std::int64_t> waiting_ids() const {
        std::vector<std::int64_t> ids;
        for (const auto& [id, frame] : waiting_) ids.push_back(id);
        return ids;
    }
    // Relayed and not known to be at the cloud.
    [[nodiscard]] std::size_t uncertain(ports::ConnectionId id) { return relayed_[id].size(); }

private:
    void on_frame(const RecordingSink::Got& got) {
        if (got.frame.direction != base::Direction::ToCloud) return;
        if (!paths_.contains(got.connection)) {
            for (const auto& opened : sink_.opened) {
                if (opened.connection == got.connection) paths_[got.connection] = opened.path;
            }
        }
        ports::Frame frame = got.frame;
        frame.id = ++last_id_;
        const auto path = paths_[got.connection];
        if (path == ports::CloudPath::Relay) relayed_[got.connection].emplace(got.receipt, frame);
        if (path == ports::CloudPath::StandingIn || path == ports::CloudPath::CatchingUp)
            waiting_.emplace(frame.id, frame);
        if (got.receipt == 0) return;
        if (!durable) return owed_.emplace_back(got.connection, got.receipt), void();
        asio::post(loop_, [this, id = got.connection, receipt = got.receipt] {
            sink_.links.front()->acknowledge(id, receipt);
        });
    }

    asio::io_context& loop_;
    RecordingSink& sink_;
    std::int64_t last_id_ = 0;
    std::map<ports::ConnectionId, ports::CloudPath> paths_;
    std::map<ports::ConnectionId, std::map<ports::Receipt, ports::Frame>> relayed_;
    std::map<std::int64_t, ports::Frame> waiting_;
    std::vector<std::pair<ports::ConnectionId, ports::Receipt>> owed_;
};

class FailoverTest : public DoorsTest {
protected:
    FailoverTest() {
        limits_.max_cloud_retry = base::Milliseconds{100};
        settings_.mode = ports::CloudMode::Relay;
        settings_.cloud = cloud_.address();
        settings_.cloud_patience = base::Milliseconds{300};
        settings_.cloud_retry = base::Milliseconds{30};
    }
    ~FailoverTest() override { doors_.reset(); }

    ports::Handover* handover() override { return &hub_; }
    void begin() { start(settings_); }

    // Lets the cloud answer while waiting.
    [[nodiscard]] bool until(const std::function<bool()>& done) {
        return run_until(loop_, [&] { return cloud_.step(), done(); });
    }
    void run_for(std::chrono::milliseconds time) {
        const base::SystemClock clock;
        const auto end = clock.steady_now() + time;
        (void)until([&] { return clock.steady_now() > end; });
    }
    template <typename T>
    [[nodiscard]] T next(Peer& peer) {
        std::optional<mqtt::Packet> packet;
        EXPECT_TRUE(until([&] { return packet = peer.try_next(), packet.has_value() || peer.ended; }));
        if (!packet || !std::holds_alternative<T>(*packet)) {
            ADD_FAILURE() << "the expected packet did not come; type " << (packet ? packet->index() + 1 : 0)
                          << ", ended " << peer.ended;
            return T{};
        }
        return std::get<T>(std::move(*packet));
    }
    // Whether nothing at all comes to the bridge for a while.
    [[nodiscard]] bool quiet(Peer& peer, std::chrono::milliseconds time = std::chrono::milliseconds{100}) {
        run_for(time);
        return !peer.try_next().has_value() && !peer.ended;
    }

    [[nodiscard]] Peer connected(const std::string& client_id = kBridge) {
        Peer peer = bridge();
        peer.send(connect_packet(client_id));
        EXPECT_EQ(next<mqtt::Connack>(peer).return_code, mqtt::ConnectReturnCode::Accepted);
        return peer;
    }
    void subscribe(Peer& peer) {
        peer.send(mqtt::Subscribe{7, {{std::string("responses/") + kBridge + "/#", mqtt::Qos::AtLeastOnce}}});
        EXPECT_EQ(next<mqtt::Suback>(peer).packet_id, 7);
    }
    [[nodiscard]] ports::CloudPath path() const {
        return sink_.paths.empty() ? sink_.opened.back().path : sink_.paths.back();
    }
    [[nodiscard]] bool reaches(ports::CloudPath wanted) {
        return until([&] { return !sink_.opened.empty() && path() == wanted; });
    }
    // What is in order of the sink's events when all is well.
    [[nodiscard]] double takeovers(const std::string& reason) {
        return metric("millrace_cloud_takeovers_total", {{"reason", reason}});
    }

    EmulatedCloud cloud_{loop_};
    FakeHub hub_{loop_, sink_};
    Settings settings_;
};

}  // namespace millrace::capture
