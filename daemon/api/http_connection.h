// One connection of the HTTP server, and what all connections share. For http_server.cpp; needs Beast.
//
// A connection lives as long as an operation of its own is under way: each handler holds it. Loop thread only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "api/gzip.h"
#include "api/http_server.h"
#include "api/http_stream.h"
#include "api/tls.h"

namespace millrace::api {

class HttpConnection;

// The buffer holds the beginnings of bodies, which may be keys.
struct WipingAllocator : std::allocator<char> {
    template <typename>
    struct rebind {
        using other = WipingAllocator;
    };
    void deallocate(char* bytes, std::size_t size) {
        ::explicit_bzero(bytes, size);
        std::allocator<char>::deallocate(bytes, size);
    }
};

struct HttpShared {
    const Router* router = nullptr;
    HttpLimits limits;
    std::vector<std::string> host_names;
    std::shared_ptr<ServerTls> tls;  // null: plain
    bool loopback_only = true;
    bool stopped = false;
    std::size_t refusing = 0;
    HttpFigures figures;
    std::unordered_map<std::string, std::size_t> per_address;
    std::unordered_set<HttpConnection*> connections;
};

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
public:
    using Socket = boost::asio::ip::tcp::socket;

    struct Peer {
        std::string key;        // what counts as one client for the limit per address
        bool loopback = false;  // a program on this machine
    };

    // A served connection counts in `per_address` under the peer's key; a refused one does not.
    HttpConnection(Socket socket, std::shared_ptr<HttpShared> shared, Peer peer, bool refused);
    ~HttpConnection();
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;

    void serve();
    void refuse(std::string_view reason);
    void close();

    // Of a stream.
    void send(std::string_view text);
    [[nodiscard]] std::size_t waiting() const { return stream_pending_.size() + (stream_writing_ ? body_.size() : 0); }
    [[nodiscard]] bool open() const { return !closed_; }

private:
    using Error = boost::beast::error_code;
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

    void wait_for_request();
    void read_header();
    void on_header(const Error& error);
    void on_header_error(const Error& error);
    void on_request();
    void read_body(Request request);
    void dispatch(Request request);
    void on_answer(std::uint64_t number, Response response);
    void compress(Response response, std::shared_ptr<Gzip> gzip);
    void answer_and_close(Response response);
    void write(Response response);
    void on_written(const Error& error);
    void begin_long_body(Response response);
    void write_next_part();
    void write_part(std::string part);
    void begin_stream(Response response);
    void write_stream();
    void watch_for_end();
    void linger();
    void say_goodbye();
    void read_and_discard();
    [[nodiscard]] std::string head(const Response& response) const;
    [[nodiscard]] std::optional<Response> host_problem(std::string_view authority) const;
    [[nodiscard]] bool failed(const Error& error);

    HttpStream stream_;
    std::shared_ptr<HttpShared> shared_;
    std::string address_;
    bool from_loopback_;
    bool refused_;
    bool closed_ = false;
    boost::beast::basic_flat_buffer<WipingAllocator> buffer_;
    std::optional<Parser> parser_;
    boost::asio::steady_timer answer_timer_;
    std::uint64_t request_number_ = 0;  // of the request in hand, so that a late answer finds only its own
    bool awaiting_answer_ = false;
    bool head_only_ = false;
    bool keep_alive_ = false;
    std::string head_;
    std::string body_;
    std::optional<LongBody> long_body_;  // under way; its `bytes` are those still to come
    std::string stream_pending_;         // what a stream has to say, after what is being written
    bool stream_writing_ = false;
    std::size_t lingered_ = 0;
    std::array<char, 2048> discard_{};
};

}  // namespace millrace::api
