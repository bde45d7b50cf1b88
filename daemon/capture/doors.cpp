#include "capture/doors.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "capture/failover.h"
#include "capture/inherited_socket.h"
#include "capture/listener.h"
#include "capture/network_metrics.h"
#include "capture/relay.h"
#include "capture/stand_in.h"

namespace millrace::capture {

using boost::asio::ip::tcp;

// The doors of one mode. Destroyed in the order from last to first.
struct DoorSet {
    std::unique_ptr<StandIn> stand_in;
    std::unique_ptr<Relay> relay;
    std::unique_ptr<Failover> failover;

    void stop(const std::string& reason) {
        if (failover) failover->stop();
        if (relay) relay->stop(reason);
        if (stand_in) stand_in->stop(reason);
    }
};

namespace {

// Who asks for a quick second try asks for quick later ones too.
DoorLimits with_longest_retry(DoorLimits limits, const Settings& settings) {
    constexpr int kTimesTheFirst = 12;
    limits.max_cloud_retry = std::min(limits.max_cloud_retry, settings.cloud_retry * kTimesTheFirst);
    return limits;
}

std::size_t most_bridges(const Settings& settings) {
    return std::max(NetworkBook::kMostBridges, settings.max_connections);
}

}  // namespace

struct Doors::Parts final : public ports::BridgeLink {
    Parts(boost::asio::io_context& loop, const base::Clock& clock, Settings settings_, ports::FrameSink& sink,
          ports::Handover* handover_, DoorLimits limits_)
        : settings(std::move(settings_)),
          limits(with_longest_retry(limits_, settings)),
          handover(handover_),
          context{loop, clock, sink, limits, {}, {}, 0, {}, this, NetworkBook(most_bridges(settings))},
          admissions(settings.max_connections, settings.max_connections_per_address),
          listener(context, admissions, [this](tcp::socket socket, const tcp::endpoint& peer, Admission admission) {
              accept(std::move(socket), peer, std::move(admission));
          }) {}

    void accept(tcp::socket socket, const tcp::endpoint& peer, Admission admission) {
        if (doors.failover) {
            doors.failover->accept(std::move(socket), peer, std::move(admission));
        } else if (doors.relay) {
            doors.relay->accept(std::move(socket), peer, std::move(admission));
        } else if (doors.stand_in) {
            doors.stand_in->accept(std::move(socket), peer, std::move(admission));
        }
    }

    void acknowledge(ports::ConnectionId connection, ports::Receipt receipt) override {
        if (doors.stand_in) doors.stand_in->acknowledge(connection, receipt);
        if (doors.relay) doors.relay->acknowledge(connection, receipt);
    }
    bool publish(ports::ConnectionId connection, std::string topic, base::Bytes payload, std::uint8_t qos) override {
        return doors.stand_in && doors.stand_in->publish(connection, std::move(topic), std::move(payload), qos);
    }

    base::Result<DoorSet, base::Error> make_doors(ports::CloudMode mode);
    base::Result<void, base::Error> listen(std::optional<int> inherited_socket);
    void announce(std::string_view when);

