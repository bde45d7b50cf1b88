// Which handler answers which request. Pure: it knows paths and methods, no sockets.
//
// A route is a method and a pattern such as "/api/v1/sensors/{uuid}/usage", where a segment in braces matches any one
// segment and gets that name. The router itself answers what is the same for all: 404, 405 with Allow, OPTIONS, and
// HEAD wherever GET is served. Routes are added before the server starts; handlers run on the loop thread and return
// at once.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/request.h"

namespace millrace::api {

using Handler = std::function<void(const Request&, Responder)>;

class Router {
public:
    void add(Method method, std::string_view pattern, Handler handler);

    // Asked before anything that may change something: every served request but GET and HEAD. The answer to give
    // instead, when it must not be served.
    using Guard = std::function<std::optional<Response>(const Request&)>;
    void guard_changes(Guard guard) { guard_ = std::move(guard); }

    void handle(Request request, const Responder& responder) const;

    // Whether the route there wants a request body and may have it; the body of any other request is never read.
    [[nodiscard]] bool wants_body(const Request& request) const;

private:
    struct Route {
        Method method;
        std::vector<std::string> pattern;
        Handler handler;
    };

    [[nodiscard]] const Route* find(Method method, const std::vector<std::string>& segments) const;
    [[nodiscard]] std::string allowed(const std::vector<std::string>& segments) const;

    std::vector<Route> routes_;
    Guard guard_;
};

}  // namespace millrace::api
