// The Bluetooth devices that are heard: all of them as a list, and what those of the house say as frames.
//
// Everybody may send anything under any address. So the list is bounded, and the frames of a device are no more than a
// device of the house would send. A device repeats itself, and several adapters hear it: what was told already becomes
// no frame, but for one every ten minutes that shows that it lives; and when a meter says something new, the last one
// before it, because until then its water stood still. Loop thread only; the hub outlives it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/bluetooth_address.h"
#include "base/time.h"
#include "hub/hub.h"
#include "ports/bluetooth.h"
#include "ports/health.h"

namespace millrace::hub {

class Neighbours final : public ports::AdvertisementSink, public ports::SelfReport {
public:
    // A block of flats has some dozens within reach.
    static constexpr std::size_t kMaxHeard = 256;
    // What has been silent for this long is not listed.
    static constexpr base::Seconds kListedFor{3'600};
    // The same words are told again after this.
    static constexpr base::Seconds kToldAgain{600};
    // Devices without packet ids say the same thing at two presses of a button. Repeats of one come faster than this.
    static constexpr base::Seconds kRepeatsWithin{4};
    // Frames of one device: so many at once, and then one a second.
    static constexpr int kFramesAtOnce = 60;

    Neighbours(Hub& hub, const base::Clock& clock) : hub_(hub), clock_(clock) {}

    void set_adopted(const std::vector<ports::AdoptedDevice>& adopted);

    // ports::AdvertisementSink
    void on_advertisement(const ports::Advertisement& advertisement) override;

    [[nodiscard]] std::vector<ports::HeardDevice> heard() const;  // lately; by address
    // Advertisements of devices of the house that came too fast, in this run.
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

    // ports::SelfReport. How the adapters do, they tell themselves.
    void health(std::vector<ports::HealthItem>&) const override {}
    void metrics(std::vector<ports::Metric>& metrics) const override;

private:
    struct Told {
        base::Bytes service_data;
        base::WallTime at;
    };
    struct Neighbour {
        ports::HeardDevice heard;
        std::array<Told, 4> told;  // the newest, in a ring: a slow adapter brings the last but one after the last
        std::size_t next = 0;
        std::optional<Told> repeated;  // the last one that became no frame because it was told already
        int frames_left = kFramesAtOnce;
        base::WallTime refilled;
    };

    [[nodiscard]] Neighbour& neighbour(const ports::Advertisement& advertisement);
    [[nodiscard]] static bool told_already(const Neighbour& neighbour, const ports::Advertisement& advertisement,
                                           base::Milliseconds since_last);
    [[nodiscard]] static bool may_tell(Neighbour& neighbour, base::WallTime now);
    void tell(const base::BluetoothAddress& address, ports::BluetoothRole role, const Told& told);
    void read(ports::HeardDevice& heard, const ports::Advertisement& advertisement) const;

    Hub& hub_;
    const base::Clock& clock_;
    std::map<base::BluetoothAddress, ports::BluetoothRole> adopted_;
    std::map<base::BluetoothAddress, Neighbour> neighbours_;
    std::uint64_t dropped_ = 0;
};

}  // namespace millrace::hub
