#include "api/mode.h"

#include "api/body.h"
#include "api/parameters.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

Response kept_or_not(const base::Result<void, base::Error>& done, std::string document) {
    return done ? json_response(std::move(document)) : problem(503, "It could not be kept: " + done.error().message);
}

using Document = std::string (*)(const ports::AlarmState&);

Handler showing(const Site& site, Document document) {
    return with_alarms(site, [document](ports::Alarms& alarms, const Request& request, const Responder& responder) {
        Parameters parameters(request);
        if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
        responder.answer(json_response(document(alarms.alarms())));
    });
}

void handle_mode(const Site& site, ports::Alarms& alarms, const Request& request, const Responder& responder) {
    Body body(request.body);
    const bool by_schedule = body.is_null("mode");
    if (!by_schedule) body.require("mode");
    const auto wanted = body.choice("mode", {"home", "away", "vacation"});
    if (auto refusal = body.problem()) return responder.answer(std::move(*refusal));
    const auto mode = wanted ? detect::mode_by_name(*wanted) : std::nullopt;
    alarms.set_mode(mode, while_served(site, [&alarms, responder](base::Result<void, base::Error> done) {
                        responder.answer(kept_or_not(done, mode_document(alarms.alarms())));
                    }));
}

void handle_irrigation(const Site& site, ports::Alarms& alarms, const Request& request, const Responder& responder) {
    Body body(request.body);
    body.require("active");
    const auto active = body.choice_of_two("active");
    if (auto refusal = body.problem()) return responder.answer(std::move(*refusal));
    alarms.set_irrigation_active(*active,
                                 while_served(site, [&alarms, responder](base::Result<void, base::Error> done) {
                                     responder.answer(kept_or_not(done, irrigation_document(alarms.alarms())));
                                 }));
}

}  // namespace

std::string mode_document(const ports::AlarmState& state) {
    return to_text(Json{{"mode", detect::name(state.mode)}, {"by_schedule", state.mode_by_schedule}});
}

std::string irrigation_document(const ports::AlarmState& state) {
    return to_text(Json{{"active", state.irrigation_active}});
}

void add_mode_routes(Router& router, const Site& site) {
    router.add(Method::Get, "/api/v1/mode", showing(site, mode_document));
    router.add(Method::Get, "/api/v1/irrigation", showing(site, irrigation_document));
    router.add(Method::Put, "/api/v1/mode",
               with_alarms(site, [&site](ports::Alarms& alarms, const Request& request, const Responder& responder) {
                   handle_mode(site, alarms, request, responder);
               }));
    router.add(Method::Put, "/api/v1/irrigation",
               with_alarms(site, [&site](ports::Alarms& alarms, const Request& request, const Responder& responder) {
                   handle_irrigation(site, alarms, request, responder);
               }));
}

}  // namespace millrace::api
