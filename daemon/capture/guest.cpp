#include "capture/guest.h"

#include <algorithm>
#include <array>
#include <utility>

#include <spdlog/spdlog.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "capture/endpoint.h"
#include "capture/log.h"
#include "mqtt/client_session.h"

namespace millrace::capture {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::string_view kUpstream = "2/#";
constexpr std::string_view kDownstream = "responses/#";
constexpr std::string_view kDownstreamStart = "responses/";

mqtt::ClientSettings session_settings(const GuestSettings& settings) {
    mqtt::ClientSettings session;
    session.client_id = settings.client_id;
    if (!settings.user_name.empty()) session.user_name = settings.user_name;
    if (!settings.password.empty()) session.password = base::to_bytes(settings.password);
    session.clean_session = false;
    session.acknowledge_by_hand = true;
    return session;
}

}  // namespace

// Lives as long as an operation of its own is under way or the Guest holds it.
class Guest::Connection final : public ports::BridgeLink, public std::enable_shared_from_this<Connection> {
public:
    Connection(asio::io_context& loop, const base::Clock& clock, GuestSettings settings, ports::FrameSink& sink,
               GuestLimits limits)
        : settings_(std::move(settings)),
          limits_(limits),
          clock_(clock),
          sink_(sink),
          resolver_(loop),
          socket_(loop),
          timer_(loop),
          wait_(limits.first_wait) {}

    base::Result<void, base::Error> start();
    void stop();

    void acknowledge(ports::ConnectionId connection, ports::Receipt receipt) override;
    bool publish(ports::ConnectionId connection, std::string topic, base::Bytes payload, std::uint8_t qos) override;

    [[nodiscard]] ports::BrokerLink link() const { return {text(broker_), opened_, opened_ ? "" : trouble_}; }
    void health(std::vector<ports::HealthItem>& items) const;
    void metrics(std::vector<ports::Metric>& metrics) const;

private:
    void connect();
    void on_connected(const error_code& error);
    void read();
    void write();
    void watch_deadline();
    void carry_out(mqtt::ClientActions actions);
    void on_opened();
    void on_message(mqtt::MessageReceived message);
    void send(base::ByteView bytes);
    void hang_up(const std::string& reason);

    const GuestSettings settings_;
    const GuestLimits limits_;
    const base::Clock& clock_;
    ports::FrameSink& sink_;
    HostPort broker_;
    tcp::resolver resolver_;
    tcp::socket socket_;
    asio::steady_timer timer_;
    base::Milliseconds wait_;
    std::optional<mqtt::ClientSession> session_;
    std::array<std::uint8_t, 16 * 1024> buffer_{};
    base::Bytes outgoing_;
    ports::ConnectionId connection_ = kFirst;  // counted apart from the doors for bridges
    bool opened_ = false;                      // the sink knows of the connection
    bool writing_ = false;
    bool stopped_ = true;
    std::string trouble_;
    LogGate gate_;
    std::uint64_t frames_ = 0;
    std::uint64_t connections_ = 0;

    // The doors for bridges count from 1 and never come this far.
    static constexpr ports::ConnectionId kFirst = ports::ConnectionId{1} << 62;
};

base::Result<void, base::Error> Guest::Connection::start() {
    auto broker = parse_host_port(settings_.broker);
    if (!broker) return base::failure(base::Error{"guest.broker: " + broker.error().message});
    broker_ = std::move(*broker);
    stopped_ = false;
    connect();
    return {};
}

void Guest::Connection::stop() {
    if (std::exchange(stopped_, true)) return;
    if (session_) {
        for (const auto& action : session_->disconnect()) {
            const auto* goodbye = std::get_if<mqtt::Send>(&action);
            error_code ignored;
            if (goodbye != nullptr) (void)socket_.write_some(asio::buffer(goodbye->bytes), ignored);
        }
    }
    hang_up("the daemon stops");
    resolver_.cancel();
    timer_.cancel();
}

void Guest::Connection::connect() {
    timer_.expires_after(limits_.connect_timeout);
    timer_.async_wait([self = shared_from_this()](const error_code& error) {
        if (!error && !self->session_) self->hang_up("no answer to our call");
    });
    resolver_.async_resolve(broker_.host, std::to_string(broker_.port),
                            [self = shared_from_this()](const error_code& error, tcp::resolver::results_type found) {
                                if (self->stopped_) return;
                                if (error) return self->hang_up("its name is not known: " + error.message());
                                asio::async_connect(self->socket_, found,
                                                    [self](const error_code& failed, const tcp::endpoint&) {
                                                        if (!self->stopped_) self->on_connected(failed);
                                                    });
                            });
}

