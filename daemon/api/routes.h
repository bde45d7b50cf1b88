// The routes of the server, one function and one file for each resource.
//
// Every route is thin: it reads the parameters, asks a port, and hands what it got to the pure builder of its
// document, which stands in the header of the resource.
#pragma once

#include <memory>
#include <utility>

#include "api/router.h"
#include "api/server.h"

namespace millrace::api {

struct Site {
    Settings settings;
    Dependencies dependencies;
    std::shared_ptr<const bool> life;  // gone when the site is
};

// `work` as a callback that may come after the server has gone, when it does nothing.
template <typename Work>
[[nodiscard]] auto while_served(const Site& site, Work work) {
    return [life = std::weak_ptr(site.life), work = std::move(work)](auto&&... answer) {
        if (!life.expired()) work(std::forward<decltype(answer)>(answer)...);
    };
}

// `site` must outlive the router.
void add_health_routes(Router& router, const Site& site);
void add_metrics_route(Router& router, const Site& site);
void add_status_route(Router& router, const Site& site);
void add_devices_route(Router& router, const Site& site);
void add_readings_route(Router& router, const Site& site);
void add_usage_route(Router& router, const Site& site);
void add_estimates_route(Router& router, const Site& site);
void add_gaps_route(Router& router, const Site& site);
void add_calibration_routes(Router& router, const Site& site);
void add_meter_reading_routes(Router& router, const Site& site);
void add_cloud_routes(Router& router, const Site& site);
void add_key_routes(Router& router, const Site& site);
void add_archive_routes(Router& router, const Site& site);
void add_page_routes(Router& router);

}  // namespace millrace::api
