#include "app/adopted_devices.h"

#include <strings.h>

#include <string_view>
#include <utility>

#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

#include "app/keep.h"
#include "app/log.h"
#include "meter/advertised_total.h"

namespace millrace::app {
namespace {

using Json = nlohmann::ordered_json;

// The name of the choice is this and the device's id; its value is empty once the device is forgotten.
constexpr std::string_view kChoicePrefix = "bluetooth/";

std::string choice_name(const base::BluetoothAddress& address) {
    return std::string(kChoicePrefix) + address.device_id().str();
}

std::string to_text(const ports::AdoptedDevice& device) {
    const Json document{{"role", name(device.role)}, {"name", device.name}, {"room", device.room}};
    return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<ports::AdoptedDevice> device_from(const base::BluetoothAddress& address, const std::string& text) {
    const Json document = Json::parse(text, nullptr, false);
    const auto member = [&document](const char* key) -> const std::string* {
        const auto found = document.is_object() ? document.find(key) : document.end();
        return found == document.end() ? nullptr : found->get_ptr<const std::string*>();
    };
    const std::string* role = member("role");
    const std::string* called = member("name");
    const std::string* room = member("room");
    if (role == nullptr || called == nullptr || room == nullptr) return std::nullopt;
    for (const auto known : {ports::BluetoothRole::Puck, ports::BluetoothRole::Meter}) {
        if (*role == name(known)) return ports::AdoptedDevice{address, known, *called, *room, false};
    }
    return std::nullopt;
}

}  // namespace

AdoptedDevices::AdoptedDevices(const settings::Settings& settings, AdoptionParts parts) : parts_(parts) {
    for (const ports::AdoptedDevice& device : settings.hub.bluetooth_devices) devices_[device.address] = device;
}

void AdoptedDevices::restore(const ports::StoredState& stored) {
    for (const ports::ChoiceRecord& choice : stored.choices) {
        if (!choice.name.starts_with(kChoicePrefix) || choice.value.empty()) continue;
        const auto id = base::DeviceId::parse(std::string_view(choice.name).substr(kChoicePrefix.size()));
        const auto address = id ? base::BluetoothAddress::of(*id) : std::nullopt;
        const auto device = address ? device_from(*address, choice.value) : std::nullopt;
        if (!device) {
            log().warn("what was chosen for {} cannot be read and is not used", choice.name);
            continue;
        }
        devices_.try_emplace(device->address, *device);  // the file goes first
    }
    for (const auto& [address, device] : devices_) take_register_at_its_word(device);
    tell();
}

std::vector<ports::AdoptedDevice> AdoptedDevices::adopted() const {
    std::vector<ports::AdoptedDevice> all;
    for (const auto& [address, device] : devices_) all.push_back(device);
    return all;
}

base::Result<void, base::Error> AdoptedDevices::may_change(const base::BluetoothAddress& address) const {
    const auto known = devices_.find(address);
    if (known == devices_.end() || !known->second.from_file) return {};
    return base::refused("the config file names " + address.str() + ", and only that may change it");
}

base::Result<void, base::Error> AdoptedDevices::may_adopt(const ports::AdoptedDevice& device) const {
    if (device.name.empty()) return base::refused("the device needs a name, by which you know it");
    if (device.name.size() > kMaxNameBytes || device.room.size() > kMaxNameBytes) {
        return base::refused("name and room may have " + std::to_string(kMaxNameBytes) + " bytes each");
    }
    if (!devices_.contains(device.address) && devices_.size() >= kMaxAdopted) {
        return base::refused("there are " + std::to_string(kMaxAdopted) + " devices already; forget one first");
    }
    return may_change(device.address);
}

void AdoptedDevices::adopt(ports::AdoptedDevice device, std::optional<base::Bytes> key, Done done) {
    if (auto may = may_adopt(device); !may) {
        if (key) ::explicit_bzero(key->data(), key->size());
        return done(std::move(may));
    }
    if (key) {
        // Nothing is taken in with a key that does not fit. Its answer comes at once.
        base::Result<void, base::Error> added;
        parts_.controls.add_key(device.address.device_id(), std::move(*key),
                                [&added](base::Result<void, base::Error> answer) { added = std::move(answer); });
        if (!added) return done(std::move(added));
    }
    device.from_file = false;
    devices_[device.address] = device;
    take_register_at_its_word(device);
    tell();
    parts_.hub.begin_anew(device);
    log().info("Bluetooth device {} is the {} \"{}\"", device.address.str(), name(device.role), device.name);
    keep(parts_.writer, ports::ChoiceRecord{choice_name(device.address), to_text(device), ""}, std::move(done));
}

void AdoptedDevices::forget(const base::BluetoothAddress& address, Done done) {
    if (!devices_.contains(address))
        return done(base::refused("there is no device " + address.str() + " of the house"));
    if (auto may = may_change(address); !may) return done(std::move(may));
    devices_.erase(address);
    tell();
    log().info("Bluetooth device {} is no longer one of the house", address.str());
    keep(parts_.writer, ports::ChoiceRecord{choice_name(address), "", ""}, std::move(done));
}

void AdoptedDevices::tell() {
    const auto all = adopted();
    parts_.hub.set_adopted(all);
    parts_.neighbours.set_adopted(all);
}

void AdoptedDevices::take_register_at_its_word(const ports::AdoptedDevice& device) {
    const base::DeviceId sensor = device.address.device_id();
    if (device.role != ports::BluetoothRole::Meter || !parts_.controls.calibrations(sensor).empty()) return;
    ports::CalibrationRecord record;
    record.sensor = sensor;
    record.entry = {base::from_unix_s(0), meter::kAdvertisedPeak};
    record.source = ports::CalibrationSource::Register;
    record.note = "the meter says its volume itself, and is counted in steps of 30 ml";
    parts_.controls.calibrate(std::move(record), [](const auto& kept) {
        if (!kept) log().warn("a meter's worth was not kept: {}", kept.error().message);
    });
}

}  // namespace millrace::app
