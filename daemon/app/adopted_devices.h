// The Bluetooth devices of the house (ports::BluetoothDevices): those that the config file names, and those that
// somebody has taken in while the daemon ran, which are choices.
//
// Tells hub and neighbours who they are. A meter's register is worth what it says, so a calibration is entered for it
// that says so; the owner may enter another. Loop thread only. All that AdoptionParts refers to outlives it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/daemon_controls.h"
#include "hub/hub.h"
#include "hub/neighbours.h"
#include "ports/bluetooth.h"
#include "settings/settings.h"
#include "store/writer.h"

namespace millrace::app {

struct AdoptionParts {
    hub::Hub& hub;
    hub::Neighbours& neighbours;
    store::Writer& writer;
    DaemonControls& controls;
};

class AdoptedDevices final : public ports::BluetoothDevices {
public:
    static constexpr std::size_t kMaxAdopted = 200;
    static constexpr std::size_t kMaxNameBytes = 60;

    AdoptedDevices(const settings::Settings& settings, AdoptionParts parts);

    // What the store knows; after the controls' own, and before the first frame.
    void restore(const ports::StoredState& stored);

    // ports::BluetoothDevices
    [[nodiscard]] std::vector<ports::HeardDevice> heard() const override { return parts_.neighbours.heard(); }
    [[nodiscard]] std::vector<ports::AdoptedDevice> adopted() const override;
    void adopt(ports::AdoptedDevice device, std::optional<base::Bytes> key, Done done) override;
    void forget(const base::BluetoothAddress& address, Done done) override;

private:
    [[nodiscard]] base::Result<void, base::Error> may_adopt(const ports::AdoptedDevice& device) const;
    [[nodiscard]] base::Result<void, base::Error> may_change(const base::BluetoothAddress& address) const;
    void tell();
    void take_register_at_its_word(const ports::AdoptedDevice& device);

    AdoptionParts parts_;
    std::map<base::BluetoothAddress, ports::AdoptedDevice> devices_;
};

}  // namespace millrace::app
