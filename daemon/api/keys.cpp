#include "api/keys.h"

#include <algorithm>
#include <cctype>
#include <cstring>

#include "api/body.h"
#include "api/parameters.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

constexpr std::size_t kKeyDigits = 64;
// White space around the digits is forgiven, as in a key file.
constexpr std::size_t kMaxKeyText = kKeyDigits + 16;

bool is_digit(std::uint8_t byte) {
    return std::isxdigit(byte) != 0;
}

void handle_post(const Site& site, const Request& request, const Responder& responder) {
    Body body(request.body);
    const auto bridge = body.device("bridge");
    body.require("key");
    auto key = body.secret("key", kMaxKeyText);
    const bool is_key = key && std::count_if(key->begin(), key->end(), is_digit) == kKeyDigits;
    if (key && !is_key) body.refuse("key", "must be 64 hexadecimal digits");
    if (auto refusal = body.problem()) {
        if (key) ::explicit_bzero(key->data(), key->size());
        return responder.answer(std::move(*refusal));
    }
    site.dependencies.controls.add_key(
        bridge, std::move(*key), while_served(site, [bridge, responder](base::Result<void, base::Error> done) {
            if (!done) return responder.answer(problem(422, "The key is not kept: " + done.error().message));
            Response response = json_response(
                to_text(Json{{"bridge", bridge ? Json(bridge->text()) : Json(nullptr)}, {"kept", true}}), 201);
            response.headers.emplace_back("Location", "/api/v1/keys");
            responder.answer(std::move(response));
        }));
}

}  // namespace

Json messages_open(const ports::LiveBridge& bridge, const ports::LiveState& live) {
    if (bridge.frames_opened + bridge.frames_unopened == 0) return nullptr;
    const bool shut = std::any_of(live.sensors.begin(), live.sensors.end(), [&](const ports::LiveSensor& sensor) {
        return sensor.bridge == bridge.id && !sensor.readings_known;
    });
    return !shut && bridge.frames_opened > 0;
}

std::string keys_document(const ports::LiveState& live) {
    Json bridges = Json::array();
    for (const ports::LiveBridge& bridge : live.bridges) {
        bridges.push_back(Json{{"uuid", bridge.id.text()},
                               {"has_key", bridge.has_key},
                               {"messages_open", messages_open(bridge, live)},
                               {"frames_opened", bridge.frames_opened},
                               {"frames_unopened", bridge.frames_unopened}});
    }
    return to_text(Json{{"bridges", std::move(bridges)}});
}

void add_key_routes(Router& router, const Site& site) {
    router.add(
        Method::Get, "/api/v1/keys",
        [&site](const Request& request, const Responder& responder) {
            Parameters parameters(request);
            if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
            responder.answer(json_response(keys_document(site.dependencies.live.live())));
        },
        access::Scope::Admin);
    router.add(
        Method::Post, "/api/v1/keys",
        [&site](const Request& request, const Responder& responder) { handle_post(site, request, responder); },
        access::Scope::Admin);
}

}  // namespace millrace::api
