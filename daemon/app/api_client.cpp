#include "app/api_client.h"

#include <cstring>
#include <fstream>
#include <memory>
#include <optional>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "api/http_stream.h"

namespace millrace::app {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::beast::error_code;
using Context = asio::ssl::context;
using HttpRequest = http::request<http::string_body>;

// The daemon gives its own answers up after 30 s.
constexpr base::Seconds kTimeLimit{40};
// More than the longest document.
constexpr std::size_t kMaxAnswer = 64 * 1024 * 1024;
constexpr const char* kDefaultPort = "8099";

std::string_view without_brackets(std::string_view host) {
    return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

// One exchange on a connection of its own, driven by a loop of its own.
class Exchange {
public:
    // Plain without a context.
    Exchange(std::string_view host, std::string_view port, std::shared_ptr<Context> tls, HttpRequest& request)
        : stream_(Tcp::socket(loop_), std::move(tls)), resolver_(loop_), request_(request) {
        parser_.body_limit(kMaxAnswer);
        if (stream_.secure()) SSL_set_tlsext_host_name(stream_.tls(), std::string(host).c_str());
        stream_.tcp().expires_after(kTimeLimit);
        resolver_.async_resolve(std::string(without_brackets(host)), std::string(port),
                                [this](const ErrorCode& error, const Tcp::resolver::results_type& found) {
                                    if (!failed(error)) connect(found);
                                });
    }

    // The error, if there was one.
    ErrorCode run() {
        loop_.run();
        return error_;
    }

    [[nodiscard]] ApiAnswer answer() { return {parser_.get().result_int(), std::move(parser_.get().body())}; }

private:
    bool failed(const ErrorCode& error) {
        if (error) error_ = error;
        return static_cast<bool>(error);
    }

    void connect(const Tcp::resolver::results_type& found) {
        stream_.tcp().async_connect(found, [this](const ErrorCode& error, const Tcp::endpoint&) {
            if (!failed(error)) shake_hands();
        });
    }

    void shake_hands() {
        if (!stream_.secure()) return write();
        stream_.async_handshake(asio::ssl::stream_base::client, [this](const ErrorCode& error) {
            if (!failed(error)) write();
        });
    }

    void write() {
        http::async_write(stream_, request_, [this](const ErrorCode& error, std::size_t) {
            if (!failed(error)) read();
        });
    }

    void read() {
        http::async_read(stream_, buffer_, parser_, [this](const ErrorCode& error, std::size_t) {
            (void)failed(error);
            stream_.tcp().close();
        });
    }

    asio::io_context loop_;
    api::HttpStream stream_;
    Tcp::resolver resolver_;
    HttpRequest& request_;
    boost::beast::flat_buffer buffer_;
    http::response_parser<http::string_body> parser_;
    ErrorCode error_;
};

// Believes the certificates that the address names, and the name on them unless the certificate itself is known.
base::Result<std::shared_ptr<Context>, base::Error> client_context(const std::string& host, const std::string& ca_file,
                                                                   bool pinned) {
    auto context = std::make_shared<Context>(Context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    ErrorCode error;
    if (ca_file.empty()) {
        context->set_default_verify_paths(error);
    } else {
        context->load_verify_file(ca_file, error);
    }
    if (error) return base::failure(base::Error{"cannot use the certificate " + ca_file + ": " + error.message()});
    context->set_verify_mode(asio::ssl::verify_peer);
    if (pinned) {
        X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context->native_handle()), X509_V_FLAG_PARTIAL_CHAIN);
    } else {
        context->set_verify_callback(asio::ssl::host_name_verification(std::string(without_brackets(host))));
    }
    return context;
}

// The first line of a token's file.
base::Result<std::string, base::Error> read_token(const std::string& path) {
    std::ifstream file(path);
    std::string token;
    if (!std::getline(file, token) || token.empty() || token.find_first_of(" \t\r") != std::string::npos) {
        return base::failure(base::Error{"the token file " + path + " cannot be read, or its first line is no token"});
    }
    return token;
}

}  // namespace

base::Result<ApiClient, base::Error> ApiClient::at(const DaemonAddress& address) {
    auto client = at(address.url);
    if (!client) return client;
    client->ca_file_ = address.ca_file;
    client->pinned_ = address.pinned;
    if (address.token_file.empty()) return client;
    auto token = read_token(address.token_file);
    if (!token) return base::failure(std::move(token.error()));
    client->token_ = std::move(*token);
    return client;
}

base::Result<ApiClient, base::Error> ApiClient::at(std::string_view url) {
    const std::string given(url);
    const auto bad = [&given] {
        return base::failure(
            base::Error{"\"" + given + "\" is not an address of a daemon such as http://127.0.0.1:8099"});
    };
    constexpr std::string_view kScheme = "http://";
    constexpr std::string_view kSecureScheme = "https://";
    const bool secure = url.starts_with(kSecureScheme);
    if (url.starts_with(kScheme)) url.remove_prefix(kScheme.size());
    if (secure) url.remove_prefix(kSecureScheme.size());
    if (url.ends_with('/')) url.remove_suffix(1);
    if (url.empty() || url.find_first_of("/?# ") != std::string_view::npos) return bad();
    const std::size_t bracket = url.starts_with('[') ? url.find(']') : 0;
    if (bracket == std::string_view::npos) return bad();
    const std::size_t colon = url.find(':', bracket);
    const std::string_view host = url.substr(0, colon);
    const std::string_view port = colon == std::string_view::npos ? kDefaultPort : url.substr(colon + 1);
    if (host.empty() || port.empty() || port.find_first_not_of("0123456789") != std::string_view::npos) return bad();
    return ApiClient(secure, std::string(host), std::string(port));
}

base::Result<ApiAnswer, base::Error> ApiClient::ask(std::string_view method, const std::string& path,
                                                    std::string body) const {
    HttpRequest request(http::string_to_verb({method.data(), method.size()}), path, 11);
    request.set(http::field::host, host_ + ":" + port_);
    request.set(http::field::connection, "close");
    request.set(http::field::content_type, "application/json");
    request.body() = std::move(body);
    request.prepare_payload();
    if (!token_.empty()) request.set(http::field::authorization, "Bearer " + token_);
    std::shared_ptr<Context> tls;
    if (secure_) {
        auto context = client_context(host_, ca_file_, pinned_);
        if (!context) return base::failure(std::move(context.error()));
        tls = std::move(*context);
    }
    Exchange exchange(host_, port_, std::move(tls), request);
    const ErrorCode error = exchange.run();
    ::explicit_bzero(request.body().data(), request.body().size());  // may hold a key
    if (error) {
        return base::failure(base::Error{"no daemon answers at " + url() + " (" + error.message() +
                                         "): is `millrace run` running? If it listens elsewhere, give --url"});
    }
    return exchange.answer();
}

std::string url_of_listener(std::string_view listen, bool secure) {
    const std::size_t colon = listen.rfind(':');
    std::string host(listen.substr(0, colon));
    if (host == "0.0.0.0" || host == "localhost") host = "127.0.0.1";
    if (host == "[::]") host = "[::1]";
    const std::string_view port = colon == std::string_view::npos ? kDefaultPort : listen.substr(colon + 1);
    return (secure ? "https://" : "http://") + host + ":" + std::string(port);
}

void wait_for(base::Milliseconds time) {
    asio::io_context loop;
    asio::steady_timer timer(loop);
    timer.expires_after(time);
    ErrorCode ignored;
    timer.wait(ignored);
}

}  // namespace millrace::app
