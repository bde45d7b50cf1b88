// What BlueZ knows, as far as it matters to us: a copy of its objects, kept up to date by its signals.
//
// A value without I/O. Paths are the keys, as in BlueZ: a device's path begins with its adapter's, a service's with its
// device's. What BlueZ has more of than the limits is left out. Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bluetooth_address.h"
#include "ble/bus_message.h"

namespace millrace::ble {

// The names that BlueZ's interface description gives.
inline constexpr std::string_view kAdapterInterface = "org.bluez.Adapter1";
inline constexpr std::string_view kMonitorManagerInterface = "org.bluez.AdvertisementMonitorManager1";
inline constexpr std::string_view kDeviceInterface = "org.bluez.Device1";
inline constexpr std::string_view kServiceInterface = "org.bluez.GattService1";
inline constexpr std::string_view kCharacteristicInterface = "org.bluez.GattCharacteristic1";

struct AdapterObject {
    std::string address;
    bool powered = false;
    bool blocked = false;  // by rfkill; older versions of BlueZ do not say
    bool discovering = false;
    bool has_monitors = false;  // it offers AdvertisementMonitorManager1
};

struct DeviceObject {
    std::string adapter;  // its path
    base::BluetoothAddress address;
    std::string name;
    std::optional<std::int64_t> rssi_dbm;
    bool connected = false;
    bool services_resolved = false;
};

struct ServiceObject {
    std::string uuid;
};

struct CharacteristicObject {
    std::string uuid;
    std::string service;  // its path
};

class Objects {
public:
    static constexpr std::size_t kMostAdapters = 16;
    static constexpr std::size_t kMostDevices = 4'096;  // BlueZ forgets strangers half a minute after their last word
    static constexpr std::size_t kMostAttributes = 4'096;

    // An object of this interface is there, or has these new values.
    void apply(const std::string& path, std::string_view interface, const Properties& properties);
    // These properties have no value any more.
    void forget(const std::string& path, std::string_view interface, const std::vector<std::string>& properties);
    void remove(const std::string& path, std::string_view interface);

    [[nodiscard]] const std::map<std::string, AdapterObject>& adapters() const { return adapters_; }
    // Null when there is none.
    [[nodiscard]] const AdapterObject* adapter(const std::string& path) const;
    [[nodiscard]] const DeviceObject* device(const std::string& path) const;
    // Paths of the devices with this address, one for each adapter that has seen it.
    [[nodiscard]] std::vector<std::string> devices(const base::BluetoothAddress& address) const;

    [[nodiscard]] bool has_service(const std::string& device, std::string_view uuid) const;
    [[nodiscard]] std::optional<std::string> characteristic(const std::string& device, std::string_view service_uuid,
                                                            std::string_view uuid) const;
    [[nodiscard]] bool has_characteristic(const std::string& path) const { return characteristics_.contains(path); }

private:
    void apply_device(const std::string& path, const Properties& properties);

    std::map<std::string, AdapterObject> adapters_;
    std::map<std::string, DeviceObject> devices_;
    std::map<std::string, ServiceObject> services_;
    std::map<std::string, CharacteristicObject> characteristics_;
};

// "hci0" of "/org/bluez/hci0".
[[nodiscard]] std::string adapter_name(std::string_view path);

}  // namespace millrace::ble
