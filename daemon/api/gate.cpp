#include "api/gate.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>
#include <string>
#include <utility>

#include "access/digest.h"
#include "api/problem.h"
#include "api/target.h"

namespace millrace::api {
namespace {

using access::Scope;

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool is_json(std::string_view content_type) {
    std::string_view type = content_type.substr(0, content_type.find(';'));
    while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
    return equal_ignoring_case(type, "application/json");
}

// A page's origin is a scheme and the very host and port that it was loaded from. A proxy may have taken TLS off.
bool is_own_origin(std::string_view origin, std::string_view host) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (origin.starts_with(scheme) && equal_ignoring_case(origin.substr(scheme.size()), host)) return true;
    }
    return false;
}

bool changes_something(Method method) {
    return method != Method::Get && method != Method::Head && method != Method::Options;
}

std::string_view bearer(std::string_view authorization) {
    constexpr std::string_view kScheme = "bearer ";
    if (authorization.size() <= kScheme.size()) return {};
    if (!equal_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) return {};
    authorization.remove_prefix(kScheme.size());
    while (authorization.starts_with(' ')) authorization.remove_prefix(1);
    return authorization;
}

Response unauthorized(std::string_view detail) {
    Response response = problem(401, detail);
    response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"millrace\"");
    return response;
}

Response nobody_may(Scope needed) {
    std::string text = "This needs a token with the scope \"";
    text.append(name(needed));
    text +=
        "\": make one with `millrace token add`, then send it as \"Authorization: Bearer\" or log in on the page "
        "with it. Programs on the machine that millrace runs on need none when they ask at 127.0.0.1 or localhost.";
    return unauthorized(text);
}

Response too_little(const Grant& grant, Scope needed) {
    std::string text = "This needs the scope \"";
    text.append(name(needed)).append("\"; the token ").append(grant.token).append(" has \"");
    text.append(name(grant.scope)).append("\".");
    return problem(403, text);
}

std::string cookie_header(std::string_view value, base::Seconds lasts, bool secure) {
    std::string header(access::kSessionCookie);
    header.append("=").append(value).append("; Path=/; HttpOnly; SameSite=Strict; Max-Age=");
    header.append(std::to_string(lasts.count()));
    return secure ? header + "; Secure" : header;
}

struct Wiper {
    std::string& text;
    ~Wiper() { ::explicit_bzero(text.data(), text.size()); }
};

// Whether it answers an alarm as a notice's button does.
bool is_buttons_route(const Request& request) {
    const auto& path = request.segments;
    return request.method == Method::Post && path.size() == 5 && path[0] == "api" && path[1] == "v1" &&
           path[2] == "alarms" && (path[4] == ports::kAcknowledge || path[4] == ports::kSnooze);
}

}  // namespace

bool bears_code(const Request& request, const ports::AnswerCodes& codes) {
    if (!is_buttons_route(request)) return false;
    const auto& path = request.segments;
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(path[3].data(), path[3].data() + path[3].size(), id);
    if (error != std::errc{} || end != path[3].data() + path[3].size()) return false;
    const auto code =
        std::find_if(request.query.begin(), request.query.end(), [](const auto& pair) { return pair.first == "code"; });
    return code != request.query.end() && access::equal_in_constant_time(code->second, codes.code(id, path[4]));
}

std::optional<Response> Gate::refusal(Request& request, Scope needed) {
    const Wiper token{request.authorization};
    const Wiper session{request.cookies};
    if (credentials_.answer_codes != nullptr && is_buttons_route(request)) {
        const bool borne = bears_code(request, *credentials_.answer_codes);
        // It is for the gate alone; no handler takes it.
        std::erase_if(request.query, [](const auto& parameter) { return parameter.first == "code"; });
        if (borne) return std::nullopt;
    }
    auto wrong = identify(request);
    if (needed != Scope::Open) {
        if (wrong) return wrong;
        if (request.grant.by == GrantedBy::Nobody) return nobody_may(needed);
        if (request.grant.scope < needed) return too_little(request.grant, needed);
    }
    if (!changes_something(request.method)) return std::nullopt;
    // The Supervisor's own address for a page is not known here; its session guards it.
    const bool origin_matters = request.grant.by != GrantedBy::Supervisor && !request.origin.empty();
    if (origin_matters && !is_own_origin(request.origin, request.host)) {
        return problem(403, "Changes are not accepted from the pages of another server.");
    }
    // DELETE says all in its address.
    if (request.method != Method::Delete && !is_json(request.content_type)) {
        return problem(415, "The body must be JSON, sent with Content-Type: application/json.");
    }
    return std::nullopt;
}

std::optional<Response> Gate::identify(Request& request) {
    if (const std::string_view shown = bearer(request.authorization); !shown.empty()) {
        Response refusal;
        const access::Token* token = heard(request.peer, shown, refusal);
        if (token == nullptr) return refusal;
        request.grant = {token->scope, GrantedBy::Token, token->name, {}};
        return std::nullopt;
    }
    if (!settings_.supervisor.empty() && request.peer == settings_.supervisor) {
        request.grant = {Scope::Admin, GrantedBy::Supervisor, {}, {}};
    } else if (is_this_machine(request)) {
        request.grant = {Scope::Admin, GrantedBy::ThisMachine, {}, {}};
    } else if (credentials_.tokens != nullptr) {
        const access::TokenBook& book = credentials_.tokens->book();
        const auto session = access::session_of(
            credentials_.session_key, book, access::cookie(request.cookies, access::kSessionCookie), clock_.wall_now());
        if (session) {
            request.grant = {book.find(session->token)->scope, GrantedBy::Session, session->token, session->ends};
        }
    }
    return std::nullopt;
}

// A stranger's page can be sent here under its own name ("DNS rebinding"), and a proxy speaks for others.
bool Gate::is_this_machine(const Request& request) const {
    return !settings_.loopback_needs_token && request.from_loopback && !request.forwarded &&
           (request.host.empty() || host_is_address(request.host));
}

const access::Token* Gate::heard(const std::string& peer, std::string_view shown, Response& refusal) {
    const base::SteadyTime now = clock_.steady_now();
    if (const base::Seconds wait = attempts_.wait(peer, now); wait.count() > 0) {
        refusal = problem(
            429, "Too many wrong tokens came from this address; try again in " + std::to_string(wait.count()) + " s.");
        refusal.headers.emplace_back("Retry-After", std::to_string(wait.count()));
        return nullptr;
    }
    const access::Token* token = credentials_.tokens == nullptr ? nullptr : credentials_.tokens->book().match(shown);
    if (token != nullptr) return token;
    attempts_.failed(peer, now);
    refusal = unauthorized(
        "This token is not known here; it may have been revoked. `millrace token list` names those "
        "that are, and `millrace token add` makes one.");
    return nullptr;
}

const access::Token* Gate::log_in(const Request& request, std::string_view shown, Response& refusal) {
    return heard(request.peer, shown, refusal);
}

std::string Gate::session_cookie(const access::Token& token, bool secure) const {
    const base::WallTime ends = clock_.wall_now() + access::kSessionLasts;
    return cookie_header(access::session_text(credentials_.session_key, token, ends), access::kSessionLasts, secure);
}

std::string Gate::no_session_cookie(bool secure) {
    return cookie_header("", base::Seconds{0}, secure);
}

const access::Token* Gate::to_renew(const Request& request) const {
    const bool old =
        request.grant.by == GrantedBy::Session && request.grant.ends - clock_.wall_now() < access::kSessionLasts / 2;
    return old ? credentials_.tokens->book().find(request.grant.token) : nullptr;
}

}  // namespace millrace::api
