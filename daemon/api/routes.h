// The routes of the server, one function and one file for each resource.
//
// Every route is thin: it reads the parameters, asks a port, and hands what it got to the pure builder of its
// document, which stands in the header of the resource.
#pragma once

#include <memory>

#include "api/router.h"
#include "api/server.h"

namespace millrace::api {

struct Site {
    Settings settings;
    Dependencies dependencies;
};

// `site` must outlive the router.
void add_health_routes(Router& router, const Site& site);
void add_metrics_route(Router& router, const Site& site);
void add_status_route(Router& router, const Site& site);
void add_devices_route(Router& router, const Site& site);
void add_readings_route(Router& router, const Site& site);
void add_usage_route(Router& router, const Site& site);
void add_page_routes(Router& router);

}  // namespace millrace::api
