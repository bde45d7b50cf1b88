// `/api/v1/network`: what passes between each bridge, us and the cloud, packet by packet but without their content.
//
// For diagnosis: it names clients, addresses and the cloud, so it needs the scope that frames need.
#pragma once

#include <string>

#include "api/json.h"
#include "base/time_zone.h"
#include "ports/network.h"

namespace millrace::api {

[[nodiscard]] std::string network_document(const ports::Network& network, const base::TimeZone& zone);

// One of them, as in the document.
[[nodiscard]] Json network_bridge_json(const ports::NetworkBridge& bridge, const base::TimeZone& zone);

}  // namespace millrace::api
