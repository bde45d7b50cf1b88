#include "api/meter_readings.h"

#include <algorithm>

#include "api/body.h"
#include "api/calibration_list.h"
#include "api/devices.h"
#include "api/parameters.h"
#include "api/quantity.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

// By how much the clock of the one who asks may be ahead of ours.
constexpr base::Milliseconds kClockDifference = std::chrono::minutes{1};

void handle_get(const Site& site, const Request& request, const Responder& responder) {
    const ports::LiveState live = site.dependencies.live.live();
    const ports::LiveSensor* sensor = find_sensor(live, request.path_parameter("uuid"));
    if (sensor == nullptr) return responder.answer(problem(404, "No sensor of this name has been heard."));
    Parameters parameters(request);
    const base::VolumeUnit unit = parameters.unit("unit", site.settings.unit);
    if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));

    auto readings = readings_in_force(site.dependencies.controls.meter_readings(sensor->id));
    const auto answer = [sensor = sensor->id, unit, zone = site.settings.zone, responder](const MeterFit& fit) {
        responder.answer(json_response(meter_readings_document(fit, sensor, unit, zone)));
    };
    if (readings.size() < 2) return answer(fit_readings(std::move(readings), {}));
    ports::CountQuery query{sensor->id, times_of(readings)};
    site.dependencies.history.counts(std::move(query),
                                     [readings = std::move(readings), answer,
                                      responder](base::Result<std::vector<base::PeakCount>, base::Error> counts) {
                                         if (!counts) return responder.answer(problem(503, uncounted(counts.error())));
                                         answer(fit_readings(readings, std::move(*counts)));
                                     });
}

void keep(const Site& site, const ports::MeterReadingRecord& record, Response response, const Responder& responder) {
    site.dependencies.controls.read_meter(
        record, while_served(site, [response = std::move(response), responder](base::Result<void, base::Error> done) {
            responder.answer(done ? response : problem(503, "It could not be kept: " + done.error().message));
        }));
}

void handle_post(const Site& site, const Request& request, const Responder& responder) {
    const ports::LiveState live = site.dependencies.live.live();
    const ports::LiveSensor* sensor = find_sensor(live, request.path_parameter("uuid"));
    if (sensor == nullptr) return responder.answer(problem(404, "No sensor of this name has been heard."));
    Body body(request.body);
    for (const auto field : {"time", "volume", "unit"}) body.require(field);
    ports::MeterReadingRecord record;
    record.sensor = sensor->id;
    record.time = body.time("time").value_or(base::WallTime{});
    record.volume = body.volume("volume", body.unit("unit"), 0).value_or(base::Volume{});
    if (record.time > site.dependencies.clock.wall_now() + kClockDifference) {
        body.refuse("time", "must not lie in the future");
    }
    if (auto refusal = body.problem()) return responder.answer(std::move(*refusal));

    const auto known = readings_in_force(site.dependencies.controls.meter_readings(sensor->id));
    const bool is_new = std::none_of(known.begin(), known.end(), [&](const auto& k) { return k.time == record.time; });
    if (is_new && known.size() >= kMaxMeterReadings) {
        return responder.answer(problem(409, "There are " + std::to_string(kMaxMeterReadings) +
                                                 " readings already, the most that are kept; delete old ones first."));
    }
    const std::string time = site.settings.zone.rfc3339(record.time);
    Response response = json_response(to_text(Json{{"sensor", sensor->id.text()},
                                                   {"time", time},
                                                   {"volume", shown(record.volume, site.settings.unit)},
                                                   {"unit", name(site.settings.unit)}}),
                                      is_new ? 201 : 200);
    if (is_new) {
        response.headers.emplace_back("Location", "/api/v1/sensors/" + sensor->id.str() + "/meter-readings/" + time);
    }
    keep(site, record, std::move(response), responder);
}

void handle_delete(const Site& site, const Request& request, const Responder& responder) {
    const ports::LiveState live = site.dependencies.live.live();
    const ports::LiveSensor* sensor = find_sensor(live, request.path_parameter("uuid"));
    if (sensor == nullptr) return responder.answer(problem(404, "No sensor of this name has been heard."));
    const auto time = parse_time(request.path_parameter("time"));
    auto known = readings_in_force(site.dependencies.controls.meter_readings(sensor->id));
    const auto found = std::find_if(known.begin(), known.end(), [&](const auto& k) { return k.time == time; });
    if (found == known.end()) return responder.answer(problem(404, "There is no meter reading of this time."));
    found->withdrawn = true;
    Response response;
    response.status = 204;
    keep(site, *found, std::move(response), responder);
}

}  // namespace

std::string meter_readings_document(const MeterFit& fit, const base::DeviceId& sensor, base::VolumeUnit unit,
                                    const base::TimeZone& zone) {
    Json items = Json::array();
    for (std::size_t i = 0; i < fit.readings.size(); ++i) {
        Json item{{"time", zone.rfc3339(fit.readings[i].time)}, {"volume", shown(fit.readings[i].volume, unit)}};
        item["peaks_since_previous"] = i > 0 && i <= fit.counts.size() ? Json(fit.counts[i - 1].value) : Json(nullptr);
        item["residual"] = fit.fit ? Json(shown(fit.fit->residuals[i], unit)) : Json(nullptr);
        item["stands_out"] = fit.fit && std::find(fit.fit->standing_out.begin(), fit.fit->standing_out.end(), i) !=
                                            fit.fit->standing_out.end();
        items.push_back(std::move(item));
    }
    return to_text(Json{
        {"sensor", sensor.text()},
        {"unit", name(unit)},
        {"fit", fit_json(fit, unit, zone)},
        {"fit_problem", fit.fit ? Json(nullptr) : Json(refusal_words(fit, zone))},
        {"items", std::move(items)},
    });
}

void add_meter_reading_routes(Router& router, const Site& site) {
    const std::string path = "/api/v1/sensors/{uuid}/meter-readings";
    router.add(Method::Get, path,
               [&site](const Request& request, const Responder& responder) { handle_get(site, request, responder); });
    router.add(
        Method::Post, path,
        [&site](const Request& request, const Responder& responder) { handle_post(site, request, responder); },
        access::Scope::Admin);
    router.add(
        Method::Delete, path + "/{time}",
        [&site](const Request& request, const Responder& responder) { handle_delete(site, request, responder); },
        access::Scope::Admin);
}

}  // namespace millrace::api
