#include "capture/pcap/live_capture.h"

#include <utility>

#include <spdlog/spdlog.h>
#include <boost/asio/post.hpp>

#include "capture/log.h"

namespace millrace::capture {

using boost::system::error_code;

namespace {

// Anybody on the network may open connections to these ports, so less is kept than of a file that somebody chose.
ConnectionLimits live_limits() {
    ConnectionLimits limits;
    limits.max_connections = 1024;
    limits.max_held_bytes = 8 * 1024 * 1024;
    return limits;
}

std::string list_of(const std::vector<std::uint16_t>& ports) {
    std::string text;
    for (const std::uint16_t port : ports) text += (text.empty() ? "" : ", ") + std::to_string(port);
    return text;
}

}  // namespace

LiveCapture::LiveCapture(boost::asio::io_context& loop, const base::Clock& clock, LiveSettings settings,
                         std::unique_ptr<PacketSource> source, ports::FrameSink& sink, PacketOpener opener)
    : loop_(loop),
      clock_(clock),
      settings_(std::move(settings)),
      source_(std::move(source)),
      opener_(std::move(opener)),
      connections_(sink),
      descriptor_(loop),
      poll_timer_(loop),
      tick_timer_(loop),
      reopen_timer_(loop) {}

LiveCapture::~LiveCapture() {
    detach();
}

void LiveCapture::set_bridge_of_device(BridgeOfDevice bridge_of_device) {
    connections_.set_bridge_of_device(std::move(bridge_of_device));
}

void LiveCapture::start() {
    started_ = true;
    began_ = clock_.wall_now();
    heard_ = clock_.steady_now();
    reader_.emplace(source_->link(), settings_.ports, connections_, live_limits());
    logger()->info("watching port {} on {}, without sending anything", list_of(settings_.ports), settings_.interface);
    attach();
    tick();
}

void LiveCapture::stop() {
    if (!std::exchange(started_, false)) return;
    tick_timer_.cancel();
    reopen_timer_.cancel();
    detach();
    reader_->table().finish(clock_.wall_now());
}

void LiveCapture::attach() {
    error_code error;
    descriptor_.assign(source_->descriptor(), error);
    if (error) return lose("its descriptor cannot be waited for: " + error.message());
    state_ = source_->state();
    wait();
}

void LiveCapture::detach() {
    poll_timer_.cancel();
    if (descriptor_.is_open()) descriptor_.release();  // cancels too; the source closes it
}

void LiveCapture::wait() {
    descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                           [this, alive = std::weak_ptr(alive_)](const error_code& error) {
                               if (!error && !alive.expired() && descriptor_.is_open()) read_slice();
                           });
    const auto longest = source_->must_read_every();
    if (longest == base::Milliseconds{0}) return;
    poll_timer_.expires_after(longest);
    poll_timer_.async_wait([this, alive = std::weak_ptr(alive_)](const error_code& error) {
        // The descriptor's wait then ends with an error, and read_slice() begins another.
        if (error || alive.expired() || !descriptor_.is_open()) return;
        descriptor_.cancel();
        read_slice();
    });
}

void LiveCapture::read_slice() {
    if (!source_ || !started_) return;
    poll_timer_.cancel();
    const base::WallTime now = clock_.wall_now();
    const auto got = source_->read(kSlice, [&](base::ByteView packet) { reader_->on_packet(packet, now); });
    if (const auto last = connections_.last_packet(); last != last_packet_) {
        last_packet_ = last;
        heard_ = clock_.steady_now();
    }
    if (!got) return lose(got.error().message);
    if (*got < kSlice) return wait();
    boost::asio::post(loop_, [this, alive = std::weak_ptr(alive_)] {
        if (!alive.expired() && started_) read_slice();
    });
}

// Looks after what no packet wakes us for.
void LiveCapture::tick() {
    const base::WallTime now = clock_.wall_now();
    reader_->table().forget_old(now);
    if (source_) {
        const LinkState state = source_->state();
        if (state != state_ && state != LinkState::Gone) {  // reading tells when it is gone
            logger()->warn("the network interface {} is {}", settings_.interface,
                           state == LinkState::Up ? "up again" : "down: nothing can be seen on it");
        }
        state_ = state;
        if (state == LinkState::Gone) lose("there is no network interface '" + settings_.interface + "' any more");
    }
    tick_timer_.expires_after(settings_.tick);
    tick_timer_.async_wait([this, alive = std::weak_ptr(alive_)](const error_code& error) {
        if (!error && !alive.expired() && started_) tick();
    });
}

void LiveCapture::lose(const std::string& why) {
    ++losses_;
    counts_of_earlier_ = source_counts();
    detach();
    source_.reset();
    lost_ = why;
    may_reopen_ = true;
    logger()->warn("live capture stopped: {}", why);
    reopen_later();
}

void LiveCapture::reopen_later() {
    reopen_timer_.expires_after(settings_.reopen_after);
    reopen_timer_.async_wait([this, alive = std::weak_ptr(alive_)](const error_code& error) {
        if (!error && !alive.expired() && started_) reopen();
    });
}

