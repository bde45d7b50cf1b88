// The hub's part for the Bluetooth devices of the house: who they are, and what they say at present.
#include <string>

#include "hub/hub.h"
#include "hub/watch.h"
#include "message/advertised_state.h"
#include "message/topic.h"

namespace millrace::hub {
namespace {

namespace states = message::advertised_state;

std::optional<bool> flag_of(const Device& device, std::uint64_t key) {
    const auto value = state_of(device, key);
    return value ? std::optional(*value != 0) : std::nullopt;
}

}  // namespace

std::string problem_of(AdvertisedFault fault) {
    switch (fault) {
        case AdvertisedFault::None: return "";
        case AdvertisedFault::NoKey:
            return "What it says is encrypted: give its key, 32 digits that its maker's app shows.";
        case AdvertisedFault::WrongKey: return "The key that was given does not open what it says.";
        case AdvertisedFault::InTheClear:
            return "It has a key and speaks in the clear all the same. That may be anybody, and is not believed.";
        case AdvertisedFault::Replayed:
            return "Its counter went back: somebody plays again what it said, or its battery was changed. Adopt it "
                   "once more, and it may count anew.";
        case AdvertisedFault::Malformed: return "What it says is no BTHome of version 2.";
    }
    return "";
}

void Hub::set_adopted(const std::vector<ports::AdoptedDevice>& adopted) {
    std::map<base::DeviceId, Adopted> all;
    for (const ports::AdoptedDevice& device : adopted) {
        const base::DeviceId id = device.address.device_id();
        const auto known = adopted_.find(id);
        all[id] = {device, known == adopted_.end() ? std::nullopt : known->second.rssi_dbm};
    }
    adopted_ = std::move(all);
    changed_ = true;
}

void Hub::begin_anew(const ports::AdoptedDevice& device) {
    ports::Frame frame;
    frame.received = surroundings_.clock.wall_now();
    frame.direction = base::Direction::ToBridge;
    frame.door = ports::Door::Bluetooth;
    frame.topic = message::advertisement_topic(role_of(device.role), false, device.address);
    on_frame(0, std::move(frame), 0);
}

void Hub::note_listening(bool listens) {
    changed_ = changed_ || listens != hears_bluetooth_;
    hears_bluetooth_ = listens;
}

void Hub::note_signal(const base::DeviceId& device, std::int64_t rssi_dbm) {
    const auto found = adopted_.find(device);
    if (found != adopted_.end()) found->second.rssi_dbm = rssi_dbm;
}

ports::LiveAdvertised Hub::live_advertised(const base::DeviceId& id, const Device& device) const {
    ports::LiveAdvertised says;
    if (const auto found = adopted_.find(id); found != adopted_.end()) {
        says.name = found->second.device.name;
        says.room = found->second.device.room;
        says.rssi_dbm = found->second.rssi_dbm;
    }
    says.battery_percent = state_of(device, states::kBatteryPercent);
    says.battery_low = flag_of(device, states::kBatteryLow);
    says.voltage_mv = state_of(device, states::kVoltageMillivolts);
    says.temperature_centi = state_of(device, states::kTemperatureCentidegrees);
    says.humidity_centi = state_of(device, states::kHumidityCentipercent);
    if (const auto flow = state_of(device, states::kFlowMicrolitresPerSecond)) says.flow = base::FlowRate{*flow};
    if (const auto stored = state_of(device, states::kStorageMillilitres)) says.storage = base::Volume{*stored * 1'000};
    says.trigger_based = flag_of(device, states::kTriggerBased).value_or(false);
    says.problem = problem_of(device.fault);
    return says;
}

ports::LivePuck Hub::live_puck(const base::DeviceId& id, const Device& device) const {
    ports::LivePuck puck;
    puck.id = id;
    puck.says = live_advertised(id, device);
    puck.wet = flag_of(device, states::kWet);
    puck.wet_since = device.wet_since;
    puck.moisture_centi = state_of(device, states::kMoistureCentipercent);
    puck.last_seen = device.last_seen;
    puck.has_buttons = state_of(device, states::kButtons).value_or(0) > 0;
    puck.last_press = device.last_press;
    return puck;
}

}  // namespace millrace::hub
