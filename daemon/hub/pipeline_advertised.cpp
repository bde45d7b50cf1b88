// The pipeline's part for what Bluetooth devices advertise: what is believed, and what it leads to.
//
// Two frames come by such a topic: what the device advertised, on its way to us, and the owner's word that the device
// is one of the house, on the other way and without content. From that word on its counter may begin anew.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "hub/pipeline.h"
#include "message/advertised_state.h"
#include "message/bthome.h"
#include "message/bthome_objects.h"
#include "meter/advertised_total.h"
#include "payload/advertisement_cipher.h"

namespace millrace::hub {
namespace {

namespace states = message::advertised_state;

constexpr std::int64_t kMicrolitresPerMillilitre = 1'000;

std::optional<std::uint32_t> last_counter(const Device& device) {
    const auto counter = state_of(device, states::kCounter);
    return counter ? std::optional(static_cast<std::uint32_t>(*counter)) : std::nullopt;
}

bool is_button(const message::ControlEvent& event) {
    return event.object_id == message::object_id::kButton;
}

using Values = std::vector<std::pair<std::uint64_t, std::int64_t>>;

template <typename T>
void put(Values& values, std::uint64_t key, const std::optional<T>& value) {
    if (value) values.emplace_back(key, static_cast<std::int64_t>(*value));
}

// What is kept as states, by rising key.
Values values_of(const message::Advertised& advertised, const Outcome& outcome) {
    Values values;
    put(values, states::kCounter, outcome.counter);
    put(values, states::kWet, advertised.wet());
    put(values, states::kMoistureCentipercent, advertised.moisture_hundredths());
    put(values, states::kBatteryPercent, advertised.battery_percent());
    put(values, states::kBatteryLow, advertised.battery_low());
    put(values, states::kVoltageMillivolts, advertised.voltage_millivolts());
    put(values, states::kTemperatureCentidegrees, advertised.temperature_centidegrees());
    put(values, states::kHumidityCentipercent, advertised.humidity_hundredths());
    if (const auto flow = advertised.flow()) {
        values.emplace_back(states::kFlowMicrolitresPerSecond, flow->microlitres_per_second);
    }
    if (const auto stored = advertised.volume_storage()) {
        values.emplace_back(states::kStorageMillilitres, stored->microlitres / kMicrolitresPerMillilitre);
    }
    values.emplace_back(states::kTriggerBased, advertised.trigger_based ? 1 : 0);
    put(values, states::kPacketId, advertised.packet_id);
    return values;
}

// How many buttons it tells of, those that nobody pressed among them.
std::int64_t buttons_of(const message::Advertised& advertised) {
    return std::count_if(advertised.events.begin(), advertised.events.end(), is_button);
}

// Which button or dimmer it was and by how much, where that is not plain.
std::string detail_of(const message::ControlEvent& event) {
    std::string text;
    if (event.ordinal > 1) text = "no. " + std::to_string(event.ordinal);
    if (event.steps > 0) text += (text.empty() ? "" : ", ") + std::to_string(event.steps) + " steps";
    return text;
}

}  // namespace

bool Pipeline::is_owners_word(const ports::Frame& frame, const message::Topic& topic) {
    return topic.role && frame.direction == base::Direction::ToBridge;
}

std::optional<base::Bytes> Pipeline::open_advertised(const ports::Frame& frame, Outcome& outcome) const {
    if (!outcome.topic.device) return std::nullopt;
    const auto address = base::BluetoothAddress::of(*outcome.topic.device);
    const payload::BindKey* key = keys_.bind_key(*outcome.topic.device);
    outcome.had_key = key != nullptr;
    if (!outcome.topic.sealed()) return frame.payload;
    if (key == nullptr || !address) return std::nullopt;
    auto opened = payload::open_advertisement(frame.payload, *address, *key);
    if (!opened) return std::nullopt;
    outcome.counter = opened->counter;
    return std::move(opened->plain);
}

bool Pipeline::believes(const ports::Frame& frame, const Outcome& outcome) const {
    if (!outcome.topic.role || is_owners_word(frame, outcome.topic)) return true;
    if (!outcome.topic.sealed()) return !outcome.had_key;
    const auto known = house_.devices.find(*outcome.topic.device);
    if (known == house_.devices.end()) return true;
    return payload::freshness(last_counter(known->second), *outcome.counter) != payload::Freshness::Replay;
}

void Pipeline::note_fault(Device& device, const Outcome& outcome) {
    switch (outcome.understanding) {
        case Understanding::NotOpened:
            device.fault = outcome.had_key ? AdvertisedFault::WrongKey : AdvertisedFault::NoKey;
            break;
        case Understanding::NotBelieved:
            device.fault = outcome.topic.sealed() ? AdvertisedFault::Replayed : AdvertisedFault::InTheClear;
            break;
        case Understanding::NotDecoded: device.fault = AdvertisedFault::Malformed; break;
        case Understanding::Decoded:
        case Understanding::Unknown: device.fault = AdvertisedFault::None; break;
    }
}

void Pipeline::begin_anew(const ports::Frame& frame, Device& device, Outcome& outcome) {
    for (const std::uint64_t key : {states::kCounter, states::kPacketId}) device.states.erase(key);
    // The newest report of each state is found again after a start; zero is below every counter but itself.
    outcome.projections.emplace_back(
        ports::StateRecord{device.record.id, frame.received, frame.received, {{states::kCounter, 0}}});
}

void Pipeline::apply_advertised(const ports::Frame& frame, const message::Advertised& advertised, Device& device,
                                Outcome& outcome) {
    const base::DeviceId& id = device.record.id;
    const std::optional<std::uint32_t> before = last_counter(device);
    const auto packet = state_of(device, states::kPacketId);
    // The same word once more: nothing was pressed again.
    const bool repeated =
        outcome.counter ? before == outcome.counter : advertised.packet_id && packet == *advertised.packet_id;
    if (advertised.firmware) device.record.firmware = advertised.firmware->str();
    if (const auto wet = advertised.wet()) {
        if (!*wet) device.wet_since.reset();
        if (*wet && !device.wet_since && device.states[states::kWet] == 0) device.wet_since = frame.received;
    }
    Values values = values_of(advertised, outcome);
    // A device may tell of its buttons only when one is pressed.
    if (const std::int64_t buttons = buttons_of(advertised); buttons > device.states[states::kButtons]) {
        values.emplace_back(states::kButtons, buttons);
    }
    const bool changed = std::any_of(values.begin(), values.end(), [&device](const auto& value) {
        return state_of(device, value.first) != value.second;
    });
    for (const auto& [key, value] : values) device.states[key] = value;
    if (changed) {
        outcome.projections.emplace_back(ports::StateRecord{id, frame.received, frame.received, std::move(values)});
    }
    // A total that is said again is water that stood still.
    if (const auto total = advertised.water(); total && device.record.kind == ports::DeviceKind::Meter) {
        apply_total(frame, *total, outcome);
    }
    if (repeated) return;
    for (const message::ControlEvent& event : advertised.events) {
        if (event.event == 0) continue;
        outcome.projections.emplace_back(ports::EventRecord{
            id, frame.received, frame.received, message::advertised_state::number_of(event), detail_of(event)});
        const std::string_view kind = message::name_of_event(event);
        if (is_button(event) && !kind.empty()) {
            device.last_press = ports::LivePress{frame.received, event.ordinal, std::string(kind)};
        }
    }
}

void Pipeline::apply_total(const ports::Frame& frame, const message::Totalizer& total, Outcome& outcome) {
    const base::DeviceId& id = *outcome.topic.device;
    Sensor& sensor = house_.sensors[id];
    if (!sensor.calibration.calibrated()) {
        sensor.calibration = meter::CalibrationTable({{base::from_unix_s(0), meter::kAdvertisedPeak}});
    }
    note_readings(id, sensor,
                  meter::apply(sensor.meter, {total.volume, total.modulus, frame.received}, sensor.calibration),
                  outcome);
}

}  // namespace millrace::hub
