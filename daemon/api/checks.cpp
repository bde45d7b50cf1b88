#include "api/checks.h"

#include <utility>

#include "api/body.h"
#include "api/json.h"
#include "api/parameters.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

Json check_json(const ports::Check& check) {
    Json facts = Json::object();
    for (const auto& [fact, value] : check.facts) facts[fact] = value;
    return Json{
        {"id", check.id},
        {"state", name(check.state)},
        {"summary", check.summary},
        {"remedy", check.remedy.empty() ? Json(nullptr) : Json(check.remedy)},
        {"facts", std::move(facts)},
    };
}

// Names and addresses, each with or without a port: what they are is found out by asking them.
std::vector<std::string> servers(Body& body, std::string_view member) {
    // A name of DNS has 253 characters at most.
    constexpr std::size_t kLongest = 260;
    constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]_%";
    std::vector<std::string> found;
    const Json* list = body.list(member, ports::Checks::kMostServers);
    if (list == nullptr) return found;
    for (const Json& one : *list) {
        const auto* text = one.get_ptr<const std::string*>();
        if (text == nullptr || text->empty() || text->size() > kLongest ||
            text->find_first_not_of(kAllowed) != std::string::npos) {
            body.refuse(std::string(member), "must be a list of addresses, each with or without a port");
            return {};
        }
        found.push_back(*text);
    }
    return found;
}

// `handle(checks, request, responder)`.
template <typename Handle>
Handler with_checks(const Site& site, Handle handle) {
    return [&site, handle](const Request& request, const Responder& responder) {
        if (site.dependencies.checks == nullptr) return responder.answer(problem(404, "No checks are made here."));
        handle(*site.dependencies.checks, request, responder);
    };
}

void handle_run(const Site& site, ports::Checks& checks, const Request& request, const Responder& responder) {
    Body body(request.body);
    ports::CheckWishes wishes;
    wishes.name_servers = servers(body, "name_servers");
    wishes.time_servers = servers(body, "time_servers");
    if (auto refusal = body.problem()) return responder.answer(std::move(*refusal));
    checks.run(std::move(wishes),
               while_served(site, [&site, responder](const base::Result<ports::CheckRun, base::Error>& run) {
                   responder.answer(run ? json_response(checks_document(*run, site.settings.zone))
                                        : problem(503, "The checks were not made: " + run.error().message + "."));
               }));
}

}  // namespace

std::string checks_document(const ports::CheckRun& run, const base::TimeZone& zone) {
    constexpr double kMillisecondsOfSecond = 1'000;
    Json list = Json::array();
    for (const ports::Check& check : run.checks) list.push_back(check_json(check));
    return to_text(Json{
        {"time", zone.rfc3339(run.time)},
        {"seconds", static_cast<double>(run.took.count()) / kMillisecondsOfSecond},
        {"checks", std::move(list)},
    });
}

void add_check_routes(Router& router, const Site& site) {
    router.add(Method::Get, "/api/v1/checks",
               with_checks(site,
                           [&site](ports::Checks& checks, const Request& request, const Responder& responder) {
                               Parameters parameters(request);
                               if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
                               const auto last = checks.last();
                               responder.answer(json_response(last ? checks_document(*last, site.settings.zone)
                                                                   : std::string("null")));
                           }),
               access::Scope::Admin);
    router.add(Method::Post, "/api/v1/checks",
               with_checks(site, [&site](ports::Checks& checks, const Request& request,
                                         const Responder& responder) { handle_run(site, checks, request, responder); }),
               access::Scope::Admin);
}

}  // namespace millrace::api
