#include "publish/mqtt_connection.h"

#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <system_error>
#include <utility>

namespace millrace::publish {

namespace {

constexpr base::Milliseconds kMiscInterval{250};  // keep-alive is checked this often
constexpr int kKeepAliveSeconds = 30;
constexpr int kPacketsPerWake = 32;

// The library keeps global state that must be set up once and lives as long as the process.
void set_up_library() {
    static const int once = mosquitto_lib_init();
    static_cast<void>(once);
}

// A handshake that ends without a reason has one of these two.
constexpr const char* kTlsDoubts = "; is this the broker's port for TLS, and does it ask for a client certificate?";

std::string system_text(int error) {
    return std::error_code(error, std::generic_category()).message();
}

bool refuses_version(int code) {
    return code == CONNACK_REFUSED_PROTOCOL_VERSION || code == MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION;
}

std::string connack_text(int code) {
    switch (code) {
        case CONNACK_REFUSED_BAD_USERNAME_PASSWORD:
        case CONNACK_REFUSED_NOT_AUTHORIZED:
        case MQTT_RC_BAD_USERNAME_OR_PASSWORD:
        case MQTT_RC_NOT_AUTHORIZED: return "the broker refused user name or password; check both in the configuration";
        case CONNACK_REFUSED_IDENTIFIER_REJECTED:
        case MQTT_RC_CLIENTID_NOT_VALID: return "the broker refused the client id; choose another in the configuration";
        case CONNACK_REFUSED_SERVER_UNAVAILABLE: return "the broker says it is not available now";
        default: break;
    }
    if (refuses_version(code)) return "the broker refused this version of MQTT";
    return std::string("the broker refused the connection: ") + mosquitto_reason_string(code);
}

}  // namespace

MqttConnection::MqttConnection(boost::asio::io_context& loop, const Settings& settings, DialPlan plan,
                               ConnectionObserver& observer)
    : loop_(loop),
      settings_(settings),
      plan_(std::move(plan)),
      observer_(&observer),
      descriptor_(loop),
      misc_timer_(loop),
      connack_timer_(loop) {
    set_up_library();
}

MqttConnection::~MqttConnection() {
    abandon();
}

int MqttConnection::configure() {
    const int version = plan_.protocol == Protocol::V5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311;
    int result = mosquitto_int_option(client_, MOSQ_OPT_PROTOCOL_VERSION, version);
    if (result == MOSQ_ERR_SUCCESS) result = mosquitto_int_option(client_, MOSQ_OPT_TCP_NODELAY, 1);
    if (result == MOSQ_ERR_SUCCESS && plan_.tls) {
        result = mosquitto_int_option(client_, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0);
        if (result == MOSQ_ERR_SUCCESS) result = mosquitto_void_option(client_, MOSQ_OPT_SSL_CTX, plan_.tls->native());
    }
    if (result == MOSQ_ERR_SUCCESS && !settings_.user_name.empty()) {
        result = mosquitto_username_pw_set(client_, settings_.user_name.c_str(), settings_.password.c_str());
    }
    if (result != MOSQ_ERR_SUCCESS) return result;
    const std::string will = availability_topic(settings_);
    return mosquitto_will_set(client_, will.c_str(), static_cast<int>(kOffline.size()), kOffline.data(), 1, true);
}

void MqttConnection::start() {
    client_ = mosquitto_new(settings_.client_id.c_str(), true, this);
    if (client_ == nullptr) return settle_soon(MOSQ_ERR_NOMEM);
    mosquitto_connect_v5_callback_set(client_, on_connect);
    mosquitto_disconnect_callback_set(client_, on_disconnect);
    mosquitto_publish_v5_callback_set(client_, on_publish);
    mosquitto_message_callback_set(client_, on_message);
    mosquitto_log_callback_set(client_, on_log);
    int result = configure();
    if (result == MOSQ_ERR_SUCCESS) {
        errno = 0;
        result = mosquitto_connect_async(client_, plan_.address.c_str(), plan_.port, kKeepAliveSeconds);
    }
    if (result != MOSQ_ERR_SUCCESS) return settle_soon(result);
    take_socket();
    arm_connack_timer();
    arm_misc_timer();
}

void MqttConnection::take_socket() {
    const int socket = mosquitto_socket(client_);
    boost::system::error_code failed;
    if (socket >= 0) descriptor_.assign(socket, failed);
    if (socket < 0 || failed) return settle_soon(MOSQ_ERR_NO_CONN);
    wait_readable();
    // Writable means that the TCP connection stands, whether or not there is anything to write yet.
    wait_writable();
}

void MqttConnection::wait_readable() {
    using boost::asio::posix::stream_descriptor;
    descriptor_.async_wait(stream_descriptor::wait_read, [self = shared_from_this()](boost::system::error_code error) {
        if (error || self->client_ == nullptr) return;
        const int result = mosquitto_loop_read(self->client_, kPacketsPerWake);
        self->settle(result);
        if (self->client_ != nullptr) self->wait_readable();
    });
}

void MqttConnection::wait_writable() {
    if (waiting_writable_) return;
    waiting_writable_ = true;
    using boost::asio::posix::stream_descriptor;
    descriptor_.async_wait(stream_descriptor::wait_write, [self = shared_from_this()](boost::system::error_code error) {
        self->waiting_writable_ = false;
        if (error || self->client_ == nullptr) return;
        self->on_writable();
    });
}

void MqttConnection::on_writable() {
    if (!transport_up_) {
        int error = 0;
        socklen_t size = sizeof error;
        const int socket = mosquitto_socket(client_);
        if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
        if (error != 0) return close(Ending::NoTransport, transport_trouble(error));
        transport_up_ = true;
        if (plan_.tls) {
            // The broker stays silent until our first handshake message, which only a read sends.
            const int result = mosquitto_loop_read(client_, kPacketsPerWake);
            if (result != MOSQ_ERR_SUCCESS) return settle(result);
        }
    }
    settle(mosquitto_loop_write(client_, kPacketsPerWake));
}

void MqttConnection::arm_misc_timer() {
    misc_timer_.expires_after(kMiscInterval);
    misc_timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
        if (error || self->client_ == nullptr) return;
        self->settle(mosquitto_loop_misc(self->client_));
        if (self->client_ != nullptr) self->arm_misc_timer();
    });
}

