#include "api/http_connection.h"

#include <algorithm>
#include <exception>
#include <string_view>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>

#include "api/problem.h"
#include "api/target.h"

namespace millrace::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

// Sent with every answer. The page needs nothing but its own files and its own API; nobody else may read or frame it,
// except Home Assistant, which shows it in a frame of the same origin.
constexpr std::string_view kSecurityHeaders =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

Method to_method(http::verb verb) {
    switch (verb) {
        case http::verb::get: return Method::Get;
        case http::verb::head: return Method::Head;
        case http::verb::post: return Method::Post;
        case http::verb::put: return Method::Put;
        case http::verb::patch: return Method::Patch;
        case http::verb::delete_: return Method::Delete;
        case http::verb::options: return Method::Options;
        default: return Method::Other;
    }
}

std::string_view to_view(beast::string_view text) {
    return {text.data(), text.size()};
}

class ConnectionSink final : public StreamSink {
public:
    explicit ConnectionSink(std::weak_ptr<HttpConnection> connection) : connection_(std::move(connection)) {}
    void send(std::string_view text) override {
        if (const auto connection = connection_.lock()) connection->send(text);
    }
    [[nodiscard]] std::size_t waiting() const override {
        const auto connection = connection_.lock();
        return connection ? connection->waiting() : 0;
    }
    [[nodiscard]] bool open() const override {
        const auto connection = connection_.lock();
        return connection && connection->open();
    }

private:
    std::weak_ptr<HttpConnection> connection_;
};

bool is_protocol_error(const beast::error_code& error) {
    return error.category() == make_error_code(http::error::bad_method).category() &&
           error != http::error::end_of_stream && error != http::error::partial_message;
}

}  // namespace

HttpConnection::HttpConnection(Socket socket, std::shared_ptr<HttpShared> shared, Peer peer, bool refused)
    : stream_(std::move(socket), shared->tls ? shared->tls->current() : nullptr),
      shared_(std::move(shared)),
      address_(std::move(peer.key)),
      from_loopback_(peer.loopback),
      refused_(refused),
      // Room for the headers of one request; the rest of what a client sends ahead stays in the kernel.
      buffer_(shared_->limits.header_bytes + 1),
      answer_timer_(stream_.get_executor()) {
    shared_->connections.insert(this);
    if (refused_) {
        ++shared_->refusing;
    } else {
        ++shared_->per_address[address_];
        ++shared_->figures.connections;
    }
}

HttpConnection::~HttpConnection() {
    shared_->connections.erase(this);
    if (refused_) {
        --shared_->refusing;
        return;
    }
    --shared_->figures.connections;
    const auto count = shared_->per_address.find(address_);
    if (count != shared_->per_address.end() && --count->second == 0) shared_->per_address.erase(count);
}

void HttpConnection::close() {
    closed_ = true;
    awaiting_answer_ = false;
    answer_timer_.cancel();
    stream_.tcp().close();
}

// Whether an operation failed so that nothing can be said any more.
bool HttpConnection::failed(const Error& error) {
    if (closed_ || shared_->stopped) return true;
    if (!error) return false;
    if (error == beast::error::timeout) ++shared_->figures.timed_out;
    close();
    return true;
}

void HttpConnection::serve() {
    if (!stream_.secure()) return wait_for_request();
    stream_.tcp().expires_after(shared_->limits.header);
    stream_.async_handshake(boost::asio::ssl::stream_base::server, [self = shared_from_this()](const Error& error) {
        if (!self->failed(error)) self->wait_for_request();
    });
}

void HttpConnection::refuse(std::string_view reason) {
    // A handshake costs more than a word of regret is worth.
    if (stream_.secure()) return close();
    Response response = problem(503, reason);
    response.headers.emplace_back("Retry-After", "5");
    answer_and_close(std::move(response));
}

void HttpConnection::wait_for_request() {
    if (buffer_.size() > 0) return read_header();
    buffer_.shrink_to_fit();
    stream_.tcp().expires_after(shared_->limits.idle);
    constexpr std::size_t kFirstRead = 1024;  // most requests whole, and little to hold for an idle connection
    stream_.async_read_some(buffer_.prepare(std::min(kFirstRead, buffer_.max_size())),
                            [self = shared_from_this()](const Error& error, std::size_t size) {
                                if (self->failed(error)) return;
                                self->buffer_.commit(size);
                                self->read_header();
                            });
}