void Guest::Connection::on_connected(const error_code& error) {
    if (error == asio::error::operation_aborted) return;  // hung up already
    if (error) return hang_up(error.message());
    error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(tcp::no_delay(true), ignored);
    session_.emplace(session_settings(settings_));
    ++connection_;
    read();
    carry_out(session_->open(clock_.steady_now()));
}

void Guest::Connection::read() {
    socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this(), id = connection_](const error_code& error) {
        if (self->stopped_ || !self->session_ || id != self->connection_) return;
        if (error) return self->hang_up(error.message());
        error_code failed;
        const std::size_t count = self->socket_.read_some(asio::buffer(self->buffer_), failed);
        const bool later = failed == asio::error::would_block || failed == asio::error::interrupted;
        if (failed && !later) return self->hang_up(failed == asio::error::eof ? "it hung up" : failed.message());
        if (!later) self->carry_out(self->session_->on_bytes({self->buffer_.data(), count}, self->clock_.steady_now()));
        if (self->session_ && id == self->connection_) self->read();
    });
}

void Guest::Connection::watch_deadline() {
    if (!session_) return;
    timer_.expires_after(session_->deadline() - clock_.steady_now());
    timer_.async_wait([self = shared_from_this(), id = connection_](const error_code& error) {
        if (error || self->stopped_ || !self->session_ || id != self->connection_) return;
        self->carry_out(self->session_->on_timer(self->clock_.steady_now()));
    });
}

void Guest::Connection::carry_out(mqtt::ClientActions actions) {
    const auto keep = shared_from_this();
    const ports::ConnectionId id = connection_;
    for (auto& action : actions) {
        if (!session_ || id != connection_) return;  // hung up by what went before
        if (const auto* to_send = std::get_if<mqtt::Send>(&action)) {
            send(to_send->bytes);
        } else if (std::holds_alternative<mqtt::Opened>(action)) {
            on_opened();
        } else if (auto* message = std::get_if<mqtt::MessageReceived>(&action)) {
            on_message(std::move(*message));
        } else if (const auto* refused = std::get_if<mqtt::Refused>(&action)) {
            return hang_up("it refused us with return code " + std::to_string(static_cast<int>(refused->return_code)) +
                           "; check guest.user and its password");
        } else if (const auto* close = std::get_if<mqtt::Close>(&action)) {
            return hang_up(close->reason);
        }
    }
    watch_deadline();
}

void Guest::Connection::on_opened() {
    opened_ = true;
    wait_ = limits_.first_wait;
    trouble_.clear();
    ++connections_;
    logger()->info("a guest at {}, {}", text(broker_),
                   settings_.answer ? "answering bridges as their cloud would" : "listening");
    ports::ConnectionOpened opened;
    opened.connection = connection_;
    opened.door = ports::Door::Guest;
    opened.peer = text(broker_);
    opened.at = clock_.wall_now();
    sink_.on_opened(opened, this);
    std::vector<mqtt::Subscription> filters{{std::string(kUpstream), mqtt::Qos::AtLeastOnce}};
    // Our own answers would come back too, so these are asked for only where they are somebody else's.
    if (!settings_.answer) filters.push_back({std::string(kDownstream), mqtt::Qos::AtLeastOnce});
    carry_out(session_->subscribe(std::move(filters)));
}

void Guest::Connection::on_message(mqtt::MessageReceived message) {
    if (!opened_) return;
    ++frames_;
    mqtt::Publish& publish = message.publish;
    ports::Frame frame;
    frame.received = clock_.wall_now();
    frame.door = ports::Door::Guest;
    frame.direction =
        publish.topic.starts_with(kDownstreamStart) ? base::Direction::ToBridge : base::Direction::ToCloud;
    frame.qos = static_cast<std::uint8_t>(publish.qos);
    frame.dup = publish.dup;
    frame.retain = publish.retain;
    frame.topic = std::move(publish.topic);
    frame.payload = std::move(publish.payload);
    sink_.on_frame(connection_, std::move(frame), message.receipt);
}

