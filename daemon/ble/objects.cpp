#include "ble/objects.h"

namespace millrace::ble {
namespace {

constexpr std::size_t kLongestName = 248;  // Bluetooth's own limit

// The entry of this path; null when it would be one too many.
template <typename Object>
Object* entry(std::map<std::string, Object>& objects, const std::string& path, std::size_t most) {
    const auto found = objects.find(path);
    if (found != objects.end()) return &found->second;
    return objects.size() < most ? &objects[path] : nullptr;
}

template <typename T>
void take(const Properties& properties, const char* name, T& into) {
    if (const T* value = find<T>(properties, name); value != nullptr) into = *value;
}

template <typename Object>
const Object* look_up(const std::map<std::string, Object>& objects, const std::string& path) {
    const auto found = objects.find(path);
    return found == objects.end() ? nullptr : &found->second;
}

bool is_below(std::string_view path, std::string_view parent) {
    return path.size() > parent.size() && path.starts_with(parent) && path[parent.size()] == '/';
}

// Controllers say 127 when they have not measured; 0 dBm at a receiver's aerial is no measurement either.
std::optional<std::int64_t> measured(std::int64_t rssi_dbm) {
    constexpr std::int64_t kUnknown = 127;
    constexpr std::int64_t kWeakest = -127;
    constexpr std::int64_t kStrongest = 20;
    if (rssi_dbm == kUnknown || rssi_dbm == 0 || rssi_dbm < kWeakest || rssi_dbm > kStrongest) return std::nullopt;
    return rssi_dbm;
}

void apply_adapter(AdapterObject& adapter, const Properties& properties) {
    take(properties, "Address", adapter.address);
    take(properties, "Powered", adapter.powered);
    take(properties, "Discovering", adapter.discovering);
    if (const auto* state = find<std::string>(properties, "PowerState"); state != nullptr) {
        adapter.blocked = *state == "off-blocked";
    }
}

}  // namespace

void Objects::apply(const std::string& path, std::string_view interface, const Properties& properties) {
    if (interface == kAdapterInterface) {
        if (auto* adapter = entry(adapters_, path, kMostAdapters); adapter != nullptr) {
            apply_adapter(*adapter, properties);
        }
    } else if (interface == kMonitorManagerInterface) {
        if (auto* adapter = entry(adapters_, path, kMostAdapters); adapter != nullptr) adapter->has_monitors = true;
    } else if (interface == kDeviceInterface) {
        apply_device(path, properties);
    } else if (interface == kServiceInterface) {
        if (auto* service = entry(services_, path, kMostAttributes); service != nullptr) {
            take(properties, "UUID", service->uuid);
        }
    } else if (interface == kCharacteristicInterface) {
        auto* characteristic = entry(characteristics_, path, kMostAttributes);
        if (characteristic == nullptr) return;
        take(properties, "UUID", characteristic->uuid);
        take(properties, "Service", characteristic->service);
    }
}

void Objects::apply_device(const std::string& path, const Properties& properties) {
    const auto* text = find<std::string>(properties, "Address");
    const auto address = text == nullptr ? std::nullopt : base::BluetoothAddress::parse(*text);
    // Its first word names it; without that, later ones are about nobody.
    if (!devices_.contains(path) && !address) return;
    DeviceObject* device = entry(devices_, path, kMostDevices);
    if (device == nullptr) return;
    if (address) device->address = *address;
    take(properties, "Adapter", device->adapter);
    take(properties, "Connected", device->connected);
    take(properties, "ServicesResolved", device->services_resolved);
    if (const auto* name = find<std::string>(properties, "Name"); name != nullptr && name->size() <= kLongestName) {
        device->name = *name;
    }
    if (const auto* rssi = find<std::int64_t>(properties, "RSSI"); rssi != nullptr) device->rssi_dbm = measured(*rssi);
}

void Objects::forget(const std::string& path, std::string_view interface, const std::vector<std::string>& properties) {
    const auto found = devices_.find(path);
    if (interface != kDeviceInterface || found == devices_.end()) return;
    for (const std::string& property : properties) {
        if (property == "RSSI") found->second.rssi_dbm.reset();
        if (property == "Name") found->second.name.clear();
    }
}

void Objects::remove(const std::string& path, std::string_view interface) {
    if (interface == kAdapterInterface) {
        adapters_.erase(path);
    } else if (interface == kMonitorManagerInterface) {
        if (const auto found = adapters_.find(path); found != adapters_.end()) found->second.has_monitors = false;
    } else if (interface == kDeviceInterface) {
        devices_.erase(path);
    } else if (interface == kServiceInterface) {
        services_.erase(path);
    } else if (interface == kCharacteristicInterface) {
        characteristics_.erase(path);
    }
}

const AdapterObject* Objects::adapter(const std::string& path) const {
    return look_up(adapters_, path);
}

const DeviceObject* Objects::device(const std::string& path) const {
    return look_up(devices_, path);
}

std::vector<std::string> Objects::devices(const base::BluetoothAddress& address) const {
    std::vector<std::string> paths;
    for (const auto& [path, device] : devices_) {
        if (device.address == address) paths.push_back(path);
    }
    return paths;
}

bool Objects::has_service(const std::string& device, std::string_view uuid) const {
    for (auto at = services_.lower_bound(device + "/"); at != services_.end() && is_below(at->first, device); ++at) {
        if (at->second.uuid == uuid) return true;
    }
    return false;
}

std::optional<std::string> Objects::characteristic(const std::string& device, std::string_view service_uuid,
                                                   std::string_view uuid) const {
    for (auto at = characteristics_.lower_bound(device + "/");
         at != characteristics_.end() && is_below(at->first, device); ++at) {
        const ServiceObject* service = look_up(services_, at->second.service);
        if (at->second.uuid == uuid && service != nullptr && service->uuid == service_uuid) return at->first;
    }
    return std::nullopt;
}

std::string adapter_name(std::string_view path) {
    return std::string(path.substr(path.rfind('/') + 1));
}

}  // namespace millrace::ble
