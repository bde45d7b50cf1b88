#include "publish/mqtt_client.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

namespace millrace::publish {

namespace {

std::shared_ptr<spdlog::logger> logger() {
    auto own = spdlog::get("publish");
    return own ? own : spdlog::default_logger();
}

}  // namespace

MqttClient::MqttClient(boost::asio::io_context& loop, const Settings& settings, const base::Clock& clock,
                       const Timing& timing, Events& events)
    : loop_(loop),
      settings_(settings),
      clock_(clock),
      timing_(timing),
      events_(events),
      resolver_(loop),
      redial_timer_(loop),
      goodbye_timer_(loop),
      policy_(timing.first_redial, timing.longest_redial) {}

MqttClient::~MqttClient() {
    if (connection_) connection_->abandon();
}

void MqttClient::start() {
    find_broker();
}

bool MqttClient::may_log() {
    return log_budget_.allow(clock_.steady_now());
}

void MqttClient::find_broker() {
    events_.before_dial([this, alive = alive()](bool there_is_one) {
        if (alive.expired() || stopping_) return;
        if (there_is_one) return resolve();
        trouble_.clear();
        dial_after(timing_.broker_asked_again);
    });
}

void MqttClient::resolve() {
    addresses_.clear();
    next_address_ = 0;
    boost::system::error_code is_a_name;
    boost::asio::ip::make_address(settings_.host, is_a_name);
    if (!is_a_name) {
        addresses_.push_back(settings_.host);
        return dial();
    }
    const auto on_resolved = [this, alive = alive()](boost::system::error_code error,
                                                     const boost::asio::ip::tcp::resolver::results_type& results) {
        if (alive.expired() || stopping_) return;
        if (error) return failed(Ending::NoTransport, "the name cannot be resolved: " + error.message());
        for (const auto& result : results) {
            if (addresses_.size() < kMaxAddresses) addresses_.push_back(result.endpoint().address().to_string());
        }
        dial();
    };
    resolver_.async_resolve(settings_.host, std::to_string(settings_.port),
                            boost::asio::ip::resolver_base::numeric_service, on_resolved);
}

void MqttClient::dial() {
    if (stopping_) return;
    if (next_address_ >= addresses_.size()) return failed(Ending::NoTransport, "the name has no address");
    if (settings_.tls && !tls_) {
        auto made = TlsContext::make(settings_);
        if (!made) return failed(Ending::NoTransport, made.error().message);
        tls_ = *made;
    }
    DialPlan plan{addresses_[next_address_++], settings_.port, policy_.protocol(), tls_, timing_.connack_wait};
    ConnectionObserver& observer = *this;
    connection_ = std::make_shared<MqttConnection>(loop_, settings_, std::move(plan), observer);
    connection_->start();
}

void MqttClient::dial_after(base::Milliseconds delay) {
    redial_timer_.expires_after(delay);
    redial_timer_.async_wait([this, alive = alive()](boost::system::error_code error) {
        if (!error && !alive.expired() && !stopping_) find_broker();
    });
}

void MqttClient::failed(Ending ending, const std::string& detail) {
    base::Milliseconds session{0};
    if (session_began_) {
        session = std::chrono::duration_cast<base::Milliseconds>(clock_.steady_now() - *session_began_);
    }
    const bool was_connected = std::exchange(session_began_, std::nullopt).has_value();
    outbox_.clear();
    in_flight_ = 0;
    if (detail != trouble_ && may_log()) {
        logger()->warn("broker {}:{}: {}", settings_.host, settings_.port, detail);
    }
    trouble_ = detail;
    tls_.reset();  // files that were wrong may have been put right by the next attempt
    if (was_connected) events_.on_disconnected();
    const double random = std::uniform_real_distribution<double>(0, 1)(random_);
    dial_after(policy_.after(ending, session, random));
}

void MqttClient::accepted() {
    session_began_ = clock_.steady_now();
    trouble_.clear();
    refusal_.clear();
    ++counters_.sessions;
    if (may_log()) {
        logger()->info("broker {}:{}: connected with MQTT {}", settings_.host, settings_.port,
                       policy_.protocol() == Protocol::V5 ? "5" : "3.1.1");
    }
    events_.on_connected();
}

void MqttClient::received(const ReceivedMessage& message) {
    if (!stopping_) events_.on_message(message);
}

void MqttClient::published(std::size_t count, const std::string& refusal) {
    in_flight_ -= std::min(count, in_flight_);
    if (!refusal.empty()) {
        ++counters_.refused;
        if (refusal != refusal_ && may_log()) {
            logger()->warn("broker {}:{}: it did not take a message: {}", settings_.host, settings_.port, refusal);
        }
        refusal_ = refusal;
    }
    drain();
    if (connected() && !stopping_ && in_flight_ == 0 && outbox_.empty()) events_.on_taken();
}

void MqttClient::closed(Ending ending, const std::string& detail) {
    // Kept until the loop comes round: we are being called by it.
    boost::asio::post(loop_, [old = std::move(connection_)] {});
    connection_.reset();
    if (stopping_) return finish();
    if (ending == Ending::NoTransport && next_address_ < addresses_.size()) return dial();
    failed(ending, detail);
}

void MqttClient::publish(Message message) {
    if (!connected() || stopping_) return;
    if (!outbox_.put(std::move(message))) ++counters_.dropped;
    drain();
}

void MqttClient::subscribe(const std::string& topic_filter, int qos) {
    if (connected() && connection_) connection_->subscribe(topic_filter, qos);
}

void MqttClient::unsubscribe(const std::string& topic_filter) {
    if (connected() && connection_) connection_->unsubscribe(topic_filter);
}

void MqttClient::drain() {
    while (connection_ && connected() && in_flight_ < kMaxInFlight) {
        const std::optional<Message> message = outbox_.take();
        if (!message) break;
        if (connection_->publish(*message)) {
            ++in_flight_;
            ++counters_.sent;
        } else {
            ++counters_.dropped;
        }
    }
    if (stopping_ && outbox_.empty() && in_flight_ == 0) say_goodbye();
}

void MqttClient::stop(const Message& last_words, std::function<void()> done) {
    stopped_ = std::move(done);
    stopping_ = true;
    resolver_.cancel();
    redial_timer_.cancel();
    if (!connection_ || !connected()) {
        boost::asio::post(loop_, [this, alive = alive()] {
            if (!alive.expired()) finish();
        });
        return;
    }
    outbox_.clear();
    static_cast<void>(outbox_.put(last_words));  // there is room in an empty one
    goodbye_timer_.expires_after(timing_.goodbye_wait);
    goodbye_timer_.async_wait([this, alive = alive()](boost::system::error_code error) {
        if (!error && !alive.expired()) say_goodbye();
    });
    boost::asio::post(loop_, [this, alive = alive()] {
        if (!alive.expired()) drain();
    });
}

void MqttClient::say_goodbye() {
    if (std::exchange(said_goodbye_, true) || !connection_) return;
    goodbye_timer_.expires_after(timing_.goodbye_wait);
    goodbye_timer_.async_wait([this, alive = alive()](boost::system::error_code error) {
        if (!error && !alive.expired()) finish();
    });
    connection_->disconnect();
}

void MqttClient::finish() {
    goodbye_timer_.cancel();
    session_began_.reset();
    if (connection_) connection_->abandon();
    connection_.reset();
    if (stopped_) std::exchange(stopped_, nullptr)();
}

}  // namespace millrace::publish
