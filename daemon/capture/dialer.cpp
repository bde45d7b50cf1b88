#include "capture/dialer.h"

#include <algorithm>
#include <utility>

#include <boost/asio/error.hpp>

namespace millrace::capture {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::string loop_message(const HostPort& cloud, const std::string& where) {
    return text(cloud) + " resolves to this machine (" + where +
           "): name_servers must not be the redirected ones, and the redirection must leave out this machine's own "
           "connections";
}

Dial::Dial(DoorContext& context, CloudRoute& route, ports::ConnectionId connection)
    : context_(context),
      route_(route),
      connection_(connection),
      socket_(context.loop),
      address_timer_(context.loop),
      whole_timer_(context.loop) {}

void Dial::start(Handler handler, base::Milliseconds at_most) {
    handler_ = std::move(handler);
    whole_timer_.expires_after(std::min(context_.limits.dial_timeout, at_most));
    whole_timer_.async_wait([self = shared_from_this()](const error_code& error) {
        if (error || !self->handler_) return;
        self->finish(base::failure(base::Error{text(self->route_.cloud) + " could not be reached in time" +
                                               (self->failures_.empty() ? "" : " (" + self->failures_ + ")")}));
    });
    route_.resolver.resolve(route_.cloud.host, [self = shared_from_this()](auto result) {
        if (self->handler_) self->on_addresses(std::move(result));
    });
}

void Dial::cancel() {
    if (!handler_) return;
    handler_ = nullptr;
    address_timer_.cancel();
    whole_timer_.cancel();
    forget_socket();
}

void Dial::on_addresses(base::Result<Resolver::Addresses, base::Error> result) {
    if (!result) {
        context_.network.lookup_failed(result.error().message, context_.clock.wall_now());
        return finish(base::failure(std::move(result.error())));
    }
    std::vector<std::string> named;
    for (const auto& address : *result) named.push_back(address.to_string());
    context_.network.resolved(named, context_.clock.wall_now());
    std::string own;
    for (auto address = result->rbegin(); address != result->rend(); ++address) {
        const tcp::endpoint target(*address, route_.cloud.port);
        if (route_.guard.is_own(target)) {
            own = text(target);
        } else {
            left_.push_back(target);
        }
    }
    if (left_.empty()) {
        ++context_.counters.refused_as_loop;
        return finish(base::failure(base::Error{loop_message(route_.cloud, own)}));
    }
    try_next();
}

void Dial::try_next() {
    if (left_.empty()) {
        return finish(base::failure(base::Error{text(route_.cloud) + " cannot be reached: " + failures_}));
    }
    trying_ = left_.back();
    left_.pop_back();
    timed_out_ = false;
    address_timer_.expires_after(context_.limits.connect_timeout);
    address_timer_.async_wait([self = shared_from_this()](const error_code& error) {
        if (error || !self->handler_) return;
        self->timed_out_ = true;
        error_code ignored;
        self->socket_.cancel(ignored);
    });
    socket_.async_connect(trying_, [self = shared_from_this()](const error_code& error) {
        if (self->handler_) self->on_connected(error);
    });
    // Known from here on and before the other side can accept it, or our own listener would not recognise it.
    error_code error;
    const auto local = socket_.local_endpoint(error);
    if (!error) route_.guard.add_upstream(local, connection_);
}

void Dial::on_connected(const error_code& error) {
    address_timer_.cancel();
    error_code failed = error;
    if (!failed && timed_out_) failed = asio::error::timed_out;
    if (!failed) return finish(std::move(socket_));
    if (!failures_.empty()) failures_ += ", ";
    failures_ += text(trying_) + ": " + (timed_out_ ? "no answer" : failed.message());
    forget_socket();
    try_next();
}

void Dial::forget_socket() {
    route_.guard.remove_upstreams(connection_);
    error_code ignored;
    socket_.close(ignored);
}

void Dial::finish(base::Result<tcp::socket, base::Error> result) {
    address_timer_.cancel();
    whole_timer_.cancel();
    if (!result) forget_socket();
    const auto handler = std::exchange(handler_, nullptr);
    handler(std::move(result));
}

}  // namespace millrace::capture
