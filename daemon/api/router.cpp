#include "api/router.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "api/content_coding.h"
#include "api/entity_tag.h"
#include "api/parameters.h"
#include "api/problem.h"

namespace millrace::api {
namespace {

bool is_name(std::string_view segment) {
    return segment.starts_with('{') && segment.ends_with('}');
}

std::vector<std::string> split(std::string_view pattern) {
    std::vector<std::string> segments;
    pattern.remove_prefix(1);
    for (;;) {
        const std::size_t slash = pattern.find('/');
        segments.emplace_back(pattern.substr(0, slash));
        if (slash == std::string_view::npos) return segments;
        pattern.remove_prefix(slash + 1);
    }
}

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string>& segments) {
    return std::equal(pattern.begin(), pattern.end(), segments.begin(), segments.end(),
                      [](const std::string& wanted, const std::string& segment) {
                          return is_name(wanted) ? !segment.empty() : wanted == segment;
                      });
}

std::string_view name(Method method) {
    switch (method) {
        case Method::Get: return "GET";
        case Method::Head: return "HEAD";
        case Method::Post: return "POST";
        case Method::Put: return "PUT";
        case Method::Patch: return "PATCH";
        case Method::Delete: return "DELETE";
        case Method::Options: return "OPTIONS";
        case Method::Other: break;
    }
    return {};
}

// Answers in the coding that the client takes, with entity tags, and with 304 to who has the same already.
Responder tagging(const Responder& responder, const Request& request) {
    return Responder([responder, accepted = request.accept_encoding, known = request.if_none_match](Response response) {
        responder.answer(with_entity_tag(with_coding(std::move(response), accepted), known));
    });
}

// Bodies may hold keys.
struct Wiper {
    std::string& text;
    ~Wiper() { ::explicit_bzero(text.data(), text.size()); }
};

}  // namespace

void Router::add(Method method, std::string_view pattern, Handler handler, access::Scope scope) {
    routes_.push_back({method, split(pattern), std::move(handler), scope});
}

void Router::add_slow(Method method, std::string_view pattern, Handler handler, access::Scope scope) {
    add(method, pattern, std::move(handler), scope);
    routes_.back().slow = true;
}

std::vector<Router::RouteInfo> Router::routes() const {
    std::vector<RouteInfo> list;
    for (const Route& route : routes_) {
        std::string pattern;
        for (const std::string& segment : route.pattern) pattern.append("/").append(segment);
        list.push_back({std::string(name(route.method)), std::move(pattern), route.scope});
    }
    return list;
}

const Router::Pattern* Router::pattern_of(const std::vector<std::string>& segments) const {
    const Pattern* best = nullptr;
    const auto names = [](const Pattern& pattern) { return std::count_if(pattern.begin(), pattern.end(), is_name); };
    for (const Route& route : routes_) {
        if (!matches(route.pattern, segments)) continue;
        if (best == nullptr || names(route.pattern) < names(*best)) best = &route.pattern;
    }
    return best;
}

const Router::Route* Router::find(Method method, const std::vector<std::string>& segments) const {
    if (method == Method::Head) method = Method::Get;
    const Pattern* pattern = pattern_of(segments);
    if (pattern == nullptr) return nullptr;
    const auto route = std::find_if(routes_.begin(), routes_.end(), [&](const Route& candidate) {
        return candidate.method == method && candidate.pattern == *pattern;
    });
    return route == routes_.end() ? nullptr : &*route;
}

bool Router::wants_body(const Request& request) const {
    if (request.method == Method::Get || request.method == Method::Head) return false;
    return find(request.method, request.segments) != nullptr;
}

bool Router::is_slow(const Request& request) const {
    const Route* route = find(request.method, request.segments);
    return route != nullptr && route->slow;
}

std::optional<Response> Router::refusal(Request& request) const {
    const Route* route = guard_ ? find(request.method, request.segments) : nullptr;
    return route == nullptr ? std::nullopt : guard_(request, route->scope);
}

std::string Router::allowed(const std::vector<std::string>& segments) const {
    constexpr std::array kMethods = {Method::Get, Method::Head,  Method::Post,
                                     Method::Put, Method::Patch, Method::Delete};
    const bool whole_server = segments.size() == 1 && segments.front() == "*";
    const Pattern* pattern = pattern_of(segments);
    if (pattern == nullptr && !whole_server) return {};
    std::string list;
    for (const Method method : kMethods) {
        const Method served = method == Method::Head ? Method::Get : method;
        const bool found = std::any_of(routes_.begin(), routes_.end(), [&](const Route& route) {
            return route.method == served && (whole_server || route.pattern == *pattern);
        });
        if (found) list.append(name(method)).append(", ");
    }
    if (!list.empty()) list += "OPTIONS";
    return list;
}

void Router::handle(Request request, const Responder& responder) const {
    if (const Route* route = find(request.method, request.segments)) {
        const Wiper wiper{request.body};
        if (route->method != Method::Get) {
            if (auto refusal = Parameters(request).problem()) return responder.answer(std::move(*refusal));
        }
        for (std::size_t i = 0; i < route->pattern.size(); ++i) {
            const std::string& segment = route->pattern[i];
            if (!is_name(segment)) continue;
            request.path_parameters.emplace_back(segment.substr(1, segment.size() - 2), request.segments[i]);
        }
        if (route->method == Method::Get) {
            route->handler(request, tagging(responder, request));
        } else {
            route->handler(request, responder);
        }
        return;
    }
    std::string allow = allowed(request.segments);
    if (allow.empty()) {
        responder.answer(problem(404, "There is nothing at this address."));
        return;
    }
    Response response;
    if (request.method == Method::Options) {
        response.status = 204;
    } else {
        response = problem(405, "This address can be asked with these methods only: " + allow + ".");
    }
    response.headers.emplace_back("Allow", std::move(allow));
    responder.answer(std::move(response));
}

}  // namespace millrace::api
