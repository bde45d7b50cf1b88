#include "emulate/line.h"

#include <netinet/in.h>

#include <algorithm>

namespace millrace::emulate {
namespace {

using boost::system::error_code;

constexpr base::Milliseconds kFirstWait{250};
constexpr base::Milliseconds kLongestWait{10'000};
// A server that does not read gets no more than this kept for it.
constexpr std::size_t kMaxUnsentBytes = 1024 * 1024;

bool would_block(const error_code& error) {
    return error == boost::asio::error::would_block || error == boost::asio::error::try_again;
}

}  // namespace

Line::Line(boost::asio::io_context& context, LineShared& shared, Bridge bridge, std::uint64_t seed)
    : shared_(shared),
      bridge_(std::move(bridge)),
      random_(seed),
      socket_(context),
      wake_(context),
      reconnect_(context),
      wait_(kFirstWait) {}

void Line::start(base::Milliseconds delay) {
    reconnect_.expires_after(delay);
    reconnect_.async_wait([this](const error_code& error) {
        if (!error && !stopped_) connect();
    });
    arm_timer();
}

void Line::connect() {
    error_code ignored;
    socket_.close(ignored);
    const unsigned connection = ++connection_;
    if (source_) bind_to_source();
    socket_.async_connect(shared_.endpoints[endpoint_], [this, connection](const error_code& error) {
        if (stopped_ || connection != connection_) return;
        if (!error) return on_connected();
        endpoint_ = (endpoint_ + 1) % shared_.endpoints.size();
        wait_to_reconnect();
    });
}

// The port is chosen on connecting, when the far end is known, so that sources do not run out of ports together. Where
// the address is not ours the connection comes from another one, or fails and says so.
void Line::bind_to_source() {
    error_code ignored;
    socket_.open(shared_.endpoints[endpoint_].protocol(), ignored);
    const int late = 1;
    (void)::setsockopt(socket_.native_handle(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &late, sizeof late);
    socket_.bind({*source_, 0}, ignored);
}

void Line::on_connected() {
    error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
    connected_ = true;
    unsent_.clear();
    writing_ = false;
    if (shared_.drop_every > base::Seconds{0}) {
        const double seconds = static_cast<double>(shared_.drop_every.count()) * random_.between(0.5, 1.5);
        drop_at_ = moment().real + base::Milliseconds{static_cast<std::int64_t>(seconds * 1000)};
    }
    wait_readable();
    carry_out(bridge_.on_connected(moment()));
}

void Line::wait_readable() {
    socket_.async_wait(boost::asio::ip::tcp::socket::wait_read,
                       [this, connection = connection_](const error_code& error) { on_readable(error, connection); });
}

void Line::on_readable(const error_code& error, unsigned connection) {
    if (stopped_ || !connected_ || connection != connection_) return;
    if (error) return hang_up(error.message());
    error_code failure;
    const std::size_t size = socket_.read_some(boost::asio::buffer(shared_.read_buffer), failure);
    if (failure && !would_block(failure)) {
        return hang_up(failure == boost::asio::error::eof ? "the server closed the connection" : failure.message());
    }
    // A PUBACK means that the wait before the next attempt may be short again.
    if (size > 0) wait_ = kFirstWait;
    carry_out(bridge_.on_bytes(base::ByteView(shared_.read_buffer.data(), size), moment()));
    if (connected_ && connection == connection_) wait_readable();
}

void Line::send(base::ByteView bytes) {
    if (unsent_.empty()) {
        error_code failure;
        const std::size_t size = socket_.write_some(boost::asio::buffer(bytes.data(), bytes.size()), failure);
        if (failure && !would_block(failure)) return hang_up(failure.message());
        bytes = bytes.subspan(size);
        if (bytes.empty()) return;
    }
    if (unsent_.size() + bytes.size() > kMaxUnsentBytes) return hang_up("the server does not read");
    unsent_.insert(unsent_.end(), bytes.begin(), bytes.end());
    if (writing_) return;
    writing_ = true;
    socket_.async_wait(boost::asio::ip::tcp::socket::wait_write,
                       [this, connection = connection_](const error_code& error) { on_writable(error, connection); });
}

void Line::on_writable(const error_code& error, unsigned connection) {
    if (stopped_ || !connected_ || connection != connection_) return;
    if (error) return hang_up(error.message());
    writing_ = false;
    const base::Bytes bytes = std::move(unsent_);
    unsent_ = {};
    send(bytes);
}

void Line::carry_out(BridgeActions&& actions) {
    for (BridgeAction& action : actions) {
        if (const auto* recorded = std::get_if<Recorded>(&action)) {
            shared_.recorded(bridge_, *recorded);
        } else if (!connected_) {
            continue;
        } else if (const auto* send_action = std::get_if<mqtt::Send>(&action)) {
            send(send_action->bytes);
        } else if (const auto* end = std::get_if<HangUp>(&action)) {
            hang_up(end->reason);
        }
    }
    if (!stopped_) arm_timer();
}

void Line::hang_up(const std::string& reason) {
    if (!connected_) return;
    connected_ = false;
    ++connection_;
    drop_at_ = base::SteadyTime::max();
    error_code ignored;
    socket_.close(ignored);
    unsent_ = {};
    bridge_.on_disconnected(moment());
    if (stopped_) return;
    shared_.lost(reason);
    arm_timer();
    wait_to_reconnect();
}

// Twice as long each time, and not all bridges at the same moment.
void Line::wait_to_reconnect() {
    const double wait_ms = static_cast<double>(wait_.count()) * random_.between(0.75, 1.25);
    wait_ = std::min(wait_ * 2, kLongestWait);
    start(base::Milliseconds{static_cast<std::int64_t>(wait_ms)});
}

void Line::arm_timer() {
    base::SteadyTime wake = std::min(bridge_.real_deadline(), drop_at_);
    wake = std::min(wake, shared_.emulated.when(bridge_.emulated_deadline()));
    // The timer counts on its own clock; the wait is what both agree on.
    const base::Milliseconds longest = std::chrono::hours{1};
    const auto wait = std::chrono::ceil<base::Milliseconds>(wake - std::min(wake, moment().real));
    wake_.expires_after(std::min(wait, longest));
    wake_.async_wait([this](const error_code& error) {
        if (!error && !stopped_) on_wake();
    });
}

void Line::on_wake() {
    const Moment now = moment();
    if (connected_ && now.real >= drop_at_) return hang_up("dropped on purpose");
    carry_out(bridge_.on_timer(now));
}

void Line::cut() {
    hang_up("cut on purpose");
}

void Line::power_cycle() {
    carry_out(bridge_.power_cycle(moment()));
}

void Line::look_again() {
    if (!stopped_) arm_timer();
}

void Line::finish() {
    carry_out(bridge_.finish(moment()));
}

void Line::stop() {
    if (stopped_) return;
    stopped_ = true;
    carry_out(bridge_.goodbye());
    error_code ignored;
    socket_.close(ignored);
    wake_.cancel();
    reconnect_.cancel();
}

Moment Line::moment() const {
    const base::SteadyTime real = shared_.clock.steady_now();
    return {shared_.emulated.at(real), real};
}

}  // namespace millrace::emulate
