// The daemon starts anew: with the config file as it is now.
#include "api/body.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

void handle_restart(const Site& site, const Request& request, const Responder& responder) {
    Body body(request.body);
    if (auto refusal = body.problem()) return responder.answer(std::move(*refusal));
    if (!site.dependencies.restart) return responder.answer(problem(404, "It cannot be restarted from here."));
    if (const auto done = site.dependencies.restart(); !done) {
        return responder.answer(problem(409, "It goes on as it is: " + done.error().message + "."));
    }
    responder.answer(json_response(to_text(Json{{"restarting", true}}), 202));
}

}  // namespace

void add_restart_route(Router& router, const Site& site) {
    router.add(
        Method::Post, "/api/v1/restart",
        [&site](const Request& request, const Responder& responder) { handle_restart(site, request, responder); },
        access::Scope::Admin);
}

}  // namespace millrace::api
