// What Home Assistant is told about our devices and their entities.
//
// One discovery document per device, in the form Home Assistant calls device discovery: the hub "Millrace", each
// bridge and leak puck (connected via the hub) and each sensor (connected via its bridge; a meter that is heard by
// Bluetooth, via the hub). The keys of components, the unique ids
// and the topics never change for a device, because Home Assistant ties history to them. Its schema refuses a whole
// device for one unknown key at the root, in `device` or in `origin`; the tests hold the documents to that.
//
// A sensor without a calibration shows it in three ways: its diagnostic entity "Calibration" reads "uncalibrated",
// and flow rate, total and today carry the attributes `calibrated` and `ml_per_peak`. While its messages are sealed and
// no key opens them, "Water running" is estimated and says so in its attribute `estimated`.
//
// Pure: documents are a function of the settings and of which devices exist. Any thread.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/device_id.h"
#include "base/time.h"
#include "ports/live.h"
#include "publish/message.h"
#include "publish/settings.h"

namespace millrace::publish {

// What the documents depend on, so that they are only rebuilt when one of these changes.
struct DeviceIdentities {
    // How a device that is heard by Bluetooth is called, and which values it has said. It has entities for those only;
    // what was said once is remembered, so that none goes away again.
    struct Advertised {
        std::string name;
        std::string room;
        bool battery = false;
        bool battery_low = false;
        bool voltage = false;
        bool temperature = false;
        bool humidity = false;
        bool flow = false;
        bool storage = false;
        bool operator==(const Advertised&) const = default;
    };
    struct Bridge {
        base::DeviceId id;
        std::optional<std::string> firmware;
        bool operator==(const Bridge&) const = default;
    };
    struct Sensor {
        base::DeviceId id;
        std::optional<base::DeviceId> bridge;
        std::optional<std::string> firmware;
        std::optional<Advertised> says = {};  // of a meter that is heard by Bluetooth
        bool operator==(const Sensor&) const = default;
    };
    struct Puck {
        base::DeviceId id;
        Advertised says;
        bool moisture_percent = false;
        bool buttons = false;
        bool operator==(const Puck&) const = default;
    };
    std::vector<Bridge> bridges;
    std::vector<Sensor> sensors;
    std::vector<Puck> pucks;

    bool operator==(const DeviceIdentities&) const = default;
};

// What our identifiers begin with: the base topic as far as Home Assistant takes it.
[[nodiscard]] std::string hub_identifier(const Settings& settings);

[[nodiscard]] DeviceIdentities identities(const ports::LiveState& state);

// What of `now` may be described: all but what was a device of another kind before, whose document is taken back first,
// because Home Assistant keeps the components that a new document no longer names.
[[nodiscard]] DeviceIdentities without_changed_kinds(const DeviceIdentities& before, DeviceIdentities now);

// The hub first, then bridges, then sensors and pucks: Home Assistant wants a device before those that are reached via
// it. `version` is ours, as Home Assistant shows it beside the devices.
[[nodiscard]] std::vector<Message> discovery_documents(const Settings& settings, const DeviceIdentities& devices,
                                                       std::string_view version);

// Decides which documents go out now: those that are new or have changed, and an empty one for each that is no more,
// which takes the device back. No document goes twice within `kDiscoveryGap`, because Home Assistant drops components
// of a document that follows too closely on itself.
class DiscoveryPlanner {
public:
    static constexpr base::Milliseconds kDiscoveryGap{2000};

    [[nodiscard]] std::vector<Message> plan(std::vector<Message> documents, base::SteadyTime now);

    // The receiver may have lost everything: all documents are to be sent again, still observing the gap.
    void forget_contents();
    // A new connection: all documents are to be sent again, at once.
    void forget();

    // When a document that had to wait may go out, and when any document may be sent again.
    [[nodiscard]] std::optional<base::SteadyTime> due() const { return due_; }
    [[nodiscard]] std::optional<base::SteadyTime> gap_ends() const;

private:
    struct Sent {
        std::optional<std::size_t> hash;
        base::SteadyTime at;
    };
    std::map<std::string, Sent> sent_;  // by topic
    std::optional<base::SteadyTime> due_;
};

}  // namespace millrace::publish
