#include "api/devices.h"

#include <algorithm>

#include "api/json.h"
#include "api/parameters.h"
#include "api/quantity.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

Json estimate_json(const std::optional<ports::LiveEstimate>& estimate, base::VolumeUnit unit,
                   const base::TimeZone& zone) {
    if (!estimate) return nullptr;
    return Json{
        {"estimated", true},
        {"running", estimate->running},
        {"running_since", time_or_null(estimate->running_since, zone)},
        {"today_at_least", shown(estimate->today_at_least, unit)},
    };
}

}  // namespace

Json bridge_json(const ports::LiveBridge& bridge, const base::TimeZone& zone) {
    return Json{
        {"uuid", bridge.id.text()},
        {"connected", bridge.connected},
        {"door", bridge.door ? Json(ports::name(*bridge.door)) : Json(nullptr)},
        {"peer", bridge.peer.empty() ? Json(nullptr) : Json(bridge.peer)},
        {"connected_since", time_or_null(bridge.connected_since, zone)},
        {"last_seen", time_or_null(bridge.last_seen, zone)},
        {"firmware", or_null(bridge.firmware)},
        {"branch", or_null(bridge.branch)},
        {"wifi_rssi_dbm", or_null(bridge.wifi_rssi_dbm)},
        {"sensor_rssi_dbm", or_null(bridge.sensor_rssi_dbm)},
        {"has_key", bridge.has_key},
        {"frames_opened", bridge.frames_opened},
        {"frames_unopened", bridge.frames_unopened},
        {"cloud_path", ports::name(bridge.cloud_path)},
        {"waiting_for_cloud", bridge.waiting_for_cloud},
    };
}

Json sensor_json(const ports::LiveSensor& sensor, base::VolumeUnit unit, const base::TimeZone& zone) {
    const bool known = sensor.readings_known;
    const bool estimated = !known && sensor.estimate;
    Json running = nullptr;
    if (known) running = sensor.running;
    if (estimated) running = sensor.estimate->running;
    return Json{
        {"uuid", sensor.id.text()},
        {"bridge", sensor.bridge ? Json(sensor.bridge->text()) : Json(nullptr)},
        {"flow", known ? Json(shown(sensor.flow, unit)) : Json(nullptr)},
        {"running", running},
        {"estimated", estimated},
        {"today", known ? Json(shown(sensor.today, unit)) : Json(nullptr)},
        {"lifetime", shown(sensor.lifetime, unit)},
        {"calibrated", sensor.calibrated},
        {"volume_per_peak_ml", static_cast<double>(sensor.per_peak.microlitres) / 1e3},
        {"readings_known", sensor.readings_known},
        {"estimate", estimate_json(sensor.estimate, unit, zone)},
        {"last_reading", time_or_null(sensor.last_reading, zone)},
        {"last_seen", time_or_null(sensor.last_seen, zone)},
        {"battery_mv", or_null(sensor.battery_mv)},
        {"rssi_dbm", or_null(sensor.rssi_dbm)},
        {"temperature_celsius", or_null(sensor.temperature_celsius)},
        {"firmware", or_null(sensor.firmware)},
    };
}

std::string devices_document(const ports::LiveState& live, base::VolumeUnit unit, const base::TimeZone& zone,
                             base::WallTime now) {
    Json bridges = Json::array();
    for (const auto& bridge : live.bridges) bridges.push_back(bridge_json(bridge, zone));
    Json sensors = Json::array();
    for (const auto& sensor : live.sensors) sensors.push_back(sensor_json(sensor, unit, zone));
    return to_text(Json{
        {"time", zone.rfc3339(now)},
        {"time_zone", zone.name()},
        {"unit", api::name(unit)},
        {"flow_unit", flow_unit(unit)},
        {"bridges", std::move(bridges)},
        {"sensors", std::move(sensors)},
    });
}

const ports::LiveSensor* find_sensor(const ports::LiveState& live, std::string_view uuid) {
    const auto sensor = std::find_if(live.sensors.begin(), live.sensors.end(),
                                     [&](const ports::LiveSensor& candidate) { return candidate.id.text() == uuid; });
    return sensor == live.sensors.end() ? nullptr : &*sensor;
}

void add_devices_route(Router& router, const Site& site) {
    router.add(Method::Get, "/api/v1/devices", [&site](const Request& request, const Responder& responder) {
        Parameters parameters(request);
        const base::VolumeUnit unit = parameters.unit("unit", site.settings.unit);
        if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
        responder.answer(json_response(devices_document(site.dependencies.live.live(), unit, site.settings.zone,
                                                        site.dependencies.clock.wall_now())));
    });
}

}  // namespace millrace::api
