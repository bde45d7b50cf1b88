#include <cstring>
#include <utility>

#include "api/body.h"
#include "api/gate.h"
#include "api/json.h"
#include "api/parameters.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

constexpr std::size_t kMostTokenBytes = 256;

std::string_view name(GrantedBy by) {
    switch (by) {
        case GrantedBy::Nobody: return "nobody";
        case GrantedBy::ThisMachine: return "this_machine";
        case GrantedBy::Supervisor: return "home_assistant";
        case GrantedBy::Token: return "token";
        case GrantedBy::Session: return "session";
    }
    return {};
}

std::string session_document(const Grant& grant) {
    Json document;
    document["scope"] = access::name(grant.scope);
    document["granted_by"] = name(grant.by);
    document["token"] = grant.token.empty() ? Json() : Json(grant.token);
    return to_text(document);
}

void handle_get(const Site& site, const Request& request, const Responder& responder) {
    Parameters parameters(request);
    if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
    Response response = json_response(session_document(request.grant));
    if (const access::Token* token = site.gate->to_renew(request)) {
        response.headers.emplace_back("Set-Cookie", site.gate->session_cookie(*token, request.secure));
    }
    responder.answer(std::move(response));
}

void handle_log_in(const Site& site, const Request& request, const Responder& responder) {
    Body body(request.body);
    body.require("token");
    auto shown = body.secret("token", kMostTokenBytes);
    if (auto wrong = body.problem()) return responder.answer(std::move(*wrong));
    Response refusal;
    const access::Token* token = site.gate->log_in(request, base::as_text(*shown), refusal);
    ::explicit_bzero(shown->data(), shown->size());
    if (token == nullptr) return responder.answer(std::move(refusal));
    Response response = json_response(session_document({token->scope, GrantedBy::Session, token->name, {}}));
    response.headers.emplace_back("Set-Cookie", site.gate->session_cookie(*token, request.secure));
    responder.answer(std::move(response));
}

void handle_log_out(const Request& request, const Responder& responder) {
    Response response;
    response.status = 204;
    response.headers.emplace_back("Set-Cookie", Gate::no_session_cookie(request.secure));
    responder.answer(std::move(response));
}

}  // namespace

void add_session_routes(Router& router, const Site& site) {
    const std::string path = "/api/v1/session";
    router.add(
        Method::Get, path,
        [&site](const Request& request, const Responder& responder) { handle_get(site, request, responder); },
        access::Scope::Open);
    router.add(
        Method::Post, path,
        [&site](const Request& request, const Responder& responder) { handle_log_in(site, request, responder); },
        access::Scope::Open);
    router.add(Method::Delete, path, handle_log_out, access::Scope::Open);
}

}  // namespace millrace::api
