// `/api/v1/setup`: what of a set-up works already, as facts; what they mean to whom is left to those who ask.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time_zone.h"
#include "ports/live.h"
#include "ports/network.h"
#include "ports/notify.h"
#include "ports/setup.h"

namespace millrace::api {

// What is nothing is not there in this daemon.
struct SetupFacts {
    base::WallTime now;
    ports::LiveState live;
    std::map<base::DeviceId, base::WallTime> first_readings;
    std::optional<ports::Network> network;
    std::optional<ports::BridgeListener> listener;
    std::optional<ports::BrokerLink> guest;
    std::string watched_interface;  // empty: none
    std::optional<ports::HomeAssistantLink> home_assistant;
    std::vector<ports::ChannelState> channels;
    bool channels_enabled = false;
};

[[nodiscard]] std::string setup_document(const SetupFacts& facts, const base::TimeZone& zone);

}  // namespace millrace::api
