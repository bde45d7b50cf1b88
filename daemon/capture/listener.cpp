#include "capture/listener.h"

#include <spdlog/spdlog.h>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include "capture/inherited_socket.h"

namespace millrace::capture {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// A power cut brings every bridge behind us back at once.
constexpr int kBacklog = 4096;

// How long accepting rests when there is no descriptor left: long enough not to burn the processor, short enough that
// nobody notices.
constexpr base::Milliseconds kPauseWithoutDescriptors{50};

base::Error explain(const std::string& listen, const error_code& error) {
    std::string message = "cannot listen for bridges on " + listen + ": ";
    if (error == asio::error::address_in_use) {
        const auto port = listen.substr(listen.rfind(':') + 1);
        message +=
            "another program has this port, often a Mosquitto broker or a second millrace; see which with "
            "`ss -ltnp sport = :" +
            port + "`, then stop it or choose another address for bridge.listen";
    } else if (error == asio::error::access_denied) {
        message +=
            "not permitted, because ports below 1024 need CAP_NET_BIND_SERVICE; choose a higher one for bridge.listen "
            "or grant it";
    } else if (error == error_code(EADDRNOTAVAIL, boost::system::system_category())) {
        message += "this machine has no such address (yet); check bridge.listen, or use 0.0.0.0 for all addresses";
    } else {
        message += error.message() + "; check bridge.listen";
    }
    return {message};
}

bool out_of_descriptors(const error_code& error) {
    return error == asio::error::no_descriptors || error == error_code(ENFILE, boost::system::system_category()) ||
           error == asio::error::no_buffer_space || error == asio::error::no_memory;
}

}  // namespace

Listener::Listener(DoorContext& context, Admissions& admissions, Handler handler)
    : context_(context),
      admissions_(admissions),
      handler_(std::move(handler)),
      acceptor_(context.loop),
      pause_(context.loop) {}

base::Result<void, base::Error> Listener::open(const std::string& listen) {
    const auto where = parse_host_port(listen);
    if (!where) return base::failure(base::Error{"bridge.listen: " + where.error().message});
    error_code error;
    const auto address = asio::ip::make_address(where->host, error);
    if (error) {
        return base::failure(base::Error{"bridge.listen: \"" + where->host +
                                         "\" is no IPv4 or IPv6 address of this machine; 0.0.0.0 means all of them"});
    }
    const tcp::endpoint endpoint(address, where->port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    // One socket for both families where the kernel has both.
    if (!error && address.is_v6()) acceptor_.set_option(asio::ip::v6_only(false), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(kBacklog, error);
    if (error) {
        error_code ignored;
        acceptor_.close(ignored);
        auto reason = explain(listen, error);
        failure_ = reason.message;
        return base::failure(std::move(reason));
    }
    failure_.clear();
    open_ = std::make_shared<bool>(true);
    accept_next();
    return {};
}

base::Result<void, base::Error> Listener::adopt(int native_descriptor) {
    const auto endpoint = listening_endpoint(native_descriptor);
    error_code error;
    if (endpoint) acceptor_.assign(endpoint->protocol(), native_descriptor, error);
    if (!endpoint || error) {
        failure_ =
            "the socket handed over for bridges is no listening TCP socket; check ListenStream= in the socket unit";
        return base::failure(base::Error{failure_});
    }
    failure_.clear();
    open_ = std::make_shared<bool>(true);
    accept_next();
    return {};
}

void Listener::close() {
    if (open_) *open_ = false;
    open_.reset();
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
}

std::optional<tcp::endpoint> Listener::local_endpoint() const {
    error_code error;
    const auto endpoint = acceptor_.local_endpoint(error);
    if (error) return std::nullopt;
    return endpoint;
}

void Listener::accept_next() {
    acceptor_.async_accept([this, open = open_](const error_code& error, tcp::socket socket) {
        if (!*open) return;
        on_accept(error, std::move(socket));
    });
}

void Listener::on_accept(const error_code& error, tcp::socket socket) {
    if (error) {
        if (accept_trouble_.empty()) {
            context_.trouble.warn(context_.clock.steady_now(), "accepting a bridge failed: " + error.message());
        }
        accept_trouble_ = error.message();
        // A peer that gave up between its SYN and our accept is no reason to rest; everything else might repeat at
        // once.
        if (error == asio::error::connection_aborted) return accept_next();
        if (out_of_descriptors(error)) accept_trouble_ += "; raise LimitNOFILE";
        return pause();
    }
    accept_trouble_.clear();
    error_code peer_error;
    const auto peer = plain(socket.remote_endpoint(peer_error));
    if (!peer_error) {
        auto decision = admissions_.admit(peer.address());
        const bool refused = std::holds_alternative<Admissions::Refusal>(decision);
        context_.network.knocked(text(peer), refused, context_.clock.wall_now());
        if (auto* admission = std::get_if<Admission>(&decision)) {
            ++context_.counters.connections;
            const auto open = open_;
            handler_(std::move(socket), peer, std::move(*admission));
            if (!*open) return;  // the handler closed us
        } else {
            refuse(std::move(socket), peer, std::get<Admissions::Refusal>(decision));
        }
    }
    accept_next();
}

void Listener::pause() {
    pause_.expires_after(kPauseWithoutDescriptors);
    pause_.async_wait([this, open = open_](const error_code& error) {
        if (!error && *open) accept_next();
    });
}

void Listener::refuse(tcp::socket socket, const tcp::endpoint& peer, Admissions::Refusal refusal) {
    error_code ignored;
    socket.close(ignored);
    std::string message = "refused a connection from " + text(peer) + ": ";
    if (refusal == Admissions::Refusal::Total) {
        ++context_.counters.refused_in_total;
        message += "all " + std::to_string(admissions_.max_total()) + " places are taken (bridge.max_connections)";
    } else {
        ++context_.counters.refused_per_address;
        message += "its address already has " + std::to_string(admissions_.max_per_address()) +
                   " connections (bridge.max_connections_per_address)";
    }
    context_.trouble.warn(context_.clock.steady_now(), message);
}

void Listener::health(std::vector<ports::HealthItem>& items) const {
    ports::HealthItem item{"bridge_listener", true, ""};
    const auto endpoint = local_endpoint();
    if (!endpoint) {
        item.ok = false;
        item.detail = failure_.empty() ? "not listening" : failure_;
    } else if (!accept_trouble_.empty()) {
        item.ok = false;
        item.detail = "listening on " + text(*endpoint) + ", but accepting fails: " + accept_trouble_;
    } else if (admissions_.total() >= admissions_.max_total()) {
        item.ok = false;
        item.detail = "listening on " + text(*endpoint) + ", but all " + std::to_string(admissions_.max_total()) +
                      " places are taken; raise bridge.max_connections";
    } else {
        item.detail = "listening on " + text(*endpoint) + ", " + std::to_string(admissions_.total()) + " connected";
    }
    items.push_back(std::move(item));
}

}  // namespace millrace::capture
