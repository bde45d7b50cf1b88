// What the config file may set for this room. Plain values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time_zone.h"
#include "base/units.h"
#include "meter/tariff.h"

namespace millrace::publish {

struct Settings {
    std::string host;  // empty: no broker, nothing is published
    std::uint16_t port = 1883;
    std::string client_id = "millrace";
    std::string user_name;
    std::string password;  // secret
    bool tls = false;
    std::string ca_file;  // empty: the system's certificate authorities
    std::string certificate_file;
    std::string key_file;
    bool verify_host_name = true;
    std::string base_topic = "millrace";
    bool discovery = true;
    std::string discovery_prefix = "homeassistant";
    std::string birth_topic = "homeassistant/status";
    std::string birth_payload = "online";
    base::VolumeUnit unit = base::VolumeUnit::Litre;  // the site's unit: Litre or Gallon
    base::TimeZone zone;                              // the site's, for the times in sentences
    std::vector<std::string> without;                 // keys of entities that Home Assistant is not to have
    std::optional<meter::Tariff> tariff;
    bool update_entity = false;  // there is somebody to ask whether a newer release is out
};

}  // namespace millrace::publish
