#include "capture/doors.h"

#include <utility>

#include <spdlog/spdlog.h>

#include "capture/listener.h"
#include "capture/relay.h"
#include "capture/stand_in.h"

namespace millrace::capture {

using boost::asio::ip::tcp;

struct Doors::Parts {
    Parts(boost::asio::io_context& loop, const base::Clock& clock, Settings settings_, ports::FrameSink& sink,
          DoorLimits limits_)
        : settings(std::move(settings_)),
          limits(limits_),
          context{loop, clock, sink, limits, {}, {}, 0, {}},
          admissions(settings.max_connections, settings.max_connections_per_address),
          listener(context, admissions, [this](tcp::socket socket, const tcp::endpoint& peer, Admission admission) {
              accept(std::move(socket), peer, std::move(admission));
          }) {}

    void accept(tcp::socket socket, const tcp::endpoint& peer, Admission admission) {
        if (relay) {
            relay->accept(std::move(socket), peer, std::move(admission));
        } else if (stand_in) {
            stand_in->accept(std::move(socket), peer, std::move(admission));
        }
    }

    base::Result<void, base::Error> make_door();

    Settings settings;
    DoorLimits limits;
    DoorContext context;
    Admissions admissions;
    std::unique_ptr<StandIn> stand_in;
    std::unique_ptr<Relay> relay;
    Listener listener;
};

base::Result<void, base::Error> Doors::Parts::make_door() {
    if (settings.mode == Mode::Local) {
        stand_in = std::make_unique<StandIn>(context);
        return {};
    }
    auto cloud = parse_host_port(settings.cloud);
    if (!cloud) return base::failure(base::Error{"cloud.host: " + cloud.error().message});
    auto resolver = Resolver::create(context.loop, context.clock, settings.name_servers,
                                     {limits.name_server_timeout, limits.name_server_rounds});
    if (!resolver) return base::failure(std::move(resolver.error()));
    relay = std::make_unique<Relay>(context, std::move(*cloud), std::move(*resolver));
    return {};
}

Doors::Doors(boost::asio::io_context& loop, const base::Clock& clock, Settings settings, ports::FrameSink& sink,
             DoorLimits limits)
    : parts_(std::make_unique<Parts>(loop, clock, std::move(settings), sink, limits)) {}

Doors::~Doors() {
    stop();
}

base::Result<void, base::Error> Doors::start(std::optional<int> inherited_socket) {
    auto& parts = *parts_;
    auto made = parts.make_door();
    if (made) {
        made = inherited_socket ? parts.listener.adopt(*inherited_socket) : parts.listener.open(parts.settings.listen);
    }
    if (!made) {
        parts.relay.reset();
        parts.stand_in.reset();
        return made;
    }
    if (parts.relay) parts.relay->set_listening(*parts.listener.local_endpoint());
    logger()->info("listening for bridges on {}, {}", local_endpoint(),
                   parts.relay ? "passing on to " + parts.settings.cloud : "answering them as their cloud would");
    return {};
}

void Doors::stop() {
    parts_->listener.close();
    if (parts_->stand_in) parts_->stand_in->stop();
    if (parts_->relay) parts_->relay->stop();
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
    if (parts_->relay) parts_->relay->health(items);
}

void Doors::metrics(std::vector<ports::Metric>& metrics) const {
    metrics.push_back({"millrace_bridge_connections",
                       "Bridge connections open now.",
                       ports::MetricType::Gauge,
                       {},
                       static_cast<double>(parts_->admissions.total())});
    if (parts_->relay) {
        metrics.push_back({"millrace_relay_held_bytes",
                           "Bytes waiting for a side that does not take them.",
                           ports::MetricType::Gauge,
                           {},
                           static_cast<double>(parts_->relay->held_bytes())});
    }
    parts_->context.counters.report(metrics);
}

}  // namespace millrace::capture
