// One attempt at, and if it succeeds one session with, the user's broker.
//
// libmosquitto does the protocol and owns the socket; we own the waiting. Its own loop is never used: it cannot take
// descriptors above 1,023 and gives up for good when the broker is down at start. Each connection is a fresh library
// client, so nothing is left over from the one before. The library's callbacks only note what happened;
// the observer hears of it afterwards, so it may do anything, and after `closed` hears nothing more.
//
// Owned by a shared pointer, because waits that are under way hold it. Loop thread only.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "publish/dial_policy.h"
#include "publish/message.h"
#include "publish/settings.h"
#include "publish/tls_context.h"

struct mosquitto;
struct mosquitto_message;
struct mqtt5__property;

namespace millrace::publish {

struct ReceivedMessage {
    std::string topic;
    std::string payload;
    bool retained = false;
};

class ConnectionObserver {
public:
    virtual ~ConnectionObserver() = default;
    virtual void accepted() = 0;
    virtual void received(const ReceivedMessage& message) = 0;
    // `count` messages given to `publish` are done; `refusal` is why the broker did not take one of them, or empty.
    virtual void published(std::size_t count, const std::string& refusal) = 0;
    virtual void closed(Ending ending, const std::string& detail) = 0;
};

struct DialPlan {
    std::string address;  // never a name: resolving would make the loop wait
    std::uint16_t port = 1883;
    Protocol protocol = Protocol::V5;
    std::shared_ptr<TlsContext> tls;  // none: plain TCP
    base::Milliseconds connack_wait{5000};
};

class MqttConnection : public std::enable_shared_from_this<MqttConnection> {
public:
    MqttConnection(boost::asio::io_context& loop, const Settings& settings, DialPlan plan,
                   ConnectionObserver& observer);
    ~MqttConnection();
    MqttConnection(const MqttConnection&) = delete;
    MqttConnection& operator=(const MqttConnection&) = delete;

    // Never calls the observer before it returns.
    void start();

    // All only after `accepted`. False when the library would not take it; the connection then ends by itself.
    bool publish(const Message& message);
    bool subscribe(const std::string& topic_filter, int qos);
    bool unsubscribe(const std::string& topic_filter);

    // Says goodbye to the broker; `closed(Ending::Asked)` follows once that is written.
    void disconnect();

    // Drops the connection without a word: the broker sends our Will. The observer hears nothing more.
    void abandon();

    [[nodiscard]] Protocol protocol() const { return plan_.protocol; }

private:
    // Our own discovery documents, heard again after connecting, are the longest.
    static constexpr std::size_t kMaxPayload = 128 * 1024;
    static constexpr std::size_t kMaxReceivedWaiting = 64;

    static void on_connect(mosquitto*, void* self, int code, int flags, const mqtt5__property*);
    static void on_disconnect(mosquitto*, void* self, int code);
    static void on_publish(mosquitto*, void* self, int id, int code, const mqtt5__property*);
    static void on_message(mosquitto*, void* self, const mosquitto_message* message);
    static void on_log(mosquitto*, void* self, int level, const char* text);

    [[nodiscard]] int configure();
    void take_socket();
    void wait_readable();
    void wait_writable();
    void on_writable();
    void arm_misc_timer();
    void arm_connack_timer();
    void settle(int result);
    void settle_soon(int result);
    void tell_observer();
    [[nodiscard]] Ending ending() const;
    [[nodiscard]] std::string reason(int result) const;
    [[nodiscard]] std::string transport_trouble(int error) const;
    void close(Ending ending, const std::string& detail);

    boost::asio::io_context& loop_;
    const Settings& settings_;
    DialPlan plan_;
    ConnectionObserver* observer_;
    mosquitto* client_ = nullptr;
    boost::asio::posix::stream_descriptor descriptor_;  // the library's socket, borrowed: released, never closed
    boost::asio::steady_timer misc_timer_;
    boost::asio::steady_timer connack_timer_;
    bool waiting_writable_ = false;
    bool transport_up_ = false;
    bool accepted_ = false;
    bool asked_ = false;
    bool settling_soon_ = false;

    // Noted by the library's callbacks, told by `tell_observer`.
    std::optional<int> connack_;
    std::optional<int> disconnect_;
    std::size_t published_ = 0;
    std::string publish_refusal_;
    std::vector<ReceivedMessage> received_;
    std::string library_complaint_;  // of OpenSSL, through the library's log
    int error_ = 0;                  // errno of the call that failed
};

}  // namespace millrace::publish
