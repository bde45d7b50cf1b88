#include "api/uses.h"

#include <utility>

#include "api/csv.h"
#include "api/devices.h"
#include "api/json.h"
#include "api/parameters.h"
#include "api/quantity.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

using detect::Use;

constexpr base::Milliseconds kDefaultRange = std::chrono::hours{24};
// How many uses may begin in the same millisecond: told apart from each other, two do.
constexpr std::size_t kTogether = 8;

Json use_json(const Use& use, const UsesView& view) {
    Json shape = Json::array();
    for (const base::FlowRate part : use.shape) shape.push_back(shown(part, view.unit));
    return Json{
        {"start", view.zone.rfc3339(use.start)},
        {"end", view.zone.rfc3339(use.end)},
        {"seconds", static_cast<double>((use.end - use.start).count()) / 1e3},
        {"volume", shown(use.volume, view.unit)},
        {"peak_flow", shown(use.peak, view.unit)},
        {"mean_flow", shown(use.mean, view.unit)},
        {"base_flow", shown(use.base, view.unit)},
        {"overlapped", use.overlapped},
        {"shape", std::move(shape)},
    };
}

std::optional<Use> open_use(const Site& site, const base::DeviceId& sensor) {
    if (site.dependencies.alarms == nullptr) return std::nullopt;
    for (const ports::SensorWatch& watch : site.dependencies.alarms->alarms().sensors) {
        if (watch.sensor == sensor) return watch.use;
    }
    return std::nullopt;
}

void handle_uses(const Site& site, const Request& request, const Responder& responder) {
    const ports::LiveState live = site.dependencies.live.live();
    const ports::LiveSensor* sensor = find_sensor(live, request.path_parameter("uuid"));
    if (sensor == nullptr) return responder.answer(problem(404, "No sensor of this name has been heard."));

    Parameters parameters(request);
    const auto from = parameters.time("from");
    const auto to = parameters.time("to");
    UsesView view;
    view.sensor = sensor->id;
    view.to = to.value_or(site.dependencies.clock.wall_now());
    view.from = from.value_or(view.to - kDefaultRange);
    if (view.from >= view.to) parameters.refuse("from", "must be earlier than to");
    const std::size_t limit = parameters.count("limit", kDefaultUsesPerPage, kMaxUsesPerPage);
    const auto cursor = parameters.time_cursor();
    view.unit = parameters.unit("unit", site.settings.unit);
    const bool csv = parameters.csv_wanted();
    if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
    view.zone = site.settings.zone;

    ports::UseQuery query;
    query.sensor = view.sensor;
    query.from = view.from;
    query.to = view.to;
    query.limit = limit + kTogether;
    query.after = cursor;
    site.dependencies.history.uses(
        std::move(query), while_served(site, [&site, view, limit, asked = request.query, csv,
                                              responder](base::Result<std::vector<Use>, base::Error> uses) {
            if (!uses) return responder.answer(problem(503, "The history cannot be read: " + uses.error().message));
            const auto next = cut_page(*uses, limit);
            if (csv) {
                Response response = csv_response(uses_csv(*uses, view));
                if (next) add_next_link(response, asked, base::to_rfc3339(*next));
                return responder.answer(std::move(response));
            }
            responder.answer(json_response(uses_document(*uses, open_use(site, view.sensor), next, view)));
        }));
}

}  // namespace

std::optional<base::WallTime> cut_page(std::vector<Use>& uses, std::size_t limit) {
    while (limit < uses.size() && uses[limit].start == uses[limit - 1].start) ++limit;
    if (uses.size() <= limit) return std::nullopt;
    uses.resize(limit);
    return uses.back().start;
}

std::string uses_document(const std::vector<Use>& uses, const std::optional<Use>& open,
                          std::optional<base::WallTime> next, const UsesView& view) {
    Json items = Json::array();
    for (const Use& use : uses) items.push_back(use_json(use, view));
    return to_text(Json{
        {"sensor", view.sensor.text()},
        {"from", view.zone.rfc3339(view.from)},
        {"to", view.zone.rfc3339(view.to)},
        {"unit", name(view.unit)},
        {"flow_unit", flow_unit(view.unit)},
        {"next_cursor", next ? Json(base::to_rfc3339(*next)) : Json(nullptr)},
        {"open", open ? use_json(*open, view) : Json(nullptr)},
        {"items", std::move(items)},
    });
}

std::string uses_csv(const std::vector<Use>& uses, const UsesView& view) {
    Csv csv({"start", "end", "seconds", column("volume", view.unit), flow_column("peak_flow", view.unit),
             flow_column("mean_flow", view.unit), flow_column("base_flow", view.unit), "overlapped"});
    for (const Use& use : uses) {
        csv.row({view.zone.rfc3339(use.start), view.zone.rfc3339(use.end),
                 static_cast<double>((use.end - use.start).count()) / 1e3, shown(use.volume, view.unit),
                 shown(use.peak, view.unit), shown(use.mean, view.unit), shown(use.base, view.unit), use.overlapped});
    }
    return std::move(csv).text();
}

void add_use_route(Router& router, const Site& site) {
    router.add(Method::Get, "/api/v1/sensors/{uuid}/uses",
               [&site](const Request& request, const Responder& responder) { handle_uses(site, request, responder); });
}

}  // namespace millrace::api