void HttpConnection::read_header() {
    ++request_number_;
    head_only_ = false;
    keep_alive_ = false;
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(shared_->limits.header_bytes));
    parser_->body_limit(shared_->limits.body_bytes);
    stream_.tcp().expires_after(shared_->limits.header);
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = shared_from_this()](const Error& error, std::size_t) { self->on_header(error); });
}

void HttpConnection::on_header(const Error& error) {
    if (is_protocol_error(error)) return on_header_error(error);
    if (failed(error)) return;
    on_request();
}

void HttpConnection::on_header_error(const Error& error) {
    if (closed_ || shared_->stopped) return;
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
        // Without even a method parsed it was the request line that did not end.
        const bool in_request_line = parser_->get().target().empty();
        return answer_and_close(in_request_line ? problem(414, "The address of this request is too long.")
                                                : problem(431, "The headers of this request are too large."));
    }
    if (error == http::error::body_limit) {
        return answer_and_close(problem(413, "The body of this request is too large; at most " +
                                                 std::to_string(shared_->limits.body_bytes) + " bytes are read."));
    }
    answer_and_close(problem(400, "This is not a well-formed HTTP/1.1 request."));
}

std::optional<Response> HttpConnection::host_problem(std::string_view authority) const {
    const auto& message = parser_->get();
    const auto hosts = message.count(http::field::host);
    if (hosts > 1 || (hosts == 0 && message.version() >= 11)) {
        return problem(400, "A request must have exactly one Host header.");
    }
    if (hosts == 0 && authority.empty()) return std::nullopt;
    const std::string_view host = authority.empty() ? to_view(message[http::field::host]) : authority;
    if (!shared_->loopback_only || host_is_ours(host, shared_->host_names)) return std::nullopt;
    return problem(421,
                   "This server listens on the loopback address only and answers only to the names localhost, "
                   "127.0.0.1 and [::1].");
}

void HttpConnection::on_request() {
    const auto& message = parser_->get();
    Request request;
    request.method = to_method(message.method());
    head_only_ = request.method == Method::Head;
    if (message.target().size() > kMaxTargetBytes) {
        return answer_and_close(problem(414, "The address of this request is too long."));
    }
    auto target = parse_target(to_view(message.target()));
    if (!target) {
        return answer_and_close(problem(400, "The address of this request is not a path with well-formed escapes."));
    }
    if (auto refusal = host_problem(target->authority)) return answer_and_close(std::move(*refusal));
    request.segments = std::move(target->segments);
    request.query = std::move(target->query);
    const auto header = [&message](http::field name) { return std::string(to_view(message[name])); };
    request.last_event_id = std::string(to_view(message["Last-Event-ID"]));
    request.accept = header(http::field::accept);
    request.accept_encoding = header(http::field::accept_encoding);
    request.if_none_match = header(http::field::if_none_match);
    request.content_type = header(http::field::content_type);
    request.host = target->authority.empty() ? header(http::field::host) : std::move(target->authority);
    request.origin = header(http::field::origin);
    request.forwarded = message.count("Forwarded") > 0 || message.count("X-Forwarded-For") > 0;
    request.from_loopback = from_loopback_;
    request.peer = address_;
    request.secure = stream_.secure();
    request.authorization = header(http::field::authorization);
    request.cookies = header(http::field::cookie);
    keep_alive_ = message.keep_alive();
    if (auto refusal = shared_->router->refusal(request)) {
        // What follows the headers is not read, so the connection cannot go on where something does.
        keep_alive_ = keep_alive_ && parser_->is_done();
        parser_.reset();
        return write(std::move(*refusal));
    }
    if (parser_->is_done()) return dispatch(std::move(request));
    if (request.method == Method::Get || request.method == Method::Head) {
        return answer_and_close(problem(413, "A GET or HEAD request may not have a body."));
    }
    if (shared_->router->wants_body(request)) return read_body(std::move(request));
    // The answer does not depend on the body, which therefore is not read; so the connection cannot go on either.
    keep_alive_ = false;
    dispatch(std::move(request));
}