void Guest::Connection::acknowledge(ports::ConnectionId connection, ports::Receipt receipt) {
    if (session_ && connection == connection_) carry_out(session_->acknowledge(receipt));
}

bool Guest::Connection::publish(ports::ConnectionId connection, std::string topic, base::Bytes payload,
                                std::uint8_t qos) {
    if (!session_ || connection != connection_ || !settings_.answer) return false;
    auto published = session_->publish(std::move(topic), std::move(payload),
                                       qos == 0 ? mqtt::Qos::AtMostOnce : mqtt::Qos::AtLeastOnce, clock_.steady_now());
    const bool goes_out = !published.actions.empty();
    carry_out(std::move(published.actions));
    return goes_out;
}

void Guest::Connection::send(base::ByteView bytes) {
    if (outgoing_.size() + bytes.size() > limits_.max_outgoing_bytes) return hang_up("it does not read what we send");
    outgoing_.insert(outgoing_.end(), bytes.begin(), bytes.end());
    if (!writing_) write();
}

void Guest::Connection::write() {
    error_code error;
    const std::size_t taken = socket_.write_some(asio::buffer(outgoing_), error);
    if (error && error != asio::error::would_block) return hang_up(error.message());
    outgoing_.erase(outgoing_.begin(), outgoing_.begin() + static_cast<std::ptrdiff_t>(error ? 0 : taken));
    writing_ = !outgoing_.empty();
    if (!writing_) return;
    socket_.async_wait(tcp::socket::wait_write,
                       [self = shared_from_this(), id = connection_](const error_code& failed) {
                           if (self->stopped_ || !self->session_ || id != self->connection_) return;
                           if (failed) return self->hang_up(failed.message());
                           self->write();
                       });
}

void Guest::Connection::hang_up(const std::string& reason) {
    session_.reset();
    outgoing_.clear();
    writing_ = false;
    error_code ignored;
    socket_.close(ignored);
    if (std::exchange(opened_, false)) sink_.on_closed({connection_, clock_.wall_now(), reason});
    if (stopped_) return;
    trouble_ = reason;
    gate_.warn(clock_.steady_now(), "the broker " + text(broker_) + " where we are a guest: " + reason);
    timer_.expires_after(wait_);
    timer_.async_wait([self = shared_from_this()](const error_code& error) {
        if (!error && !self->stopped_) self->connect();
    });
    wait_ = std::min(wait_ * 2, limits_.longest_wait);
}

void Guest::Connection::health(std::vector<ports::HealthItem>& items) const {
    if (opened_) {
        items.push_back({"guest", true, "subscribed at " + text(broker_)});
    } else {
        items.push_back({"guest", trouble_.empty(),
                         trouble_.empty() ? "connecting to " + text(broker_) : text(broker_) + ": " + trouble_});
    }
}

void Guest::Connection::metrics(std::vector<ports::Metric>& metrics) const {
    using ports::MetricType;
    metrics.push_back({"millrace_guest_connected",
                       "Whether we are connected to the broker where we are a guest.",
                       MetricType::Gauge,
                       {},
                       opened_ ? 1.0 : 0.0});
    metrics.push_back({"millrace_guest_frames_total",
                       "Messages of bridges and of their cloud received there.",
                       MetricType::Counter,
                       {},
                       static_cast<double>(frames_)});
    metrics.push_back({"millrace_guest_connections_total",
                       "Connections to it.",
                       MetricType::Counter,
                       {},
                       static_cast<double>(connections_)});
}

Guest::Guest(asio::io_context& loop, const base::Clock& clock, GuestSettings settings, ports::FrameSink& sink,
             GuestLimits limits) {
    if (!settings.broker.empty()) {
        connection_ = std::make_shared<Connection>(loop, clock, std::move(settings), sink, limits);
    }
}

Guest::~Guest() {
    stop();
}

base::Result<void, base::Error> Guest::start() {
    return connection_ ? connection_->start() : base::Result<void, base::Error>{};
}

void Guest::stop() {
    if (connection_) connection_->stop();
}

std::optional<ports::BrokerLink> Guest::guest() const {
    return connection_ ? std::optional(connection_->link()) : std::nullopt;
}

void Guest::health(std::vector<ports::HealthItem>& items) const {
    if (connection_) connection_->health(items);
}

void Guest::metrics(std::vector<ports::Metric>& metrics) const {
    if (connection_) connection_->metrics(metrics);
}

}  // namespace millrace::capture
