// What the config file may set for this room. Plain values; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/time_zone.h"
#include "base/units.h"
#include "meter/tariff.h"

namespace millrace::api {

struct Settings {
    std::string listen = "127.0.0.1:8099";
    std::string certificate_file;  // with key_file: TLS, and nothing else
    std::string key_file;
    bool loopback_needs_token = false;    // where a proxy on this machine does not say for whom it asks
    std::vector<std::string> host_names;  // besides localhost, on a loopback address
    std::string supervisor;               // Home Assistant's, which lets people in by ingress; empty when not its app
    std::size_t max_connections = 256;
    std::size_t max_connections_per_address = 64;
    base::TimeZone zone;                              // the site's
    base::VolumeUnit unit = base::VolumeUnit::Litre;  // the site's
    std::optional<meter::Tariff> tariff;              // what water costs, where the owner has said
};

}  // namespace millrace::api
