// What the config file may set for this room. Plain values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace millrace::capture {

enum class Mode : std::uint8_t {
    Local,  // we answer as the cloud would
    Relay,  // the cloud answers, we listen in
};

struct Settings {
    Mode mode = Mode::Local;
    std::string listen = "0.0.0.0:1883";
    std::string cloud = "mqtt.prod.flumetech.com:1883";
    // Asked for the cloud's address instead of the system's own resolver, which may have been told to send the bridge
    // to us. Address or address:port.
    std::vector<std::string> name_servers = {"9.9.9.9", "1.1.1.1", "8.8.8.8"};
    std::size_t max_connections = 64;              // bridges at once
    std::size_t max_connections_per_address = 16;  // one house has one or two behind one address
};

}  // namespace millrace::capture
