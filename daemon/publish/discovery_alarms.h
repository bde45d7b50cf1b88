// The entities of alarms in the discovery documents: binary sensors by rule, the alert event, buttons and switches.
//
// They tell about a device that has gone silent too, so they are there as long as the daemon is. Pure; any thread.
#pragma once

#include "base/device_id.h"
#include "publish/discovery_document.h"
#include "publish/settings.h"

namespace millrace::publish {

void add_hub_alarms(Document& document, const Settings& settings);
void add_bridge_alarms(Document& document, const Settings& settings, const base::DeviceId& bridge);
void add_sensor_alarms(Document& document, const Settings& settings, const base::DeviceId& sensor);
void add_meter_alarms(Document& document, const Settings& settings, const base::DeviceId& meter);
void add_puck_alarms(Document& document, const Settings& settings, const base::DeviceId& puck);

}  // namespace millrace::publish
