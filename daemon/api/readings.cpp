#include "api/readings.h"

#include "api/csv.h"
#include "api/devices.h"
#include "api/json.h"
#include "api/parameters.h"
#include "api/quantity.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

// The store says in words what is wrong with a position it did not hand out; all else is no fault of the asker.
Response failure_response(const base::Error& error, bool with_cursor) {
    if (with_cursor && error.message.find("cursor") != std::string::npos) {
        return parameter_problem({{"cursor", std::string(kCursorWanted)}});
    }
    return problem(503, "The history cannot be read: " + error.message);
}

void handle_readings(const Site& site, const Request& request, const Responder& responder) {
    const ports::LiveState live = site.dependencies.live.live();
    const ports::LiveSensor* sensor = find_sensor(live, request.path_parameter("uuid"));
    if (sensor == nullptr) return responder.answer(problem(404, "No sensor of this name has been heard."));

    Parameters parameters(request);
    const auto from = parameters.time("from");
    const auto to = parameters.time("to");
    ReadingsView view;
    view.to = to.value_or(site.dependencies.clock.wall_now());
    view.from = from.value_or(view.to - Parameters::kDefaultRange);
    if (from && view.from >= view.to) parameters.refuse("from", "must be earlier than to");
    ports::ReadingQuery query;
    query.limit = parameters.count("limit", kDefaultReadingsPerPage, kMaxReadingsPerPage);
    query.cursor = parameters.text("cursor", kMaxCursorBytes);
    view.unit = parameters.unit("unit", site.settings.unit);
    const bool csv = parameters.csv_wanted();
    if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));

    view.sensor = sensor->id;
    view.zone = site.settings.zone;
    query.sensor = sensor->id;
    query.from = view.from;
    query.to = view.to;
    const bool with_cursor = query.cursor.has_value();
    site.dependencies.history.readings(std::move(query), [view, asked = request.query, csv, responder, with_cursor](
                                                             base::Result<ports::ReadingPage, base::Error> page) {
        if (!page) return responder.answer(failure_response(page.error(), with_cursor));
        if (!csv) return responder.answer(json_response(readings_document(*page, view)));
        Response response = csv_response(readings_csv(*page, view));
        if (page->next_cursor) add_next_link(response, asked, *page->next_cursor);
        responder.answer(std::move(response));
    });
}

}  // namespace

std::string readings_document(const ports::ReadingPage& page, const ReadingsView& view) {
    ItemList items;
    for (const meter::Reading& reading : page.readings) {
        items.begin();
        items.add("time", std::string_view(view.zone.rfc3339(reading.time)));
        items.add("received", std::string_view(view.zone.rfc3339(reading.received)));
        items.add("time_is_receipt", reading.time_is_receipt);
        items.add("total_peaks", reading.total.value);
        items.add("peaks", reading.advance.value);
        items.add("volume", shown(reading.advance * page.calibration.at(reading.time), view.unit));
        items.add("series", reading.series);
        items.add("kind", meter::name(reading.kind));
        items.end();
    }
    return items.text_after(Json{
        {"sensor", view.sensor.text()},
        {"from", view.zone.rfc3339(view.from)},
        {"to", view.zone.rfc3339(view.to)},
        {"unit", api::name(view.unit)},
        {"calibrated", page.calibration.calibrated()},
        {"next_cursor", or_null(page.next_cursor)},
    });
}

std::string readings_csv(const ports::ReadingPage& page, const ReadingsView& view) {
    Csv csv(
        {"time", "received", "time_is_receipt", "total_peaks", "peaks", column("volume", view.unit), "series", "kind"});
    for (const meter::Reading& reading : page.readings) {
        csv.row({view.zone.rfc3339(reading.time), view.zone.rfc3339(reading.received), reading.time_is_receipt,
                 reading.total.value, reading.advance.value,
                 shown(reading.advance * page.calibration.at(reading.time), view.unit), reading.series,
                 meter::name(reading.kind)});
    }
    return std::move(csv).text();
}

void add_readings_route(Router& router, const Site& site) {
    router.add(
        Method::Get, "/api/v1/sensors/{uuid}/readings",
        [&site](const Request& request, const Responder& responder) { handle_readings(site, request, responder); });
}

}  // namespace millrace::api