void HttpConnection::read_body(Request request) {
    stream_.tcp().expires_after(shared_->limits.body);
    http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this(), request = std::move(request)](const Error& error, std::size_t) mutable {
            if (is_protocol_error(error)) return self->on_header_error(error);
            if (self->failed(error)) return;
            request.body = std::move(self->parser_->get().body());
            self->dispatch(std::move(request));
        });
}

void HttpConnection::dispatch(Request request) {
    parser_.reset();
    awaiting_answer_ = true;
    // The timer's handler also keeps the connection alive until the answer comes.
    const bool slow = shared_->router->is_slow(request);
    answer_timer_.expires_after(slow ? shared_->limits.slow_answer : shared_->limits.answer);
    answer_timer_.async_wait([self = shared_from_this(), number = request_number_](const Error& error) {
        if (error || !self->awaiting_answer_ || self->request_number_ != number) return;
        self->keep_alive_ = false;
        self->on_answer(number, problem(503, "The answer took too long; ask for less, or try again later."));
    });
    const Responder responder([weak = weak_from_this(), number = request_number_](Response response) {
        if (const auto self = weak.lock()) self->on_answer(number, std::move(response));
    });
    try {
        shared_->router->handle(std::move(request), responder);
    } catch (const std::exception&) {
        // Handlers use libraries that throw, and no request may end the daemon. The count of 5xx answers tells of it.
        responder.answer(problem(500, "This request met a fault in the program."));
    }
}

void HttpConnection::on_answer(std::uint64_t number, Response response) {
    if (closed_ || shared_->stopped || !awaiting_answer_ || number != request_number_) return;
    awaiting_answer_ = false;
    answer_timer_.cancel();
    if (!response.gzip) return write(std::move(response));
    auto gzip = std::make_shared<Gzip>(std::move(response.body));
    compress(std::move(response), std::move(gzip));
}

// A slice in each turn of the loop, which has others to serve.
void HttpConnection::compress(Response response, std::shared_ptr<Gzip> gzip) {
    if (closed_ || shared_->stopped) return;
    if (!gzip->step()) {
        asio::post(stream_.get_executor(),
                   [self = shared_from_this(), response = std::move(response), gzip = std::move(gzip)]() mutable {
                       self->compress(std::move(response), std::move(gzip));
                   });
        return;
    }
    response.body = gzip->take();
    response.headers.emplace_back("Content-Encoding", "gzip");
    write(std::move(response));
}

void HttpConnection::answer_and_close(Response response) {
    keep_alive_ = false;
    write(std::move(response));
}

std::string HttpConnection::head(const Response& response) const {
    std::string head = "HTTP/1.1 " + std::to_string(response.status);
    head.append(" ").append(reason_phrase(response.status)).append("\r\n");
    const auto add = [&head](std::string_view name, std::string_view value) {
        head.append(name).append(": ").append(value).append("\r\n");
    };
    if (response.stream) {
        add("Content-Type", response.content_type);
    } else if (response.long_body) {
        add("Content-Length", std::to_string(response.long_body->bytes));
        add("Content-Type", response.content_type);
    } else if (response.status != 204 && response.status != 304) {
        add("Content-Length", std::to_string(response.body.size()));
        if (!response.content_type.empty()) add("Content-Type", response.content_type);
    }
    add("Cache-Control", response.cache_control);
    for (const auto& [name, value] : response.headers) add(name, value);
    // Said both ways, because HTTP/1.0 clients expect to hear of the former.
    add("Connection", keep_alive_ ? "keep-alive" : "close");
    head.append(kSecurityHeaders).append("\r\n");
    return head;
}

void HttpConnection::write(Response response) {
    ++shared_->figures.answers[std::min<std::size_t>(response.status / 100, shared_->figures.answers.size() - 1)];
    if (response.stream && !head_only_) return begin_stream(std::move(response));
    if (response.long_body && !head_only_) return begin_long_body(std::move(response));
    head_ = head(response);
    const bool no_body = head_only_ || response.status == 204 || response.status == 304;
    body_ = no_body ? std::string{} : std::move(response.body);
    stream_.tcp().expires_after(shared_->limits.write);
    const std::array<asio::const_buffer, 2> buffers = {asio::buffer(head_), asio::buffer(body_)};
    asio::async_write(stream_, buffers,
                      [self = shared_from_this()](const Error& error, std::size_t) { self->on_written(error); });
}

