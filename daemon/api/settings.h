// What the config file may set for this room. Plain values; any thread.
#pragma once

#include <cstddef>
#include <string>

#include "base/time_zone.h"
#include "base/units.h"

namespace millrace::api {

struct Settings {
    std::string listen = "127.0.0.1:8099";
    std::size_t max_connections = 256;
    std::size_t max_connections_per_address = 64;
    base::TimeZone zone;                              // the site's
    base::VolumeUnit unit = base::VolumeUnit::Litre;  // the site's
};

}  // namespace millrace::api
