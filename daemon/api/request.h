// What a handler is given and what it answers with: HTTP as plain values, with no socket and no library in sight.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/scope.h"
#include "base/time.h"

namespace millrace::api {

enum class Method { Get, Head, Post, Put, Patch, Delete, Options, Other };

// As whom a client was let in, and what it may do.
enum class GrantedBy { Nobody, ThisMachine, Supervisor, Token, Session };
struct Grant {
    access::Scope scope = access::Scope::Open;
    GrantedBy by = GrantedBy::Nobody;
    std::string token;    // the name of the token shown or logged in with
    base::WallTime ends;  // of a session
};

using TextPairs = std::vector<std::pair<std::string, std::string>>;

struct Request {
    Method method = Method::Get;
    std::vector<std::string> segments;  // of the path, percent-decoded; "/" is one empty segment
    TextPairs query;                    // in the order sent, percent-decoded
    TextPairs path_parameters;          // filled by the router: the segments its pattern gave a name to
    std::string last_event_id;
    std::string accept;
    std::string accept_encoding;
    std::string if_none_match;  // headers' values, or empty
    std::string content_type;
    std::string host;            // whom the client asked: of the address when that names one, else of the Host header
    std::string origin;          // the page that asks, where a browser says so
    bool forwarded = false;      // a proxy says that it asks for somebody else
    bool from_loopback = false;  // the connection comes from this machine
    std::string peer;            // the address that it comes from; of IPv6 the first 8 bytes, as they are
    bool secure = false;         // it came by TLS
    std::string authorization;   // headers that may hold secrets, wiped by the gate
    std::string cookies;
    Grant grant;       // set by the gate
    std::string body;  // wiped once the handler has returned, since it may hold a secret

    // The path segment a pattern named; empty when the pattern has no such name.
    [[nodiscard]] std::string_view path_parameter(std::string_view name) const;
};

// The client's end of an answer that goes on. Loop thread only.
class StreamSink {
public:
    virtual ~StreamSink() = default;
    virtual void send(std::string_view text) = 0;
    [[nodiscard]] virtual std::size_t waiting() const = 0;  // bytes that the client has not taken yet
    [[nodiscard]] virtual bool open() const = 0;
};

// A body too large for memory.
struct LongBody {
    std::int64_t bytes = 0;
    // Gives the part after the one before, later on the loop; an empty one breaks the answer off.
    std::function<void(std::function<void(std::string)>)> next;
};

struct Response {
    unsigned status = 200;
    std::string content_type;
    std::string body;
    TextPairs headers;
    std::string cache_control = "no-store";
    bool gzip = false;                    // the body is still as it is, and is sent compressed
    std::optional<LongBody> long_body{};  // instead of `body`
    // Called once the head is on its way; the body is then what the sink is given, until the client goes.
    std::function<void(std::shared_ptr<StreamSink>)> stream;
};

[[nodiscard]] Response json_response(std::string body, unsigned status = 200);

// Answers one request, at once or later. Copies answer the same request; only the first answer counts, and an answer
// to a client that has gone away is dropped. Answer on the loop thread; a copy may be destroyed on any. A request that
// is never answered ends in the server's own time limit.
class Responder {
public:
    using Send = std::function<void(Response)>;

    explicit Responder(Send send) : send_(std::make_shared<Send>(std::move(send))) {}

    void answer(Response response) const;

private:
    std::shared_ptr<Send> send_;
};

}  // namespace millrace::api
