// The door that only watches: bridges and their cloud, seen on a network interface of this machine, which is a router's
// or hangs on a mirror port.
//
// Packets come from a PacketSource, opened by the caller while it may (open_interface()), and go the same way as those
// of capture files: PacketReader, then LiveConnections, then the frame sink with door Pcap and no link. Read in small
// slices, so that the loop is never held; what the kernel drops meanwhile is counted. Frames are stamped with the time
// at which we read them. When the interface goes away, it is opened again as soon as that is possible; without
// privileges it is not, and health says so.
//
// Owns the source. The sink, the clock and the loop outlive it. Loop thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/time.h"
#include "capture/pcap/live_connections.h"
#include "capture/pcap/packet_reader.h"
#include "capture/pcap/packet_source.h"
#include "capture/pcap/settings.h"
#include "ports/bridge_link.h"
#include "ports/health.h"

namespace millrace::capture {

class LiveCapture final : public ports::SelfReport {
public:
    // Packets read before others get their turn: some 50 us of work.
    static constexpr std::size_t kSlice = 64;
    // A bridge pings every 21 s. Nothing for so long means that its packets do not come by here.
    static constexpr base::Seconds kQuiet{5 * 60};

    LiveCapture(boost::asio::io_context& loop, const base::Clock& clock, LiveSettings settings,
                std::unique_ptr<PacketSource> source, ports::FrameSink& sink, PacketOpener opener = open_interface);
    ~LiveCapture() override;
    LiveCapture(const LiveCapture&) = delete;
    LiveCapture& operator=(const LiveCapture&) = delete;

    // Before start(). Helps with connections that were open before we began.
    void set_bridge_of_device(BridgeOfDevice bridge_of_device);

    void start();
    // Closes all connections towards the sink; afterwards nothing reaches it any more.
    void stop();

    void health(std::vector<ports::HealthItem>& items) const override;
    void metrics(std::vector<ports::Metric>& metrics) const override;

    [[nodiscard]] const std::string& interface() const { return settings_.interface; }

private:
    void attach();
    void detach();
    void wait();
    void read_slice();
    void tick();
    void reopen();
    void reopen_later();
    void lose(const std::string& why);
    [[nodiscard]] SourceCounts source_counts() const;
    [[nodiscard]] ports::HealthItem quiet_health() const;

    boost::asio::io_context& loop_;
    const base::Clock& clock_;
    LiveSettings settings_;
    std::unique_ptr<PacketSource> source_;  // null while the interface is gone
    PacketOpener opener_;
    LiveConnections connections_;
    std::optional<PacketReader> reader_;
    boost::asio::posix::stream_descriptor descriptor_;  // borrowed of the source
    boost::asio::steady_timer poll_timer_;              // for sources whose descriptor does not tell all
    boost::asio::steady_timer tick_timer_;
    boost::asio::steady_timer reopen_timer_;
    LinkState state_ = LinkState::Up;
    std::string lost_;  // why the source is gone, or why it cannot be opened again
    bool may_reopen_ = true;
    base::WallTime began_;
    base::SteadyTime heard_;  // when something of a bridge was last seen, or we began
    std::optional<base::WallTime> last_packet_;
    SourceCounts counts_of_earlier_;  // of sources before this one
    std::uint64_t losses_ = 0;
    bool started_ = false;
    // Handlers that the loop still holds see whether this is gone.
    std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace millrace::capture