void LiveCapture::reopen() {
    auto opened = opener_(settings_);
    if (opened) {
        source_ = std::move(*opened);
        reader_->set_link(source_->link());
        lost_.clear();
        logger()->info("watching {} again", settings_.interface);
        return attach();
    }
    lost_ = opened.error().message;
    may_reopen_ = !opened.error().lacks_privileges;
    if (may_reopen_) return reopen_later();
    logger()->error(
        "the network interface {} went away and cannot be opened again without privileges; restart millrace",
        settings_.interface);
}

SourceCounts LiveCapture::source_counts() const {
    SourceCounts sum = counts_of_earlier_;
    if (!source_) return sum;
    const SourceCounts now = source_->counts();
    sum.received += now.received;
    sum.dropped += now.dropped;
    sum.dropped_by_card += now.dropped_by_card;
    return sum;
}

ports::HealthItem LiveCapture::quiet_health() const {
    ports::HealthItem item{"capture", true, ""};
    const std::string& name = settings_.interface;
    const bool quiet = clock_.steady_now() - heard_ >= kQuiet;
    if (last_packet_ && !quiet) {
        item.detail = "watching " + name + ", " + std::to_string(connections_.open()) + " bridge connections open";
    } else if (!quiet) {
        item.detail = "watching " + name + ", no bridge seen yet";
    } else {
        item.ok = false;
        item.detail = "no bridge's MQTT seen on " + name + " since " + base::to_rfc3339(last_packet_.value_or(began_)) +
                      ": is the bridge's port mirrored to this machine, and is its cloud on port " +
                      list_of(settings_.ports) + "?";
    }
    return item;
}

void LiveCapture::health(std::vector<ports::HealthItem>& items) const {
    const std::string& name = settings_.interface;
    if (!started_) {
        items.push_back({"capture", false, "not watching"});
    } else if (!source_ && !may_reopen_) {
        items.push_back({"capture", false,
                         "the network interface " + name +
                             " went away, and opening it again needs privileges that were given up; restart millrace"});
    } else if (!source_) {
        items.push_back({"capture", false, lost_ + "; looked for again every few seconds"});
    } else if (state_ == LinkState::Down) {
        items.push_back({"capture", false,
                         "the network interface " + name +
                             " is down or has no cable; watching goes on when it is up (`ip "
                             "link set " +
                             name + " up`)"});
    } else {
        items.push_back(quiet_health());
    }
}

void LiveCapture::metrics(std::vector<ports::Metric>& metrics) const {
    const auto add = [&metrics](std::string name, std::string help, ports::MetricType type, std::uint64_t value) {
        metrics.push_back({std::move(name), std::move(help), type, {}, static_cast<double>(value)});
    };
    using enum ports::MetricType;
    const SourceCounts source = source_counts();
    const PacketCounts packets = reader_ ? reader_->counts() : PacketCounts{};
    const ConnectionCounts found = reader_ ? reader_->table().counts() : ConnectionCounts{};
    add("millrace_capture_up", "1 while the interface is open and up.", Gauge,
        started_ && source_ && state_ == LinkState::Up ? 1 : 0);
    add("millrace_capture_packets_total", "Packets read off the interface.", Counter, packets.packets);
    add("millrace_capture_kernel_drops_total", "Packets the kernel dropped because its buffer was full.", Counter,
        source.dropped);
    add("millrace_capture_interface_drops_total", "Packets the interface dropped, of whatever traffic.", Counter,
        source.dropped_by_card);
    add("millrace_capture_unreadable_packets_total", "Packets whose headers make no sense.", Counter,
        packets.unreadable);
    add("millrace_capture_gaps_total", "Places where bytes of a connection were not captured.", Counter, found.gaps);
    add("millrace_capture_missing_bytes_total", "Bytes of connections that were not captured.", Counter,
        found.missing_bytes);
    add("millrace_capture_resyncs_total", "Times the next packet of a connection had to be searched.", Counter,
        found.resyncs);
    add("millrace_capture_broken_total", "Places that are not MQTT although nothing is missing.", Counter,
        found.broken);
    add("millrace_capture_connections_seen_total", "Bridge connections seen.", Counter, connections_.connections());
    add("millrace_capture_connections", "Bridge connections that are open now.", Gauge, connections_.open());
    add("millrace_capture_frames_total", "PUBLISH packets of bridges and their cloud handed on.", Counter,
        connections_.frames());
    add("millrace_capture_ignored_publishes_total", "PUBLISH packets of other MQTT clients, which are left alone.",
        Counter, connections_.ignored());
    add("millrace_capture_held_bytes", "Bytes waiting for what is missing before them.", Gauge,
        reader_ ? reader_->table().held_bytes() : 0);
    add("millrace_capture_losses_total", "Times the interface went away.", Counter, losses_);
}

}  // namespace millrace::capture