void MqttConnection::arm_connack_timer() {
    connack_timer_.expires_after(plan_.connack_wait);
    connack_timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
        if (error || self->client_ == nullptr || self->accepted_) return;
        self->close(self->ending(), self->transport_up_ ? "the broker did not answer in time" : "timed out");
    });
}

bool MqttConnection::publish(const Message& message) {
    if (client_ == nullptr) return false;
    const int result =
        mosquitto_publish_v5(client_, nullptr, message.topic.c_str(), static_cast<int>(message.payload.size()),
                             message.payload.data(), message.qos, message.retain, nullptr);
    // What the library can never send must not be mistaken for a lost connection, or it would be tried for ever.
    const bool unsendable = result == MOSQ_ERR_INVAL || result == MOSQ_ERR_MALFORMED_UTF8 ||
                            result == MOSQ_ERR_PAYLOAD_SIZE || result == MOSQ_ERR_OVERSIZE_PACKET ||
                            result == MOSQ_ERR_QOS_NOT_SUPPORTED || result == MOSQ_ERR_RETAIN_NOT_SUPPORTED;
    settle_soon(unsendable ? MOSQ_ERR_SUCCESS : result);
    return result == MOSQ_ERR_SUCCESS;
}

bool MqttConnection::subscribe(const std::string& topic_filter, int qos) {
    if (client_ == nullptr) return false;
    const int result = mosquitto_subscribe(client_, nullptr, topic_filter.c_str(), qos);
    settle_soon(result == MOSQ_ERR_INVAL || result == MOSQ_ERR_MALFORMED_UTF8 ? MOSQ_ERR_SUCCESS : result);
    return result == MOSQ_ERR_SUCCESS;
}

bool MqttConnection::unsubscribe(const std::string& topic_filter) {
    if (client_ == nullptr) return false;
    const int result = mosquitto_unsubscribe(client_, nullptr, topic_filter.c_str());
    settle_soon(result == MOSQ_ERR_INVAL || result == MOSQ_ERR_MALFORMED_UTF8 ? MOSQ_ERR_SUCCESS : result);
    return result == MOSQ_ERR_SUCCESS;
}

void MqttConnection::disconnect() {
    if (client_ == nullptr) return;
    asked_ = true;
    settle_soon(mosquitto_disconnect(client_));
}

void MqttConnection::abandon() {
    observer_ = nullptr;
    close(Ending::Asked, "");
}

void MqttConnection::settle_soon(int result) {
    if (result == MOSQ_ERR_ERRNO) error_ = errno;
    if (settling_soon_ && result == MOSQ_ERR_SUCCESS) return;
    settling_soon_ = true;
    boost::asio::post(loop_, [self = shared_from_this(), result] {
        self->settling_soon_ = false;
        self->settle(result);
    });
}

// After every call into the library: tells the observer what happened, and sees whether the connection still stands.
void MqttConnection::settle(int result) {
    if (result == MOSQ_ERR_ERRNO && error_ == 0) error_ = errno;
    // The library may have closed its socket in this call. Its number can be given to another one at any moment, so
    // let go of it before anything else runs.
    const bool gone = client_ == nullptr || mosquitto_socket(client_) < 0;
    if (gone && descriptor_.is_open()) descriptor_.release();
    tell_observer();
    if (observer_ == nullptr) return;
    if (asked_ && gone) return close(Ending::Asked, "disconnected");
    if (result != MOSQ_ERR_SUCCESS || gone || disconnect_) return close(ending(), reason(result));
    if (mosquitto_want_write(client_)) wait_writable();
}

