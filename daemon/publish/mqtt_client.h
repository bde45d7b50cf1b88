// The client that stays connected to the user's broker, as far as the broker lets it.
//
// Resolves the broker's name without making the loop wait, tries its addresses in turn, and dials again after what
// `DialPolicy` says. Messages are taken only while connected; the latest for each topic waits in an `Outbox`
// until the broker has taken those before it. What is said anew after each connection is the owner's business.
//
// Loop thread only. After the destructor nothing is called any more.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/time.h"
#include "publish/dial_policy.h"
#include "publish/log_budget.h"
#include "publish/message.h"
#include "publish/mqtt_connection.h"
#include "publish/outbox.h"
#include "publish/settings.h"
#include "publish/timing.h"

namespace millrace::publish {

class MqttClient final : private ConnectionObserver {
public:
    class Events {
    public:
        virtual ~Events() = default;
        // Before each attempt, to put the broker there is into the settings. `go` is to be called once, now or later:
        // false says that there is none, and that it is to be asked again after `Timing::broker_asked_again`.
        virtual void before_dial(std::function<void(bool)> go) { go(true); }
        virtual void on_connected() = 0;
        virtual void on_disconnected() = 0;
        // The broker has taken everything that was given to it.
        virtual void on_taken() = 0;
        virtual void on_message(const ReceivedMessage& message) = 0;
    };

    struct Counters {
        std::uint64_t sent = 0;      // accepted by the library
        std::uint64_t dropped = 0;   // no room, or not sendable
        std::uint64_t refused = 0;   // by the broker, MQTT 5 only
        std::uint64_t sessions = 0;  // accepted connections
    };

    MqttClient(boost::asio::io_context& loop, const Settings& settings, const base::Clock& clock, const Timing& timing,
               Events& events);
    ~MqttClient() override;
    MqttClient(const MqttClient&) = delete;
    MqttClient& operator=(const MqttClient&) = delete;

    void start();

    // Sends `last_words`, waits for the broker to take them, disconnects and calls `done`, all within twice
    // `Timing::goodbye_wait`. `done` is never called before `stop` returns.
    void stop(const Message& last_words, std::function<void()> done);

    // All do nothing while not connected.
    void publish(Message message);
    void subscribe(const std::string& topic_filter, int qos);
    void unsubscribe(const std::string& topic_filter);

    [[nodiscard]] bool connected() const { return session_began_.has_value(); }
    [[nodiscard]] Protocol protocol() const { return policy_.protocol(); }
    [[nodiscard]] const Counters& counters() const { return counters_; }
    [[nodiscard]] std::size_t waiting() const { return outbox_.size(); }
    // Why we are not connected; empty while the first attempt is under way.
    [[nodiscard]] const std::string& trouble() const { return trouble_; }
    // Why the broker did not take a message, or empty.
    [[nodiscard]] const std::string& refusal() const { return refusal_; }

private:
    // Not yet acknowledged at any time. Brokers allow 20 or more by default; beyond that the library would queue.
    static constexpr std::size_t kMaxInFlight = 20;
    // A name with more addresses than this is tried at the first ones only.
    static constexpr std::size_t kMaxAddresses = 8;

    void accepted() override;
    void received(const ReceivedMessage& message) override;
    void published(std::size_t count, const std::string& refusal) override;
    void closed(Ending ending, const std::string& detail) override;

    void find_broker();
    void resolve();
    void dial();
    void dial_after(base::Milliseconds delay);
    void failed(Ending ending, const std::string& detail);
    void drain();
    void say_goodbye();
    void finish();
    [[nodiscard]] std::weak_ptr<int> alive() const { return alive_; }
    [[nodiscard]] bool may_log();

    boost::asio::io_context& loop_;
    const Settings& settings_;
    const base::Clock& clock_;
    const Timing& timing_;
    Events& events_;
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // handlers check it: they may outlive us

    boost::asio::ip::tcp::resolver resolver_;
    boost::asio::steady_timer redial_timer_;
    boost::asio::steady_timer goodbye_timer_;
    DialPolicy policy_;
    std::minstd_rand random_{std::random_device{}()};
    std::vector<std::string> addresses_;
    std::size_t next_address_ = 0;
    std::shared_ptr<TlsContext> tls_;
    std::shared_ptr<MqttConnection> connection_;

    std::optional<base::SteadyTime> session_began_;
    Outbox outbox_;
    std::size_t in_flight_ = 0;
    std::function<void()> stopped_;
    bool stopping_ = false;
    bool said_goodbye_ = false;

    Counters counters_;
    std::string trouble_;
    std::string refusal_;
    LogBudget log_budget_;
};

}  // namespace millrace::publish