    Settings settings;
    DoorLimits limits;
    ports::Handover* handover;
    DoorContext context;
    Admissions admissions;
    DoorSet doors;
    Listener listener;
};

base::Result<DoorSet, base::Error> Doors::Parts::make_doors(ports::CloudMode mode) {
    DoorSet made;
    if (mode != ports::CloudMode::RelayOnly) made.stand_in = std::make_unique<StandIn>(context);
    if (mode == ports::CloudMode::Local) return made;
    auto cloud = parse_host_port(settings.cloud);
    if (!cloud) return base::failure(base::Error{"cloud.host: " + cloud.error().message});
    auto resolver = Resolver::create(context.loop, context.clock, settings.name_servers,
                                     {limits.name_server_timeout, limits.name_server_rounds});
    if (!resolver) return base::failure(std::move(resolver.error()));
    made.relay = std::make_unique<Relay>(context, std::move(*cloud), std::move(*resolver));
    if (mode == ports::CloudMode::Relay) {
        made.failover = std::make_unique<Failover>(context, *made.relay, *made.stand_in, handover,
                                                   Failover::Timing{settings.cloud_patience, settings.cloud_retry});
    }
    return made;
}

base::Result<void, base::Error> Doors::Parts::listen(std::optional<int> inherited_socket) {
    if (!inherited_socket) return listener.open(settings.listen);
    const auto endpoint = listening_endpoint(*inherited_socket);
    if (endpoint && !is_at(*endpoint, settings.listen)) {
        logger()->warn(
            "bridge.listen says {}, but systemd listens on {} for us: {} holds, and nobody answers on the other; "
            "make them the same (`systemctl edit millrace.socket`), or `systemctl disable --now millrace.socket`",
            settings.listen, text(*endpoint), settings.listen);
        ::close(*inherited_socket);
        return listener.open(settings.listen);
    }
    auto adopted = listener.adopt(*inherited_socket);
    if (!adopted) ::close(*inherited_socket);
    return adopted;
}

void Doors::Parts::announce(std::string_view when) {
    const auto endpoint = listener.local_endpoint();
    std::string what = "answering them as their cloud would";
    if (doors.relay) what = "passing on to " + settings.cloud;
    if (doors.failover) what += ", and standing in for it while it is away";
    logger()->info("{} for bridges on {}, {}", when, endpoint ? text(*endpoint) : "", what);
}

Doors::Doors(boost::asio::io_context& loop, const base::Clock& clock, Settings settings, ports::FrameSink& sink,
             ports::Handover* handover, DoorLimits limits)
    : parts_(std::make_unique<Parts>(loop, clock, std::move(settings), sink, handover, limits)) {}

Doors::~Doors() {
    stop();
}

base::Result<void, base::Error> Doors::start(std::optional<int> inherited_socket) {
    auto& parts = *parts_;
    auto made = parts.make_doors(parts.settings.mode);
    if (!made) return base::failure(std::move(made.error()));
    auto listening = parts.listen(inherited_socket);
    if (!listening) return listening;
    parts.doors = std::move(*made);
    parts.context.network.set_cloud(parts.doors.relay ? parts.settings.cloud : "");
    if (parts.doors.relay) parts.doors.relay->set_listening(*parts.listener.local_endpoint());
    parts.announce("listening");
    return {};
}

void Doors::stop() {
    parts_->listener.close();
    parts_->doors.stop("the daemon stops");
}

base::Result<void, base::Error> Doors::set_mode(ports::CloudMode mode) {
    auto& parts = *parts_;
    if (mode == parts.settings.mode) return {};
    const auto listening = parts.listener.local_endpoint();
    if (!listening) {
        parts.settings.mode = mode;
        return {};
    }
    auto made = parts.make_doors(mode);
    if (!made) return base::failure(std::move(made.error()));
    parts.settings.mode = mode;
    DoorSet old = std::exchange(parts.doors, std::move(*made));
    parts.context.network.set_cloud(parts.doors.relay ? parts.settings.cloud : "");
    if (parts.doors.relay) parts.doors.relay->set_listening(*listening);
    old.stop("the mode is now " + std::string(name(mode)));
    parts.announce("switched the mode: listening");
    return {};
}

ports::CloudMode Doors::mode() const {
    return parts_->settings.mode;
}

std::optional<std::string> Doors::cloud_away() const {
    return parts_->doors.failover ? parts_->doors.failover->away() : std::nullopt;
}

void Doors::set_kind_of(KindOf kind_of) {
    parts_->context.network.set_kind_of(std::move(kind_of));
}

ports::Network Doors::network() const {
    ports::Network network = parts_->context.network.view(parts_->context.clock.steady_now());
    network.mode = parts_->settings.mode;
    return network;
}

ports::BridgeListener Doors::bridge_listener() const {
    ports::BridgeListener listener{
        local_endpoint(), {}, parts_->context.network.knocks(), parts_->context.network.last_knock()};
    std::vector<ports::HealthItem> items;
    parts_->listener.health(items);
    for (const ports::HealthItem& item : items) {
        if (!item.ok) listener.problem = item.detail;
    }
    return listener;
}

std::string Doors::local_endpoint() const {
    const auto endpoint = parts_->listener.local_endpoint();
    return endpoint ? text(*endpoint) : "";
}

std::uint16_t Doors::local_port() const {
    const auto endpoint = parts_->listener.local_endpoint();
    return endpoint ? endpoint->port() : std::uint16_t{0};
}

void Doors::health(std::vector<ports::HealthItem>& items) const {
    parts_->listener.health(items);
    const auto& doors = parts_->doors;
    if (doors.failover) {
        doors.failover->health(items);
    } else if (doors.relay) {
        doors.relay->health(items);
    }
}

void Doors::metrics(std::vector<ports::Metric>& metrics) const {
    const auto gauge = [&metrics](std::string name, std::string help, double value) {
        metrics.push_back({std::move(name), std::move(help), ports::MetricType::Gauge, {}, value});
    };
    gauge("millrace_bridge_connections", "Bridge connections open now.",
          static_cast<double>(parts_->admissions.total()));
    const auto& doors = parts_->doors;
    if (doors.relay) {
        gauge("millrace_relay_held_bytes", "Bytes waiting for a side that does not take them.",
              static_cast<double>(doors.relay->held_bytes()));
        gauge("millrace_relay_queue_frames", "Frames that the relay has passed on and that wait to be decoded.",
              static_cast<double>(doors.relay->queue().size()));
    }
    const auto path = [&metrics](ports::CloudPath which, std::size_t count) {
        metrics.push_back({"millrace_cloud_path_connections",
                           "Bridge connections by where their words go.",
                           ports::MetricType::Gauge,
                           {{"path", std::string(name(which))}},
                           static_cast<double>(count)});
    };
    const bool local = !doors.relay && doors.stand_in;
    path(ports::CloudPath::None, local ? doors.stand_in->connections() : 0);
    path(ports::CloudPath::Relay, doors.relay ? doors.relay->pairs() : 0);
    path(ports::CloudPath::StandingIn, doors.failover ? doors.failover->standing_in() : 0);
    path(ports::CloudPath::CatchingUp, doors.failover ? doors.failover->catching_up() : 0);
    parts_->context.counters.report(metrics);
    if (doors.failover) parts_->context.counters.report_failover(metrics);
    append_network_metrics(network(), metrics);
}

}  // namespace millrace::capture
