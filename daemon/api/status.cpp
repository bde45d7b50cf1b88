#include "api/status.h"

#include <algorithm>

#include "api/health.h"
#include "api/json.h"
#include "api/parameters.h"
#include "api/routes.h"

namespace millrace::api {

std::string status_document(const StatusInfo& status, const Settings& settings, const ports::LiveState& live,
                            const std::vector<ports::HealthItem>& health, base::WallTime now) {
    std::uint64_t opened = 0;
    std::uint64_t unopened = 0;
    for (const auto& bridge : live.bridges) {
        opened += bridge.frames_opened;
        unopened += bridge.frames_unopened;
    }
    const auto connected = std::count_if(live.bridges.begin(), live.bridges.end(),
                                         [](const ports::LiveBridge& bridge) { return bridge.connected; });
    const auto running = std::count_if(live.sensors.begin(), live.sensors.end(),
                                       [](const ports::LiveSensor& sensor) { return sensor.running; });
    const base::TimeZone& zone = settings.zone;
    return to_text(Json{
        {"name", "millrace"},
        {"version", status.version},
        {"mode", status.mode},
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
                        {"frames_unopened", unopened}}},
    });
}

void add_status_route(Router& router, const Site& site) {
    router.add(Method::Get, "/api/v1/status", [&site](const Request& request, const Responder& responder) {
        Parameters parameters(request);
        if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
        const Dependencies& dependencies = site.dependencies;
        responder.answer(
            json_response(status_document(dependencies.status, site.settings, dependencies.live.live(),
                                          gather_health(dependencies.reports), dependencies.clock.wall_now())));
    });
}

}  // namespace millrace::api
