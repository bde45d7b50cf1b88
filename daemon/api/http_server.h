// The HTTP/1.1 server: sockets, limits and time limits around a Router.
//
// Built on Boost.Beast's parser, which stays behind this header. Every connection reads one request at a time; what a
// client sends ahead waits in the kernel, so a pipelining client is slowed down instead of buffered. Each step has a
// time limit that counts from its start, so sending one byte at a time gains nothing. When it listens on a loopback
// address it answers only to loopback's names (see host_is_ours).
//
// The server owns its listener and its connections; the router must not change once started and must outlive the
// server. Loop thread only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/router.h"
#include "base/result.h"
#include "base/time.h"

namespace boost::asio {
class io_context;
}

namespace millrace::api {

struct HttpLimits {
    std::size_t connections = 256;
    std::size_t connections_per_address = 64;  // of IPv6 addresses the /64 counts, since one host may use all of it
    // Connections over those limits that are told so before they are closed; any more are closed without a word.
    std::size_t refusals = 32;

    std::size_t header_bytes = 16 * 1024;  // request line included; browsers with fat cookies send up to 8 KiB
    std::size_t body_bytes = 16 * 1024;    // of routes that want a body, all of which are a few fields; others get none
    std::size_t linger_bytes = 256 * 1024;  // read and thrown away, so that a refused client can read its answer

    base::Milliseconds idle{60'000};    // between requests
    base::Milliseconds header{10'000};  // from a request's first byte to its last header
    base::Milliseconds body{30'000};
    base::Milliseconds answer{30'000};          // what a handler may take
    base::Milliseconds slow_answer{1'800'000};  // of a route that does: a copy of ten years on a small computer's card
    base::Milliseconds write{30'000};           // what the client may take to read the answer
    base::Milliseconds linger{1'000};
};

struct HttpFigures {
    std::size_t connections = 0;  // open now
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;               // over a limit
    std::uint64_t timed_out = 0;             // cut because a step took too long
    std::array<std::uint64_t, 6> answers{};  // by the first digit of the status
};

class ServerTls;

class HttpServer {
public:
    // `host_names` are names besides those of loopback under which the server may be asked.
    HttpServer(boost::asio::io_context& loop, const Router& router, HttpLimits limits,
               std::vector<std::string> host_names = {});
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    // `address` is "127.0.0.1:8099", "[::]:8099" or "localhost:8099"; port 0 takes a free one. On failure nothing
    // listens, and the message says how to mend it.
    // With `tls` it speaks nothing but TLS.
    [[nodiscard]] base::Result<void, base::Error> start(std::string_view address,
                                                        std::shared_ptr<ServerTls> tls = nullptr);

    // Closes the listener and every connection; what handlers answer later is dropped.
    void stop();

    // Where it listens, as "127.0.0.1:8099"; empty while it does not.
    [[nodiscard]] std::string address() const;
    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] HttpFigures figures() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace millrace::api
