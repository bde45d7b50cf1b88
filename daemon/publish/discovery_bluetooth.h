// The discovery documents of leak pucks, and the entities of what Bluetooth devices say beside their water.
//
// Their wetness, battery and the like are unavailable while no adapter listens or they have not been heard for long;
// their alarms are there as long as the daemon is. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/device_id.h"
#include "publish/discovery.h"
#include "publish/discovery_document.h"
#include "publish/settings.h"

namespace millrace::publish {

// `device` of a document. Who made the device is not said; its address stands as its serial number. `room`: empty where
// it is not known.
[[nodiscard]] Json advertising_device(std::string_view id, std::string_view name, std::string_view model,
                                      const base::DeviceId& device, const std::string& room);

void add_said_by_meter(Document& document, const Settings& settings, const base::DeviceId& meter,
                       const DeviceIdentities::Advertised& says);

[[nodiscard]] Message puck_document(const Settings& settings, std::string_view version, const std::string& hub,
                                    const DeviceIdentities::Puck& puck, const std::string& tail);

}  // namespace millrace::publish
