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

std::string readiness_document(const std::vector<ports::HealthItem>& items) {
    return to_text(Json{{"ready", all_well(items)}, {"items", health_list(items)}});
}

void add_health_routes(Router& router, const Site& site) {
    router.add(Method::Get, "/healthz", [](const Request&, const Responder& responder) {
        Response response;
        response.content_type = "text/plain; charset=utf-8";
        response.body = "ok\n";
        responder.answer(std::move(response));
    });
    router.add(Method::Get, "/readyz", [&site](const Request&, const Responder& responder) {
        const auto items = gather_health(site.dependencies.reports);
        responder.answer(json_response(readiness_document(items), all_well(items) ? 200 : 503));
    });
}

}  // namespace millrace::api