void MqttConnection::tell_observer() {
    if (connack_ && *connack_ == 0 && !accepted_) {
        accepted_ = true;
        connack_timer_.cancel();
        if (observer_ != nullptr) observer_->accepted();
    }
    if (published_ > 0 && observer_ != nullptr) {
        const std::size_t count = std::exchange(published_, 0);
        observer_->published(count, std::exchange(publish_refusal_, {}));
    }
    const std::vector<ReceivedMessage> received = std::exchange(received_, {});
    for (const ReceivedMessage& message : received) {
        if (observer_ != nullptr) observer_->received(message);
    }
}

Ending MqttConnection::ending() const {
    if (accepted_) return Ending::SessionLost;
    if (connack_) return refuses_version(*connack_) ? Ending::VersionRefused : Ending::Refused;
    if (plan_.tls && (!library_complaint_.empty() || !plan_.tls->complaint().empty())) return Ending::NoTransport;
    return transport_up_ ? Ending::Unanswered : Ending::NoTransport;
}

std::string MqttConnection::transport_trouble(int error) const {
    // A server that takes the first bytes of TLS for nonsense hangs up, and the reset may overtake what it answered.
    const bool hung_up = error == ECONNRESET || error == EPIPE;
    return system_text(error) + (plan_.tls && !accepted_ && hung_up ? kTlsDoubts : "");
}

std::string MqttConnection::reason(int result) const {
    if (!accepted_ && connack_) return connack_text(*connack_);
    if (disconnect_ && *disconnect_ >= MQTT_RC_UNSPECIFIED) {
        std::string text = std::string("the broker ended the session: ") + mosquitto_reason_string(*disconnect_);
        if (*disconnect_ == MQTT_RC_SESSION_TAKEN_OVER) text += "; another client uses the same client id";
        return text;
    }
    if (plan_.tls && !plan_.tls->complaint().empty()) {
        return "the broker's certificate was not accepted: " + plan_.tls->complaint();
    }
    if (result == MOSQ_ERR_KEEPALIVE) return "the broker fell silent";
    if (accepted_ && plan_.tls) return "the connection was lost";
    if (plan_.tls && error_ == EPROTO)
        return "the broker ended TLS early; check the client certificate in the configuration";
    if (!library_complaint_.empty()) {
        const std::string cause = library_complaint_.substr(library_complaint_.rfind(':') + 1);
        const bool about_us = cause.find("certificate") != std::string::npos;
        return "TLS failed: " + cause + (about_us ? "; check the client certificate in the configuration" : kTlsDoubts);
    }
    if (result == MOSQ_ERR_ERRNO && error_ != 0) return transport_trouble(error_);
    if (!accepted_ && transport_up_) return "the broker closed the connection without answering";
    if (result == MOSQ_ERR_SUCCESS || result == MOSQ_ERR_CONN_LOST) return "the connection was lost";
    return std::string(mosquitto_strerror(result)) + (plan_.tls && !accepted_ ? kTlsDoubts : "");
}

void MqttConnection::close(Ending ending, const std::string& detail) {
    if (descriptor_.is_open()) descriptor_.release();
    misc_timer_.cancel();
    connack_timer_.cancel();
    if (client_ != nullptr) mosquitto_destroy(std::exchange(client_, nullptr));
    ConnectionObserver* observer = std::exchange(observer_, nullptr);
    if (observer != nullptr) observer->closed(ending, detail);
}

void MqttConnection::on_connect(mosquitto*, void* self, int code, int, const mqtt5__property*) {
    static_cast<MqttConnection*>(self)->connack_ = code;
}

void MqttConnection::on_disconnect(mosquitto*, void* self, int code) {
    static_cast<MqttConnection*>(self)->disconnect_ = code;
}

void MqttConnection::on_publish(mosquitto*, void* self, int, int code, const mqtt5__property*) {
    auto* connection = static_cast<MqttConnection*>(self);
    ++connection->published_;
    if (code >= MQTT_RC_UNSPECIFIED) connection->publish_refusal_ = mosquitto_reason_string(code);
}

void MqttConnection::on_message(mosquitto*, void* self, const mosquitto_message* message) {
    auto* connection = static_cast<MqttConnection*>(self);
    const auto size = static_cast<std::size_t>(std::max(message->payloadlen, 0));
    if (size > kMaxPayload || connection->received_.size() >= kMaxReceivedWaiting) return;
    connection->received_.push_back(
        {message->topic, std::string(static_cast<const char*>(message->payload), size), message->retain});
}

void MqttConnection::on_log(mosquitto*, void* self, int level, const char* text) {
    // Only the errors of the TLS library come this way and no other.
    if (level == MOSQ_LOG_ERR) static_cast<MqttConnection*>(self)->library_complaint_ = text;
}

}  // namespace millrace::publish
