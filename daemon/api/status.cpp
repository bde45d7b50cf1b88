#include "api/status.h"

#include <algorithm>

#include "api/health.h"
#include "api/json.h"
#include "api/parameters.h"
#include "api/quantity.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

// Of all sensors whose messages no key opens together; null when there are none.
Json estimate_json(const ports::LiveState& live, base::VolumeUnit unit) {
    std::size_t sensors = 0;
    std::size_t running = 0;
    base::Volume today;
    for (const ports::LiveSensor& sensor : live.sensors) {
        if (!sensor.estimate) continue;
        ++sensors;
        if (sensor.estimate->running) ++running;
        today += sensor.estimate->today_at_least;
    }
    if (sensors == 0) return nullptr;
    return Json{{"estimated", true},
                {"sensors", sensors},
                {"sensors_running", running},
                {"today_at_least", shown(today, unit)}};
}

// The mode is the house's: whether people are at home.
Json alarms_json(const std::optional<ports::AlarmState>& alarms) {
    if (!alarms) return nullptr;
    std::size_t open = 0;
    detect::Severity gravest = detect::Severity::Info;
    for (const detect::Incident& incident : alarms->incidents) {
        if (!incident.open()) continue;
        ++open;
        gravest = std::max(gravest, incident.finding.severity);
    }
    return Json{{"open", open},
                {"gravest", open == 0 ? Json(nullptr) : Json(detect::name(gravest))},
                {"mode", detect::name(alarms->mode)},
                {"mode_by_schedule", alarms->mode_by_schedule},
                {"irrigation_active", alarms->irrigation_active}};
}

Json update_json(const std::optional<ports::ReleaseNews>& release, const base::TimeZone& zone) {
    if (!release) return nullptr;
    const ports::Release& newest = release->newest;
    return Json{{"latest_version", newest.version},
                {"url", newest.url.empty() ? Json(nullptr) : Json(newest.url)},
                {"checked", zone.rfc3339(release->checked)}};
}

}  // namespace

std::string status_document(const StatusInfo& status, const Settings& settings, const ports::LiveState& live,
                            const ports::ArchiveStatus& archive, const std::vector<ports::HealthItem>& health,
                            base::WallTime now, const std::optional<ports::AlarmState>& alarms,
                            const std::optional<ports::ReleaseNews>& release) {
    std::uint64_t opened = 0;
    std::uint64_t unopened = 0;
    std::size_t waiting = 0;
    for (const auto& bridge : live.bridges) {
        opened += bridge.frames_opened;
        unopened += bridge.frames_unopened;
        waiting += bridge.waiting_for_cloud;
    }
    const auto connected = std::count_if(live.bridges.begin(), live.bridges.end(),
                                         [](const ports::LiveBridge& bridge) { return bridge.connected; });
    const auto running = std::count_if(live.sensors.begin(), live.sensors.end(),
                                       [](const ports::LiveSensor& sensor) { return sensor.running; });
    const base::TimeZone& zone = settings.zone;
    return to_text(Json{
        {"name", "millrace"},
        {"version", status.version},
        {"mode", ports::name(live.cloud_mode)},
        {"started", zone.rfc3339(status.started)},
        {"time", zone.rfc3339(now)},
        {"time_zone", zone.name()},
        {"unit", name(settings.unit)},
        {"healthy", all_well(health)},
        {"health", health_list(health)},
        {"counts", Json{{"bridges", live.bridges.size()},
                        {"bridges_connected", connected},
                        {"sensors", live.sensors.size()},
                        {"sensors_running", running},
                        {"frames_opened", opened},
                        {"frames_unopened", unopened},
                        {"frames_waiting_for_cloud", waiting}}},
        {"archive", Json{{"frames", archive.frames},
                         {"sealed_frames", archive.sealed_frames},
                         {"file_bytes", archive.file_bytes},
                         {"rebuilding", archive.rebuild.has_value()}}},
        {"estimate", estimate_json(live, settings.unit)},
        {"alarms", alarms_json(alarms)},
        {"update", update_json(release, zone)},
    });
}

void add_status_route(Router& router, const Site& site) {
    router.add(Method::Get, "/api/v1/status", [&site](const Request& request, const Responder& responder) {
        Parameters parameters(request);
        if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
        const Dependencies& dependencies = site.dependencies;
        std::optional<ports::AlarmState> alarms;
        if (dependencies.alarms != nullptr) alarms = dependencies.alarms->alarms();
        responder.answer(json_response(status_document(
            dependencies.status, site.settings, dependencies.live.live(), dependencies.controls.archive(),
            gather_health(dependencies.reports), dependencies.clock.wall_now(), alarms,
            dependencies.releases == nullptr ? std::nullopt : dependencies.releases->news())));
    });
}

}  // namespace millrace::api
