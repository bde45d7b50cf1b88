// What people may change while the daemon runs, over the API and MQTT.
//
// Loop thread only; `done` is called later on the loop, exactly once, when the change is on disk or has failed.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/device_id.h"
#include "base/result.h"
#include "ports/archive.h"
#include "ports/cloud_mode.h"
#include "ports/records.h"

namespace millrace::ports {

class Controls {
public:
    virtual ~Controls() = default;

    // Nothing, or why not in words for the one who asked.
    using Done = std::function<void(base::Result<void, base::Error>)>;

    // Takes effect at once; connected bridges connect again.
    virtual void set_cloud_mode(CloudMode mode, Done done) = 0;

    // `content` as in a key file. Without a bridge it is the key of all that have none of their own; a Bluetooth
    // device's is known by its name. Checked against what the archive holds before it is kept; what it opens is then
    // filled in.
    virtual void add_key(std::optional<base::DeviceId> bridge, base::Bytes content, Done done) = 0;

    // Makes all projections anew while the present ones are served; at most one at a time.
    virtual void rebuild(Done done) = 0;
    [[nodiscard]] virtual ArchiveStatus archive() const = 0;

    // `after_frame`, `entered` and `number` are filled in.
    virtual void calibrate(CalibrationRecord record, Done done) = 0;
    virtual void read_meter(MeterReadingRecord record, Done done) = 0;

    // What was entered so far.
    [[nodiscard]] virtual std::vector<CalibrationRecord> calibrations(const base::DeviceId& sensor) const = 0;
    [[nodiscard]] virtual std::vector<MeterReadingRecord> meter_readings(const base::DeviceId& sensor) const = 0;
};

}  // namespace millrace::ports
