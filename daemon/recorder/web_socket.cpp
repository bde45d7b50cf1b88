#include "recorder/web_socket.h"

#include <deque>
#include <type_traits>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

namespace millrace::recorder {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using Error = boost::system::error_code;

constexpr std::chrono::seconds kConnectWait{20};
// An answer has up to a thousand rows of some sixty bytes; what Home Assistant sends beside is smaller.
constexpr std::size_t kMaxMessageBytes = 1024 * 1024;
// We send one request at a time, and the token before it.
constexpr std::size_t kMaxQueued = 8;

template <typename Transport>
class Connection final : public WebSocket, public std::enable_shared_from_this<Connection<Transport>> {
public:
    template <typename... Arguments>
    Connection(asio::io_context& loop, Address address, Ears ears, Arguments&... arguments)
        : address_(std::move(address)), ears_(std::move(ears)), resolver_(loop), socket_(loop, arguments...) {}

    void start() {
        resolver_.async_resolve(address_.host, address_.port,
                                [self = this->shared_from_this()](const Error& error, const auto& found) {
                                    if (self->over(error, "its name is not known")) return;
                                    self->dial(found);
                                });
    }

    void send(std::string text) override {
        if (closed_) return;
        if (queue_.size() >= kMaxQueued) return fail("it takes nothing more");
        queue_.push_back(std::move(text));
        if (queue_.size() == 1) write();
    }

    void close() override {
        closed_ = true;
        ears_ = {};
        resolver_.cancel();
        beast::get_lowest_layer(socket_).close();
    }

private:
    void dial(const asio::ip::tcp::resolver::results_type& found) {
        beast::get_lowest_layer(socket_).expires_after(kConnectWait);
        beast::get_lowest_layer(socket_).async_connect(
            found, [self = this->shared_from_this()](const Error& error, const auto&) {
                if (self->over(error, "no connection")) return;
                self->secure();
            });
    }

    void secure() {
        if constexpr (std::is_same_v<Transport, beast::tcp_stream>) {
            shake_hands();
        } else {
            auto& tls = socket_.next_layer();
            Error not_a_name;
            asio::ip::make_address(address_.host, not_a_name);
            if (not_a_name) SSL_set_tlsext_host_name(tls.native_handle(), address_.host.c_str());  // NOLINT
            tls.set_verify_callback(asio::ssl::host_name_verification(address_.host));
            tls.async_handshake(asio::ssl::stream_base::client, [self = this->shared_from_this()](const Error& error) {
                if (self->over(error, "TLS failed")) return;
                self->shake_hands();
            });
        }
    }

    void shake_hands() {
        beast::get_lowest_layer(socket_).expires_never();
        auto patience = websocket::stream_base::timeout::suggested(beast::role_type::client);
        patience.idle_timeout = std::chrono::seconds{60};
        patience.keep_alive_pings = true;
        socket_.set_option(patience);
        socket_.read_message_max(kMaxMessageBytes);
        socket_.async_handshake(address_.authority(), address_.path,
                                [self = this->shared_from_this()](const Error& error) {
                                    if (self->over(error, "it has no WebSocket API there")) return;
                                    self->ears_.open();
                                    self->read();
                                });
    }

    void read() {
        if (closed_) return;
        socket_.async_read(buffer_, [self = this->shared_from_this()](const Error& error, std::size_t) {
            if (self->over(error, "the connection ended")) return;
            const auto data = self->buffer_.data();
            const std::string text(static_cast<const char*>(data.data()), data.size());
            self->buffer_.consume(data.size());
            const auto told = self->ears_.text;  // who is told may close us, which lets go of the ears
            told(text);
            self->read();
        });
    }

    void write() {
        socket_.text(true);
        socket_.async_write(asio::buffer(queue_.front()),
                            [self = this->shared_from_this()](const Error& error, std::size_t) {
                                if (self->over(error, "the connection ended")) return;
                                self->queue_.pop_front();
                                if (!self->queue_.empty()) self->write();
                            });
    }

    // Whether nothing more is to be done after this outcome.
    bool over(const Error& error, const std::string& what) {
        if (closed_) return true;
        if (!error) return false;
        fail(what + ": " + error.message());
        return true;
    }

    void fail(const std::string& why) {
        const auto closed = std::move(ears_.closed);
        close();
        if (closed) closed(why);
    }

    Address address_;
    Ears ears_;
    asio::ip::tcp::resolver resolver_;
    websocket::stream<Transport> socket_;
    beast::flat_buffer buffer_;
    std::deque<std::string> queue_;  // the first is being written
    bool closed_ = false;
};

std::shared_ptr<WebSocket> connect_tls(asio::io_context& loop, const Address& address, const std::string& ca_file,
                                       WebSocket::Ears ears, std::string& fault) {
    asio::ssl::context context(asio::ssl::context::tls_client);
    Error error;
    if (ca_file.empty()) {
        context.set_default_verify_paths(error);
    } else {
        context.load_verify_file(ca_file, error);
    }
    if (error) {
        fault = "the certificate authorities " + (ca_file.empty() ? "of the system" : "in " + ca_file) +
                " cannot be used: " + error.message();
        return nullptr;
    }
    context.set_verify_mode(asio::ssl::verify_peer, error);
    // OpenSSL counts references: the stream keeps what it needs of the context.
    auto connection =
        std::make_shared<Connection<beast::ssl_stream<beast::tcp_stream>>>(loop, address, std::move(ears), context);
    connection->start();
    return connection;
}

}  // namespace

std::shared_ptr<WebSocket> WebSocket::connect(asio::io_context& loop, const Address& address,
                                              const std::string& ca_file, Ears ears, std::string& fault) {
    if (address.tls) return connect_tls(loop, address, ca_file, std::move(ears), fault);
    auto connection = std::make_shared<Connection<beast::tcp_stream>>(loop, address, std::move(ears));
    connection->start();
    return connection;
}

}  // namespace millrace::recorder
