// Carries out what people change while the daemon runs (ports::Controls).
//
// Keeps the lists of what was entered: calibrations and readings of the utility's meter. Loop thread only. All that
// Controlled refers to outlives it.
#pragma once

#include <string>
#include <vector>

#include "app/online_rebuild.h"
#include "capture/doors.h"
#include "hub/hub.h"
#include "ports/controls.h"
#include "settings/settings.h"
#include "store/writer.h"

namespace millrace::app {

struct Controlled {
    hub::Hub& hub;
    store::Writer& writer;
    capture::Doors& doors;
    OnlineRebuild& rebuild;
    const base::Clock& clock;
};

// The name of the choice that set_cloud_mode() keeps.
inline constexpr const char* kCloudModeChoice = "cloud_mode";

class DaemonControls final : public ports::Controls {
public:
    DaemonControls(const settings::Settings& settings, payload::KeyRing keys, Controlled parts);

    // What the store knows; before anything else. Chooses the cloud mode that was chosen last, unless the config file
    // has changed its mind since.
    void restore(const ports::StoredState& stored);

    // ports::Controls
    void set_cloud_mode(ports::CloudMode mode, Done done) override;
    void add_key(std::optional<base::DeviceId> bridge, base::Bytes content, Done done) override;
    void rebuild(Done done) override;
    [[nodiscard]] ports::ArchiveStatus archive() const override { return parts_.writer.archive_status(); }
    void calibrate(ports::CalibrationRecord record, Done done) override;
    void read_meter(ports::MeterReadingRecord record, Done done) override;
    [[nodiscard]] std::vector<ports::CalibrationRecord> calibrations(const base::DeviceId& sensor) const override;
    [[nodiscard]] std::vector<ports::MeterReadingRecord> meter_readings(const base::DeviceId& sensor) const override;

private:
    [[nodiscard]] base::Result<void, base::Error> use_mode(ports::CloudMode mode);
    void add_bind_key(const base::DeviceId& device, base::Bytes content, const Done& done);
    void use_keys();
    [[nodiscard]] base::Result<void, base::Error> try_key(const std::optional<base::DeviceId>& bridge,
                                                          const payload::SecretKey& key) const;
    [[nodiscard]] base::Result<void, base::Error> not_named_in_config(
        const std::optional<base::DeviceId>& bridge) const;

    const ports::CloudMode configured_mode_;
    const settings::Keys key_files_;
    const std::string state_dir_;
    payload::KeyRing keys_;
    Controlled parts_;
    std::vector<ports::CalibrationRecord> calibrations_;     // in order of entry
    std::vector<ports::MeterReadingRecord> meter_readings_;  // in order of entry
};

}  // namespace millrace::app
