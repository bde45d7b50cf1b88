#include "app/daemon_controls.h"

#include <strings.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include <spdlog/spdlog.h>

#include "app/keep.h"
#include "app/key_files.h"
#include "app/log.h"
#include "app/replay.h"
#include "base/bluetooth_address.h"

namespace millrace::app {

DaemonControls::DaemonControls(const settings::Settings& settings, payload::KeyRing keys, Controlled parts)
    : configured_mode_(settings.capture.mode),
      key_files_(settings.keys),
      state_dir_(settings.store.state_dir),
      keys_(std::move(keys)),
      parts_(parts) {}

void DaemonControls::restore(const ports::StoredState& stored) {
    calibrations_ = stored.calibrations;
    meter_readings_ = stored.meter_readings;
    ports::CloudMode mode = configured_mode_;
    for (const ports::ChoiceRecord& choice : stored.choices) {
        if (choice.name != kCloudModeChoice || choice.configured != name(configured_mode_)) continue;
        mode = ports::cloud_mode_of(choice.value).value_or(mode);
    }
    // What is wrong with the configured one the doors say when they open.
    if (const auto used = use_mode(mode); !used && mode != configured_mode_) {
        log().error("the cloud mode {} chosen last cannot be used: {}", name(mode), used.error().message);
        (void)use_mode(configured_mode_);
    }
    parts_.writer.set_replay([keys = keys_] { return std::make_unique<Replay>(keys); });
}

base::Result<void, base::Error> DaemonControls::use_mode(ports::CloudMode mode) {
    auto used = parts_.doors.set_mode(mode);
    if (used) parts_.hub.set_cloud_mode(mode);
    return used;
}

void DaemonControls::set_cloud_mode(ports::CloudMode mode, Done done) {
    if (auto used = use_mode(mode); !used) return done(std::move(used));
    log().info("cloud mode: {}", name(mode));
    keep(parts_.writer,
         ports::ChoiceRecord{kCloudModeChoice, std::string(name(mode)), std::string(name(configured_mode_))},
         std::move(done));
}

base::Result<void, base::Error> DaemonControls::not_named_in_config(const std::optional<base::DeviceId>& bridge) const {
    std::string file = bridge ? std::string() : key_files_.default_file;
    if (!bridge && file.empty() && !key_files_.default_key.empty()) {
        return base::refused("the app's option `key` holds this key; put the new one there and start again");
    }
    for (const auto& [id, path] : key_files_.bridges) {
        if (bridge == id) file = path;
    }
    if (bridge && file.empty() && !key_files_.directory.empty()) {
        for (const char* extension : {".key", ".bin"}) {
            const std::string path = key_files_.directory + "/" + bridge->str() + extension;
            if (std::error_code ignored; std::filesystem::exists(path, ignored)) file = path;
        }
    }
    if (file.empty()) return {};
    return base::refused("the config file names " + file + " for this key; put the new key there and start again");
}

base::Result<void, base::Error> DaemonControls::try_key(const std::optional<base::DeviceId>& bridge,
                                                        const payload::SecretKey& key) const {
    payload::KeyRing alone;
    alone.set_default(key);
    const hub::Pipeline probe(std::move(alone));
    std::size_t tried = 0;
    for (const ports::Frame& frame : parts_.hub.sealed_messages()) {
        if (bridge && frame.bridge != bridge) continue;
        if (probe.opens(frame)) return {};
        ++tried;
    }
    if (tried == 0) return {};  // nothing to try it on yet: the first sealed message will tell
    return base::refused(bridge ? "this key does not open what bridge " + bridge->str() + " says"
                                : "this key does not open what any of the bridges says");
}

void DaemonControls::add_key(std::optional<base::DeviceId> bridge, base::Bytes content, Done done) {
    if (bridge && base::BluetoothAddress::of(*bridge)) return add_bind_key(*bridge, std::move(content), done);
    auto key = payload::SecretKey::parse(content);
    ::explicit_bzero(content.data(), content.size());
    if (!key) return done(base::failure(std::move(key.error())));
    if (auto fits = not_named_in_config(bridge); !fits) return done(std::move(fits));
    if (auto opens = try_key(bridge, *key); !opens) return done(std::move(opens));
    if (auto kept = keep_key(state_dir_, bridge, key->bytes()); !kept) return done(std::move(kept));
    if (bridge) {
        keys_.set(*bridge, std::move(*key));
    } else {
        keys_.set_default(std::move(*key));
    }
    log().info("a key was added for {}", bridge ? "bridge " + bridge->str() : "bridges without one of their own");
    use_keys();
    done({});
}

void DaemonControls::add_bind_key(const base::DeviceId& device, base::Bytes content, const Done& done) {
    auto key = payload::BindKey::parse(content);
    ::explicit_bzero(content.data(), content.size());
    if (!key) return done(base::failure(std::move(key.error())));
    if (auto fits = not_named_in_config(device); !fits) return done(std::move(fits));
    if (auto kept = keep_key(state_dir_, device, key->bytes()); !kept) return done(std::move(kept));
    keys_.set_bind_key(device, std::move(*key));
    log().info("a key was added for the Bluetooth device {}", device.str());
    use_keys();
    done({});
}

void DaemonControls::use_keys() {
    parts_.writer.set_replay([keys = keys_] { return std::make_unique<Replay>(keys); });
    // Where sealed messages are in the archive, the key is used from the first of them on: what comes meanwhile stays
    // sealed until the rebuild has caught up, so that no total jumps.
    const bool something_to_open = archive().sealed_frames > 0 || !parts_.hub.sealed_messages().empty();
    if (something_to_open || parts_.rebuild.running()) {
        parts_.rebuild.start(keys_, "a key was added", [](const auto&) {});
    } else {
        parts_.hub.set_keys(keys_);
    }
}

void DaemonControls::rebuild(Done done) {
    if (parts_.rebuild.running()) return done(base::refused("a rebuild is under way already"));
    parts_.rebuild.start(keys_, "asked for", std::move(done));
}

void DaemonControls::calibrate(ports::CalibrationRecord record, Done done) {
    record.after_frame = parts_.hub.last_frame_id();
    record.entered = parts_.clock.wall_now();
    record.number = calibrations_.empty() ? 1 : calibrations_.back().number + 1;
    // In force from the next frame on, as a rebuild will have it.
    calibrations_.push_back(record);
    parts_.hub.set_calibrations(record.sensor, calibrations_);
    keep(parts_.writer, record, std::move(done));
}

void DaemonControls::read_meter(ports::MeterReadingRecord record, Done done) {
    std::erase_if(meter_readings_, [&record](const ports::MeterReadingRecord& known) {
        return known.sensor == record.sensor && known.time == record.time;
    });
    if (!record.withdrawn) meter_readings_.push_back(record);
    keep(parts_.writer, record, std::move(done));
}

std::vector<ports::CalibrationRecord> DaemonControls::calibrations(const base::DeviceId& sensor) const {
    std::vector<ports::CalibrationRecord> found;
    std::copy_if(calibrations_.begin(), calibrations_.end(), std::back_inserter(found),
                 [&sensor](const ports::CalibrationRecord& record) { return record.sensor == sensor; });
    return found;
}

std::vector<ports::MeterReadingRecord> DaemonControls::meter_readings(const base::DeviceId& sensor) const {
    std::vector<ports::MeterReadingRecord> found;
    std::copy_if(meter_readings_.begin(), meter_readings_.end(), std::back_inserter(found),
                 [&sensor](const ports::MeterReadingRecord& record) { return record.sensor == sensor; });
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.time < b.time; });
    return found;
}

}  // namespace millrace::app
