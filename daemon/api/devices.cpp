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

// A number in hundredths as people read it.
Json hundredths(const std::optional<std::int64_t>& value) {
    return value ? Json(static_cast<double>(*value) / 100) : Json(nullptr);
}

// What a device says beside its water, member by member.
Json advertised_json(const ports::LiveAdvertised& says) {
    return Json{{"name", says.name},
                {"room", says.room.empty() ? Json(nullptr) : Json(says.room)},
                {"battery_percent", or_null(says.battery_percent)},
                {"battery_low", or_null(says.battery_low)},
                {"voltage_mv", or_null(says.voltage_mv)},
                {"temperature_celsius", hundredths(says.temperature_centi)},
                {"humidity_percent", hundredths(says.humidity_centi)},
                {"rssi_dbm", or_null(says.rssi_dbm)},
                {"trigger_based", says.trigger_based},
                {"problem", says.problem.empty() ? Json(nullptr) : Json(says.problem)}};
}

Json meter_json(const std::optional<ports::LiveAdvertised>& says, base::VolumeUnit unit) {
    if (!says) return nullptr;
    Json meter = advertised_json(*says);
    meter["flow_said"] = says->flow ? Json(shown(*says->flow, unit)) : Json(nullptr);
    meter["storage"] = says->storage ? Json(shown(*says->storage, unit)) : Json(nullptr);
    return meter;
}

Json press_json(const std::optional<ports::LivePress>& press, const base::TimeZone& zone) {
    if (!press) return nullptr;
    return Json{{"at", zone.rfc3339(press->at)}, {"button", press->button}, {"kind", press->kind}};
}

}  // namespace

Json puck_json(const ports::LivePuck& puck, const base::TimeZone& zone) {
    Json json{{"uuid", puck.id.text()},
              {"wet", or_null(puck.wet)},
              {"wet_since", time_or_null(puck.wet_since, zone)},
              {"moisture_percent", hundredths(puck.moisture_centi)},
              {"last_seen", time_or_null(puck.last_seen, zone)},
              {"has_buttons", puck.has_buttons},
              {"last_press", press_json(puck.last_press, zone)}};
    json.update(advertised_json(puck.says));
    return json;
}

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
        {"bluetooth", meter_json(sensor.says, unit)},
    };
}

std::string devices_document(const ports::LiveState& live, base::VolumeUnit unit, const base::TimeZone& zone,
                             base::WallTime now) {
    Json bridges = Json::array();
    for (const auto& bridge : live.bridges) bridges.push_back(bridge_json(bridge, zone));
    Json sensors = Json::array();
    for (const auto& sensor : live.sensors) sensors.push_back(sensor_json(sensor, unit, zone));
    Json pucks = Json::array();
    for (const auto& puck : live.pucks) pucks.push_back(puck_json(puck, zone));
    return to_text(Json{
        {"time", zone.rfc3339(now)},
        {"time_zone", zone.name()},
        {"unit", api::name(unit)},
        {"flow_unit", flow_unit(unit)},
        {"bridges", std::move(bridges)},
        {"sensors", std::move(sensors)},
        {"pucks", std::move(pucks)},
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