// One part is in memory at a time, and the next is asked for when the client has taken it.
void HttpConnection::begin_long_body(Response response) {
    head_ = head(response);
    long_body_ = std::move(response.long_body);
    stream_.tcp().expires_after(shared_->limits.write);
    asio::async_write(stream_, asio::buffer(head_), [self = shared_from_this()](const Error& error, std::size_t) {
        if (self->failed(error)) return self->long_body_.reset();
        self->write_next_part();
    });
}

void HttpConnection::write_next_part() {
    if (long_body_->bytes <= 0) {
        long_body_.reset();
        return on_written({});
    }
    stream_.tcp().expires_never();  // it waits for us
    long_body_->next([self = shared_from_this()](std::string part) { self->write_part(std::move(part)); });
}

void HttpConnection::write_part(std::string part) {
    if (closed_ || shared_->stopped) return long_body_.reset();
    long_body_->bytes -= static_cast<std::int64_t>(part.size());
    // What was promised cannot be kept; a client that counts notices.
    if (part.empty() || long_body_->bytes < 0) {
        long_body_.reset();
        return close();
    }
    body_ = std::move(part);
    stream_.tcp().expires_after(shared_->limits.write);
    asio::async_write(stream_, asio::buffer(body_), [self = shared_from_this()](const Error& error, std::size_t) {
        if (self->failed(error)) return self->long_body_.reset();
        self->write_next_part();
    });
}

// Its end is the connection's, which HTTP/1.0 proxies understand too.
void HttpConnection::begin_stream(Response response) {
    keep_alive_ = false;
    stream_pending_ = head(response);
    watch_for_end();
    write_stream();
    response.stream(std::make_shared<ConnectionSink>(weak_from_this()));
}

void HttpConnection::send(std::string_view text) {
    if (closed_) return;
    stream_pending_ += text;
    write_stream();
}

void HttpConnection::write_stream() {
    if (stream_writing_ || stream_pending_.empty()) return;
    stream_writing_ = true;
    body_ = std::exchange(stream_pending_, {});
    stream_.tcp().expires_after(shared_->limits.write);
    asio::async_write(stream_, asio::buffer(body_), [self = shared_from_this()](const Error& error, std::size_t) {
        if (self->failed(error)) return;
        self->stream_writing_ = false;
        self->body_ = {};
        self->write_stream();
    });
}

// A stream's client has nothing more to say; what it says is read and forgotten, until it closes.
void HttpConnection::watch_for_end() {
    stream_.tcp().expires_never();
    stream_.async_read_some(asio::buffer(discard_), [self = shared_from_this()](const Error& error, std::size_t size) {
        self->lingered_ += size;
        if (error || self->closed_ || self->lingered_ > self->shared_->limits.linger_bytes) return self->close();
        self->watch_for_end();
    });
}

void HttpConnection::on_written(const Error& error) {
    if (failed(error)) return;
    body_ = {};
    if (keep_alive_) return wait_for_request();
    linger();
}

// Closing a socket that holds unread input makes the kernel reset the connection, and the client may lose the answer.
// So say that nothing more comes, then read and forget until the client closes too, within limits.
void HttpConnection::linger() {
    if (stream_.secure()) return say_goodbye();
    Error ignored;
    stream_.tcp().socket().shutdown(Socket::shutdown_send, ignored);
    stream_.tcp().expires_after(shared_->limits.linger);
    read_and_discard();
}

void HttpConnection::say_goodbye() {
    stream_.tcp().expires_after(shared_->limits.linger);
    stream_.async_shutdown([self = shared_from_this()](const Error&) { self->close(); });
}

void HttpConnection::read_and_discard() {
    stream_.async_read_some(asio::buffer(discard_), [self = shared_from_this()](const Error& error, std::size_t size) {
        self->lingered_ += size;
        if (error || self->closed_ || self->lingered_ > self->shared_->limits.linger_bytes) return self->close();
        self->read_and_discard();
    });
}

}  // namespace millrace::api
