// Settings of the config file that may be changed while the daemon runs.
#include "api/body.h"
#include "api/parameters.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

using ports::RunTimeSettings;

Response refusal_response(const RunTimeSettings::Refusal& refusal) {
    if (refusal.problems.empty()) {
        return refusal.not_kept ? problem(503, "The settings are in force, but " + refusal.not_now + ".")
                                : problem(409, "The settings stay as they are: " + refusal.not_now + ".");
    }
    std::vector<FieldError> errors;
    for (const auto& [name, detail] : refusal.problems) errors.push_back({name, detail});
    return field_problem(errors);
}

template <typename Handle>
Handler with_settings(const Site& site, Handle handle) {
    return [&site, handle](const Request& request, const Responder& responder) {
        if (site.dependencies.settings == nullptr) return responder.answer(problem(404, "No settings change here."));
        handle(*site.dependencies.settings, request, responder);
    };
}

void handle_put(const Site& site, RunTimeSettings& settings, const Request& request, const Responder& responder) {
    Body body(request.body);
    for (const char* section : {"site", "tariff", "log"}) static_cast<void>(body.has(section));
    if (auto refusal = body.problem()) return responder.answer(std::move(*refusal));
    settings.change(request.body.empty() ? "{}" : request.body,
                    while_served(site, [&settings, responder](base::Result<void, RunTimeSettings::Refusal> done) {
                        responder.answer(done ? json_response(settings.document()) : refusal_response(done.error()));
                    }));
}

}  // namespace

void add_settings_routes(Router& router, const Site& site) {
    router.add(
        Method::Get, "/api/v1/settings",
        with_settings(site, [](const RunTimeSettings& settings, const Request& request, const Responder& responder) {
            Parameters parameters(request);
            if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
            responder.answer(json_response(settings.document()));
        }));
    router.add(
        Method::Put, "/api/v1/settings",
        with_settings(site, [&site](RunTimeSettings& settings, const Request& request,
                                    const Responder& responder) { handle_put(site, settings, request, responder); }),
        access::Scope::Admin);
}

}  // namespace millrace::api
