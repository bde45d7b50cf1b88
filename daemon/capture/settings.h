// What the config file may set for this room. Plain values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "ports/cloud_mode.h"

namespace millrace::capture {

struct Settings {
    ports::CloudMode mode = ports::CloudMode::Local;
    std::string listen = "0.0.0.0:1883";
    std::string cloud = "mqtt.prod.flumetech.com:1883";
    // Asked for the cloud's address instead of the system's own resolver, which may have been told to send the bridge
    // to us. Address or address:port.
    std::vector<std::string> name_servers = {"9.9.9.9", "1.1.1.1", "8.8.8.8"};
    // How long the cloud may take to let itself be reached, and to answer, before we stand in for it. A bridge gives a
    // server some ten seconds.
    base::Milliseconds cloud_patience{8'000};
    // How soon a cloud that went away is tried again; each failure doubles it, up to twelve times as long.
    base::Milliseconds cloud_retry{5'000};
    std::size_t max_connections = 64;              // bridges at once
    std::size_t max_connections_per_address = 16;  // one house has one or two behind one address
};

// Where bridges connect to a broker of the owner's instead of us.
struct GuestSettings {
    std::string broker;  // host:port; empty: no guest door
    std::string client_id = "millrace-guest";
    std::string user_name;
    std::string password;  // secret
    bool answer = true;    // false: the broker has a bridge to the cloud, and that answers
};

}  // namespace millrace::capture
