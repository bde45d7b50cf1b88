// Which handler answers which request. Pure: it knows paths and methods, no sockets.
//
// A route is a method and a pattern such as "/api/v1/sensors/{uuid}/usage", where a segment in braces matches any one
// segment and gets that name, unless another pattern spells the address out. The router itself answers what is the same
// for all: 404, 405 with Allow, OPTIONS, HEAD wherever GET is served, content codings and entity tags; and it refuses
// query parameters of all methods but GET, which say what they have to say in the body. Every route needs a scope.
// Routes are added before the server starts; handlers run on the loop thread and return at once.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/scope.h"
#include "api/request.h"

namespace millrace::api {

using Handler = std::function<void(const Request&, Responder)>;

class Router {
public:
    // Without a scope, GET needs `Read` and all others `Control`.
    void add(Method method, std::string_view pattern, Handler handler) {
        const access::Scope scope = method == Method::Get ? access::Scope::Read : access::Scope::Control;
        add(method, pattern, std::move(handler), scope);
    }
    void add(Method method, std::string_view pattern, Handler handler, access::Scope scope);
    // Of which each answer may take minutes.
    void add_slow(Method method, std::string_view pattern, Handler handler, access::Scope scope);

    // Asked once for every request that there is a route for: the answer to give instead, when it must not be served.
    using Guard = std::function<std::optional<Response>(Request&, access::Scope)>;
    void guard(Guard guard) { guard_ = std::move(guard); }
    // To be asked before the body is read; `handle` does not ask again.
    [[nodiscard]] std::optional<Response> refusal(Request& request) const;

    void handle(Request request, const Responder& responder) const;

    struct RouteInfo {
        std::string method;   // "GET"
        std::string pattern;  // as it was added
        access::Scope scope;
    };
    // In the order they were added.
    [[nodiscard]] std::vector<RouteInfo> routes() const;

    // Whether the route there wants a request body and may have it; the body of any other request is never read.
    [[nodiscard]] bool wants_body(const Request& request) const;
    // Whether the route there was added by add_slow.
    [[nodiscard]] bool is_slow(const Request& request) const;

private:
    using Pattern = std::vector<std::string>;  // a path's segments
    struct Route {
        Method method;
        Pattern pattern;
        Handler handler;
        access::Scope scope;
        bool slow = false;
    };

    // The one that an address belongs to, with all its methods, or null. What is spelled out goes before a name.
    [[nodiscard]] const Pattern* pattern_of(const std::vector<std::string>& segments) const;
    [[nodiscard]] const Route* find(Method method, const std::vector<std::string>& segments) const;
    [[nodiscard]] std::string allowed(const std::vector<std::string>& segments) const;

    std::vector<Route> routes_;
    Guard guard_;
};

}  // namespace millrace::api
