// The connection of one emulated bridge: connects, reconnects with a growing wait, carries bytes and wakes the bridge
// when one of its deadlines comes.
//
// Lives from start() to stop(), on the thread that runs its io_context. A line shares its read buffer with all others,
// so that an idle one costs a socket and a timer.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/time.h"
#include "emulate/bridge.h"
#include "emulate/emulated_clock.h"

namespace millrace::emulate {

// What all lines of a run have in common.
struct LineShared {
    const base::Clock& clock;
    const EmulatedClock& emulated;
    std::vector<boost::asio::ip::tcp::endpoint> endpoints;  // of the server, tried in turn
    std::function<void(const Bridge& bridge, const Recorded& recorded)> recorded;
    std::function<void(const std::string& reason)> lost;  // a connection that had been open ended
    base::Seconds drop_every{0};
    std::array<std::uint8_t, 16 * 1024> read_buffer{};
};

class Line {
public:
    Line(boost::asio::io_context& context, LineShared& shared, Bridge bridge, std::uint64_t seed);

    // Where its connections come from; the system's choice otherwise. Before start().
    void set_source(const boost::asio::ip::address& source) { source_ = source; }

    void start(base::Milliseconds delay);
    // The connection breaks, as if the network were gone for a moment; the line connects again after its usual wait.
    void cut();
    // Power is cut and comes back.
    void power_cycle();
    // The emulated clock runs otherwise from now on: the deadlines are looked at anew.
    void look_again();
    // The device's last words: counts no more water and sends what waits. done() tells when it is acknowledged.
    void finish();
    [[nodiscard]] bool done() const { return bridge_.done(); }
    void stop();

    [[nodiscard]] const Bridge& bridge() const { return bridge_; }

private:
    void connect();
    void bind_to_source();
    void on_connected();
    void on_readable(const boost::system::error_code& error, unsigned connection);
    void on_writable(const boost::system::error_code& error, unsigned connection);
    void on_wake();
    void carry_out(BridgeActions&& actions);
    void send(base::ByteView bytes);
    void wait_readable();
    void arm_timer();
    void hang_up(const std::string& reason);
    void wait_to_reconnect();
    [[nodiscard]] Moment moment() const;

    LineShared& shared_;
    Bridge bridge_;
    Random random_;
    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer wake_;
    boost::asio::steady_timer reconnect_;
    base::Bytes unsent_;
    unsigned connection_ = 0;  // counts connections, so that handlers of an old one are told from those of this
    bool connected_ = false;
    bool stopped_ = false;
    bool writing_ = false;
    std::size_t endpoint_ = 0;
    std::optional<boost::asio::ip::address> source_;
    base::Milliseconds wait_;
    base::SteadyTime drop_at_ = base::SteadyTime::max();
};

}  // namespace millrace::emulate
