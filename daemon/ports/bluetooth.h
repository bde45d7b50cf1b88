// What comes in by Bluetooth, and how the adapters do.
//
// `ble` hears advertisements and hands every one of BTHome's on; whose they are, what they mean and whether they are
// kept is decided in `hub`. Values made on the loop thread. No secrets.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bluetooth_address.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"

namespace millrace::ports {

// One advertisement with service data of BTHome's UUID 0xFCD2, as an adapter heard it.
struct Advertisement {
    base::BluetoothAddress address;
    base::Bytes service_data;              // what follows the UUID: the device information byte and the objects
    std::string name;                      // the device's own; empty: it has not said one
    std::optional<std::int64_t> rssi_dbm;  // as heard by the adapter
    std::string adapter;                   // "hci0"
    base::WallTime at;
};

// What a device is to the house.
enum class BluetoothRole : std::uint8_t { Puck, Meter };

// "leak_puck", "meter", as all that is written out names it.
[[nodiscard]] constexpr std::string_view name(BluetoothRole role) {
    return role == BluetoothRole::Puck ? "leak_puck" : "meter";
}

// A device that the owner has said is one of the house.
struct AdoptedDevice {
    base::BluetoothAddress address;
    BluetoothRole role = BluetoothRole::Puck;
    std::string name;
    std::string room;        // may be empty
    bool from_file = false;  // the config file names it, and only that may change it

    bool operator==(const AdoptedDevice&) const = default;
};

// What a device says, as people read it.
struct HeardValue {
    std::string name;   // "temperature", "moisture"
    std::string value;  // "21.5", "wet"
    std::string unit;   // "°C"; empty: none

    bool operator==(const HeardValue&) const = default;
};

// A device that has been heard lately, adopted or not.
struct HeardDevice {
    base::BluetoothAddress address;
    std::string name;     // its own; empty: it has not said one
    std::string adapter;  // that heard it last
    std::optional<std::int64_t> rssi_dbm;
    base::WallTime first_heard;
    base::WallTime last_heard;
    std::uint64_t advertisements = 0;
    bool encrypted = false;
    bool trigger_based = false;
    std::vector<HeardValue> values;  // the newest of each, in the device's order
    std::string problem;             // why it is not understood, and how to mend it; empty: it is

    bool operator==(const HeardDevice&) const = default;
};

// The devices heard, and those of the house. Loop thread only.
class BluetoothDevices {
public:
    virtual ~BluetoothDevices() = default;

    using Done = std::function<void(base::Result<void, base::Error>)>;

    [[nodiscard]] virtual std::vector<HeardDevice> heard() const = 0;      // by address
    [[nodiscard]] virtual std::vector<AdoptedDevice> adopted() const = 0;  // by address

    // Takes a device into the house, or changes what it is called; its encryption counter may begin anew. `key`, as in
    // a key file, replaces the one it had; without one that stays. `done` is called later on the loop, exactly once.
    virtual void adopt(AdoptedDevice device, std::optional<base::Bytes> key, Done done) = 0;
    // What it said stays in the archive.
    virtual void forget(const base::BluetoothAddress& address, Done done) = 0;
};

// Where advertisements go. Loop thread only; returns at once.
class AdvertisementSink {
public:
    virtual ~AdvertisementSink() = default;
    virtual void on_advertisement(const Advertisement& advertisement) = 0;
};

// The numbers are nowhere stored.
enum class BluetoothPart : std::uint8_t {
    Off,        // not asked for
    Missing,    // this build has no D-Bus, there is no message bus, or nobody on it is BlueZ
    Forbidden,  // the bus or BlueZ refuses us
    Waiting,    // it is switched off, or is being asked
    Working,
};

// "off", "missing", "forbidden", "waiting", "working", as all that is written out names it.
[[nodiscard]] constexpr std::string_view name(BluetoothPart part) {
    switch (part) {
        case BluetoothPart::Off: return "off";
        case BluetoothPart::Missing: return "missing";
        case BluetoothPart::Forbidden: return "forbidden";
        case BluetoothPart::Waiting: return "waiting";
        case BluetoothPart::Working: return "working";
    }
    return "unknown";
}

struct BluetoothAdapter {
    std::string name;     // "hci0"
    std::string address;  // empty: not told
    BluetoothPart state = BluetoothPart::Waiting;
    std::string problem;               // what is wrong and how to mend it; empty: nothing
    std::uint64_t advertisements = 0;  // of BTHome's, in this run
    std::optional<base::WallTime> last_heard;

    bool operator==(const BluetoothAdapter&) const = default;
};

// A home-made receiver that passes a bridge's frames on, by the notifications of a GATT characteristic.
struct BluetoothReceiver {
    base::BluetoothAddress address;
    BluetoothPart state = BluetoothPart::Waiting;  // working: notifications are subscribed to
    std::string problem;                           // empty: nothing
    std::uint64_t frames = 0;                      // whole ones, in this run
    std::uint64_t broken = 0;                      // fragments that belonged to no whole frame

    bool operator==(const BluetoothReceiver&) const = default;
};

struct BluetoothState {
    BluetoothPart state = BluetoothPart::Off;
    std::string problem;  // what is wrong with the bus or BlueZ and how to mend it; empty: nothing
    bool passive = false;
    std::vector<BluetoothAdapter> adapters;    // by name; those configured, there or not, or all there are
    std::vector<BluetoothReceiver> receivers;  // as configured

    bool operator==(const BluetoothState&) const = default;
};

class BluetoothView {
public:
    virtual ~BluetoothView() = default;
    [[nodiscard]] virtual BluetoothState bluetooth() const = 0;
};

}  // namespace millrace::ports
