#include "api/cloud.h"

#include "api/body.h"
#include "api/parameters.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

void handle_put(const Site& site, const Request& request, const Responder& responder) {
    Body body(request.body);
    body.require("mode");
    const auto mode = body.choice("mode", {"local", "relay", "relay-only"});
    if (auto refusal = body.problem()) return responder.answer(std::move(*refusal));
    site.dependencies.controls.set_cloud_mode(
        *ports::cloud_mode_of(*mode), while_served(site, [&site, responder](base::Result<void, base::Error> done) {
            responder.answer(done ? json_response(cloud_document(site.dependencies.live.live()))
                                  : problem(409, "The mode stays as it is: " + done.error().message));
        }));
}

}  // namespace

std::string cloud_document(const ports::LiveState& live) {
    Json bridges = Json::array();
    for (const ports::LiveBridge& bridge : live.bridges) {
        bridges.push_back(Json{{"uuid", bridge.id.text()},
                               {"path", ports::name(bridge.cloud_path)},
                               {"waiting", bridge.waiting_for_cloud}});
    }
    return to_text(Json{{"mode", ports::name(live.cloud_mode)}, {"bridges", std::move(bridges)}});
}

void add_cloud_routes(Router& router, const Site& site) {
    router.add(Method::Get, "/api/v1/cloud", [&site](const Request& request, const Responder& responder) {
        Parameters parameters(request);
        if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
        responder.answer(json_response(cloud_document(site.dependencies.live.live())));
    });
    router.add(
        Method::Put, "/api/v1/cloud",
        [&site](const Request& request, const Responder& responder) { handle_put(site, request, responder); },
        access::Scope::Admin);
}

}  // namespace millrace::api
