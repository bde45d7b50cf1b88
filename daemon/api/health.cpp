#include "api/health.h"

#include <algorithm>

#include "api/json.h"
#include "api/routes.h"

namespace millrace::api {

std::vector<ports::HealthItem> gather_health(const std::vector<const ports::SelfReport*>& reports) {
    std::vector<ports::HealthItem> items;
    for (const ports::SelfReport* report : reports) report->health(items);
    return items;
}

bool all_well(const std::vector<ports::HealthItem>& items) {
    return std::all_of(items.begin(), items.end(), [](const ports::HealthItem& item) { return item.ok; });
}

std::string readiness_document(bool ready, const std::vector<ports::HealthItem>& items) {
    return to_text(Json{{"ready", ready}, {"items", health_list(items)}});
}

void add_health_routes(Router& router, const Site& site) {
    const auto alive = [](const Request&, const Responder& responder) {
        Response response;
        response.content_type = "text/plain; charset=utf-8";
        response.body = "ok\n";
        responder.answer(std::move(response));
    };
    const auto ready = [&site](const Request& request, const Responder& responder) {
        auto items = gather_health(site.dependencies.reports);
        const bool well = all_well(items);
        // What is wrong names addresses and files, which are no stranger's business.
        if (request.grant.by == GrantedBy::Nobody) items.clear();
        responder.answer(json_response(readiness_document(well, items), well ? 200 : 503));
    };
    router.add(Method::Get, "/healthz", alive, access::Scope::Open);
    router.add(Method::Get, "/readyz", ready, access::Scope::Open);
}

}  // namespace millrace::api
