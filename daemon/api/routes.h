// The routes of the server, one function and one file for each resource.
//
// Every route is thin: it reads the parameters, asks a port, and hands what it got to the pure builder of its
// document, which stands in the header of the resource.
#pragma once

#include <charconv>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "api/gate.h"
#include "api/problem.h"
#include "api/router.h"
#include "api/server.h"

namespace millrace::api {

struct Site {
    Settings settings;
    Dependencies dependencies;
    std::shared_ptr<const bool> life;                       // gone when the site is
    std::map<detect::Rule, std::uint64_t> raised_in_run{};  // alarms, by the rule that raised them
    std::unique_ptr<Gate> gate{};
};

// `work` as a callback that may come after the server has gone, when it does nothing.
template <typename Work>
[[nodiscard]] auto while_served(const Site& site, Work work) {
    return [life = std::weak_ptr(site.life), work = std::move(work)](auto&&... answer) {
        if (!life.expired()) work(std::forward<decltype(answer)>(answer)...);
    };
}

// `handle(alarms, request, responder)`, or what to say while nobody watches.
template <typename Handle>
[[nodiscard]] Handler with_alarms(const Site& site, Handle handle) {
    return [&site, handle](const Request& request, const Responder& responder) {
        if (site.dependencies.alarms == nullptr) return responder.answer(problem(404, "Alarms are not watched here."));
        handle(*site.dependencies.alarms, request, responder);
    };
}

// `handle(channels, request, responder)`.
template <typename Handle>
[[nodiscard]] Handler with_channels(const Site& site, Handle handle) {
    return [&site, handle](const Request& request, const Responder& responder) {
        if (site.dependencies.channels == nullptr)
            return responder.answer(problem(404, "Nobody is told of alarms here."));
        handle(*site.dependencies.channels, request, responder);
    };
}

// The whole number above zero that a segment of the path is.
[[nodiscard]] inline std::optional<std::int64_t> number_in_path(const Request& request, std::string_view name) {
    const std::string_view text = request.path_parameter(name);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && number > 0 ? std::optional(number) : std::nullopt;
}

// `site` must outlive the router.
void add_health_routes(Router& router, const Site& site);
void add_metrics_route(Router& router, const Site& site);
void add_restart_route(Router& router, const Site& site);
void add_settings_routes(Router& router, const Site& site);
void add_status_route(Router& router, const Site& site);
void add_setup_route(Router& router, const Site& site);
void add_check_routes(Router& router, const Site& site);
void add_devices_route(Router& router, const Site& site);
void add_bluetooth_routes(Router& router, const Site& site);
void add_device_word_routes(Router& router, const Site& site);
void add_readings_route(Router& router, const Site& site);
void add_usage_route(Router& router, const Site& site);
void add_estimates_route(Router& router, const Site& site);
void add_gaps_route(Router& router, const Site& site);
void add_calibration_routes(Router& router, const Site& site);
void add_meter_reading_routes(Router& router, const Site& site);
void add_cloud_routes(Router& router, const Site& site);
void add_key_routes(Router& router, const Site& site);
void add_archive_routes(Router& router, const Site& site);
void add_backup_route(Router& router, const Site& site);
void add_frame_route(Router& router, const Site& site);
void add_alarm_routes(Router& router, const Site& site);
void add_mode_routes(Router& router, const Site& site);
void add_rule_routes(Router& router, const Site& site);
void add_habit_routes(Router& router, const Site& site);
void add_limits_route(Router& router, const Site& site);
void add_use_routes(Router& router, const Site& site);
void add_category_routes(Router& router, const Site& site);
void add_channel_routes(Router& router, const Site& site);
void add_session_routes(Router& router, const Site& site);
void add_network_routes(Router& router, const Site& site);
void add_openapi_route(Router& router);
void add_page_routes(Router& router);

}  // namespace millrace::api
