#include "capture/arrival.h"

#include <string.h>  // explicit_bzero

#include <utility>

#include <spdlog/spdlog.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

namespace millrace::capture {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

Arrival::Arrival(DoorContext& context, BridgeSide side)
    : context_(context),
      side_(std::move(side)),
      timer_(context.loop),
      parser_(mqtt::ParserLimits{context.limits.max_connect_bytes}) {}

void Arrival::start(Known known, Gone gone) {
    known_ = std::move(known);
    gone_ = std::move(gone);
    error_code error;
    side_.socket.non_blocking(true, error);
    timer_.expires_after(context_.limits.first_byte_timeout);
    timer_.async_wait([self = shared_from_this()](const error_code& cancelled) {
        if (!cancelled && !self->done_) self->give_up("no CONNECT in time", true);
    });
    watch();
}

void Arrival::close() {
    if (done_ && !side_.socket.is_open()) return;
    done_ = true;
    timer_.cancel();
    error_code ignored;
    side_.socket.close(ignored);
}

BridgeSide Arrival::take() {
    error_code ignored;
    side_.socket.cancel(ignored);
    return std::move(side_);
}

void Arrival::watch() {
    side_.socket.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const error_code& error) {
        if (self->done_) return;
        if (error) return self->give_up("its socket failed: " + error.message(), false);
        self->on_readable();
    });
}

void Arrival::on_readable() {
    auto& buffer = context_.read_buffer;
    error_code error;
    const std::size_t count = side_.socket.read_some(asio::buffer(buffer), error);
    if (error == asio::error::would_block || error == asio::error::interrupted) return watch();
    if (error) return give_up(error == asio::error::eof ? "the bridge closed it" : error.message(), false);
    const base::ByteView bytes(buffer.data(), count);
    read_.append(bytes);
    parser_.feed(bytes);
    ::explicit_bzero(buffer.data(), count);
    look();
}

void Arrival::look() {
    mqtt::ParseResult result = parser_.next();
    if (std::holds_alternative<mqtt::NeedMore>(result)) return watch();
    auto* packet = std::get_if<mqtt::Packet>(&result);
    auto* connect = packet == nullptr ? nullptr : std::get_if<mqtt::Connect>(packet);
    arrived_ = context_.clock.steady_now();
    if (connect == nullptr) {
        side_.connect = std::move(read_);
        return finish(false);
    }
    if (connect->password) ::explicit_bzero(connect->password->data(), connect->password->size());
    side_.client_id = connect->client_id;
    side_.bridge = base::DeviceId::parse(connect->client_id);
    const std::size_t size = read_.view().size() - parser_.buffered_bytes();
    side_.after_connect.assign(read_.view().begin() + static_cast<std::ptrdiff_t>(size), read_.view().end());
    side_.connect = SecretBytes(read_.view().first(size));
    read_ = SecretBytes();
    finish(true);
}

void Arrival::finish(bool is_mqtt) {
    done_ = true;
    timer_.cancel();
    gone_ = nullptr;
    std::exchange(known_, nullptr)(is_mqtt);
}

void Arrival::give_up(const std::string& why, bool bad) {
    if (bad) context_.counters.count_bad_close("timeout");
    logger()->debug("bridge connection {} from {} closed: {}", side_.id, side_.peer, why);
    known_ = nullptr;
    const auto gone = std::exchange(gone_, nullptr);
    close();
    gone();
}

}  // namespace millrace::capture
