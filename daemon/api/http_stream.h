// A connection's bytes, plain or by TLS, as one kind of stream to Beast. For .cpp files; loop thread only.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>

namespace millrace::api {

class HttpStream {
public:
    using Socket = boost::asio::ip::tcp::socket;
    using TlsContext = boost::asio::ssl::context;
    using executor_type = boost::beast::tcp_stream::executor_type;  // NOLINT(readability-identifier-naming)

    // Plain without a context.
    HttpStream(Socket socket, std::shared_ptr<TlsContext> tls) : tcp_(std::move(socket)), context_(std::move(tls)) {
        if (context_) tls_.emplace(tcp_, *context_);
    }

    [[nodiscard]] bool secure() const { return tls_.has_value(); }
    [[nodiscard]] executor_type get_executor() { return tcp_.get_executor(); }
    [[nodiscard]] boost::beast::tcp_stream& tcp() { return tcp_; }

    // Of the secure connection, or null.
    [[nodiscard]] SSL* tls() { return tls_ ? tls_->native_handle() : nullptr; }

    template <typename Handler>
    void async_handshake(boost::asio::ssl::stream_base::handshake_type side, Handler&& handler) {
        tls_->async_handshake(side, std::forward<Handler>(handler));
    }
    // Says that nothing more comes, and waits until the client says so too.
    template <typename Handler>
    void async_shutdown(Handler&& handler) {
        tls_->async_shutdown(std::forward<Handler>(handler));
    }
    template <typename Buffers, typename Handler>
    void async_read_some(const Buffers& buffers, Handler&& handler) {
        if (tls_) return tls_->async_read_some(buffers, std::forward<Handler>(handler));
        tcp_.async_read_some(buffers, std::forward<Handler>(handler));
    }
    template <typename Buffers, typename Handler>
    void async_write_some(const Buffers& buffers, Handler&& handler) {
        if (tls_) return tls_->async_write_some(buffers, std::forward<Handler>(handler));
        tcp_.async_write_some(buffers, std::forward<Handler>(handler));
    }

private:
    boost::beast::tcp_stream tcp_;
    std::shared_ptr<TlsContext> context_;
    std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls_;
};

}  // namespace millrace::api
