#include "api/estimates.h"

#include "api/calibration_list.h"
#include "api/devices.h"
#include "api/json.h"
#include "api/parameters.h"
#include "api/quantity.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

void handle_estimates(const Site& site, const Request& request, const Responder& responder) {
    const ports::LiveState live = site.dependencies.live.live();
    const ports::LiveSensor* sensor = find_sensor(live, request.path_parameter("uuid"));
    if (sensor == nullptr) return responder.answer(problem(404, "No sensor of this name has been heard."));

    Parameters parameters(request);
    const auto from = parameters.time("from");
    const auto to = parameters.time("to");
    EstimatesView view;
    view.sensor = sensor->id;
    view.to = to.value_or(site.dependencies.clock.wall_now());
    view.from = from.value_or(view.to - Parameters::kDefaultRange);
    view.unit = parameters.unit("unit", site.settings.unit);
    view.zone = site.settings.zone;
    if (view.from >= view.to) parameters.refuse("from", "must be earlier than to");
    if (view.to - view.from > kLongestEstimates) parameters.refuse("from", "must be at most 31 days before to");
    if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));

    view.calibration = table_of(site.dependencies.controls.calibrations(sensor->id));
    site.dependencies.history.estimates(
        {view.sensor, view.from, view.to},
        [view, responder](base::Result<std::vector<ports::EstimateRecord>, base::Error> answer) {
            responder.answer(answer ? json_response(estimates_document(*answer, view))
                                    : problem(503, "The history cannot be read: " + answer.error().message));
        });
}

}  // namespace

std::string estimates_document(const std::vector<ports::EstimateRecord>& records, const EstimatesView& view) {
    base::PeakCount peaks;
    base::Volume volume;
    ItemList items;
    std::size_t shown_records = 0;
    for (const ports::EstimateRecord& record : records) {
        const base::Volume least = record.least * view.calibration.at(record.to);
        peaks += record.least;
        volume += least;
        if (shown_records == kMaxEstimates) continue;
        ++shown_records;
        items.begin();
        items.add("from", std::string_view(view.zone.rfc3339(record.from)));
        items.add("to", std::string_view(view.zone.rfc3339(record.to)));
        items.add("received", std::string_view(view.zone.rfc3339(record.received)));
        items.add("peaks_at_least", record.least.value);
        items.add("volume_at_least", shown(least, view.unit));
        items.add("estimated", true);
        items.end();
    }
    return items.text_after(Json{
        {"sensor", view.sensor.text()},
        {"from", view.zone.rfc3339(view.from)},
        {"to", view.zone.rfc3339(view.to)},
        {"unit", name(view.unit)},
        {"calibrated", view.calibration.calibrated()},
        {"estimated", true},
        {"peaks_at_least", peaks.value},
        {"volume_at_least", shown(volume, view.unit)},
        {"truncated", shown_records < records.size()},
    });
}

void add_estimates_route(Router& router, const Site& site) {
    router.add(
        Method::Get, "/api/v1/sensors/{uuid}/estimates",
        [&site](const Request& request, const Responder& responder) { handle_estimates(site, request, responder); });
}

}  // namespace millrace::api
