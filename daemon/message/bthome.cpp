// BTHome version 2: the service data of an advertisement, without its UUID and not encrypted.
//
// Source: bthome.io's page on the format and its Python library, as BTHOME.md tells.
//
//   device information   bit 0 encrypted, bit 2 trigger based, bits 5 to 7 the version (2)
//   objects              id (1 byte), then as many bytes as its type has, little-endian
//
//   40 02C409 03BF13     25.00 °C and 50.55 %
//
// Unknown: bits 3 and 4, ids that are not in the table, and whether bit 1 means anything (so such data is refused).
#include "message/bthome.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "message/bthome_objects.h"
#include "message/decoders.h"

namespace millrace::message {
namespace {

constexpr std::uint8_t kEncrypted = 0x01, kDisputed = 0x02, kTriggerBased = 0x04, kUnknownFlags = 0x18;
constexpr unsigned kVersionShift = 5;
constexpr unsigned kVersion = 2;

std::uint32_t read_unsigned(base::ByteView bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8U | bytes[i];
    return value;
}

std::int64_t read_signed(base::ByteView bytes) {
    const std::int64_t value = read_unsigned(bytes);
    const std::int64_t range = std::int64_t{1} << (8 * bytes.size());
    return value >= range / 2 ? value - range : value;
}

FirmwareVersion read_version(base::ByteView bytes) {
    FirmwareVersion version;
    version.count = static_cast<std::uint8_t>(bytes.size());
    std::reverse_copy(bytes.begin(), bytes.end(), version.parts.begin());
    return version;
}

// The how-manieth of its property one of `object_id` is that comes after `before`.
template <typename Objects>
std::uint8_t ordinal_after(const Objects& before, const ObjectType& type) {
    const auto same = std::ranges::count_if(
        before, [&](const auto& each) { return find_object_type(each.object_id)->name == type.name; });
    return static_cast<std::uint8_t>(same + 1);  // an advertisement has room for 126 objects
}

void take_object(Advertised& advertised, const ObjectType& type, base::ByteView bytes) {
    switch (type.form) {
        case ObjectForm::PacketId: advertised.packet_id = bytes[0]; return;
        case ObjectForm::Time: advertised.timestamp_s = read_unsigned(bytes); return;
        case ObjectForm::DeviceType: advertised.device_type = static_cast<std::uint16_t>(read_unsigned(bytes)); return;
        case ObjectForm::Version: advertised.firmware = read_version(bytes); return;
        case ObjectForm::Button:
        case ObjectForm::Dimmer: {
            const std::uint8_t steps = type.form == ObjectForm::Dimmer ? bytes[1] : std::uint8_t{0};
            advertised.events.push_back({type.id, ordinal_after(advertised.events, type), bytes[0], steps});
            return;
        }
        case ObjectForm::Unsigned:
        case ObjectForm::Signed:
        case ObjectForm::Boolean:
        case ObjectForm::Text:
        case ObjectForm::Raw: break;
    }
    Measurement measurement{type.id, ordinal_after(advertised.measurements, type), 0, {}};
    if (type.bytes == 0) {
        measurement.bytes.assign(bytes.begin(), bytes.end());
    } else {
        measurement.raw = type.form == ObjectForm::Signed ? read_signed(bytes) : read_unsigned(bytes);
    }
    advertised.measurements.push_back(std::move(measurement));
}

// Takes the object at the front of `left` off it. False, and nothing taken, when it is not known or cut off.
bool take_next(Advertised& advertised, base::ByteView& left) {
    const ObjectType* const type = find_object_type(left.front());
    if (type == nullptr) return false;
    std::size_t header = 1;
    std::size_t length = type->bytes;
    if (length == 0) {
        if (left.size() < 2) return false;
        header = 2;
        length = left[1];
    }
    if (left.size() < header + length) return false;
    take_object(advertised, *type, left.subspan(header, length));
    left = left.subspan(header + length);
    return true;
}

base::Result<Message, DecodeError> refuse(const char* why) {
    return base::failure(DecodeError{DecodeFault::WrongShape, why});
}

}  // namespace

DecodeResult decode_advertisement(std::string_view text) {
    base::ByteView left = base::as_bytes(text);
    if (left.size() > kMaxServiceDataBytes) {
        return base::failure(DecodeError{DecodeFault::TooLarge, "advertisement: more bytes than one can have"});
    }
    if (left.empty()) return refuse("advertisement: the device information byte is missing");
    const std::uint8_t information = left.front();
    if (information >> kVersionShift != kVersion) return refuse("advertisement: not version 2 of BTHome");
    if ((information & kEncrypted) != 0) return refuse("advertisement: still encrypted");
    if ((information & kDisputed) != 0) {
        return refuse("advertisement: bit 1 of the device information is set, of which it is not agreed what it means");
    }
    Advertised advertised;
    advertised.trigger_based = (information & kTriggerBased) != 0;
    advertised.unknown_flags = information & kUnknownFlags;
    left = left.subspan(1);
    while (!left.empty() && take_next(advertised, left)) {
    }
    advertised.undecoded.assign(left.begin(), left.end());
    return Message{std::move(advertised)};
}

namespace {

// Objects as they are written, one list for each kind; `write_in_order` makes one of them.
struct Written {
    std::uint8_t id;
    base::Bytes bytes;
};

base::Bytes little_endian(std::uint64_t value, std::size_t size) {
    base::Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
    return bytes;
}

std::vector<Written> written(const std::vector<Measurement>& measurements) {
    std::vector<Written> list;
    for (const Measurement& measurement : measurements) {
        const ObjectType* const type = find_object_type(measurement.object_id);
        if (type == nullptr || !type->is_measurement()) continue;
        base::Bytes bytes;
        if (type->bytes == 0) {
            const std::size_t size = std::min<std::size_t>(measurement.bytes.size(), 255);
            bytes.push_back(static_cast<std::uint8_t>(size));
            bytes.insert(bytes.end(), measurement.bytes.begin(),
                         measurement.bytes.begin() + static_cast<std::ptrdiff_t>(size));
        } else {
            bytes = little_endian(static_cast<std::uint64_t>(measurement.raw), type->bytes);
        }
        list.push_back({type->id, std::move(bytes)});
    }
    return list;
}

std::vector<Written> written(const std::vector<ControlEvent>& events) {
    std::vector<Written> list;
    for (const ControlEvent& event : events) {
        if (event.object_id == object_id::kButton) list.push_back({event.object_id, {event.event}});
        if (event.object_id == object_id::kDimmer) list.push_back({event.object_id, {event.event, event.steps}});
    }
    return list;
}

// What is about the advertisement or the device itself.
std::vector<Written> written_facts(const Advertised& advertised) {
    std::vector<Written> list;
    if (advertised.packet_id) list.push_back({object_id::kPacketId, {*advertised.packet_id}});
    if (advertised.timestamp_s) list.push_back({object_id::kTime, little_endian(*advertised.timestamp_s, 4)});
    if (advertised.device_type) list.push_back({object_id::kDeviceType, little_endian(*advertised.device_type, 2)});
    if (const auto& firmware = advertised.firmware) {
        const std::size_t count = firmware->count == 3 ? 3 : 4;
        base::Bytes bytes(firmware->parts.begin(), firmware->parts.begin() + static_cast<std::ptrdiff_t>(count));
        std::ranges::reverse(bytes);
        list.push_back({count == 3 ? object_id::kVersionOfThree : object_id::kVersionOfFour, std::move(bytes)});
    }
    return list;
}

// Of the lists' heads the lowest id is next, so each list keeps its order, in which ordinals are counted.
void write_in_order(std::array<std::vector<Written>, 3> lists, base::Bytes& out) {
    std::array<std::size_t, 3> at{};
    for (;;) {
        std::optional<std::size_t> next;
        for (std::size_t i = 0; i < lists.size(); ++i) {
            if (at[i] == lists[i].size()) continue;
            if (!next || lists[i][at[i]].id < lists[*next][at[*next]].id) next = i;
        }
        if (!next) return;
        const Written& object = lists[*next][at[*next]++];
        out.push_back(object.id);
        out.insert(out.end(), object.bytes.begin(), object.bytes.end());
    }
}

// The first that was sent of the first of these ids that was.
const Measurement* find_first(const std::vector<Measurement>& measurements, std::initializer_list<std::uint8_t> ids) {
    for (const std::uint8_t id : ids) {
        const auto found = std::ranges::find(measurements, id, &Measurement::object_id);
        if (found != measurements.end()) return &*found;
    }
    return nullptr;
}

// The value of one of these, in units of 10^-places, of which no type among them has more.
std::optional<std::int64_t> scaled(const std::vector<Measurement>& measurements,
                                   std::initializer_list<std::uint8_t> ids, unsigned places) {
    const Measurement* const found = find_first(measurements, ids);
    if (found == nullptr) return std::nullopt;
    const ObjectType& type = *find_object_type(found->object_id);
    std::int64_t value = found->raw * type.numerator;
    for (unsigned i = type.decimals; i < places; ++i) value *= 10;
    return value;
}

// Whether any of them is set; nothing when there is none.
std::optional<bool> any_set(const std::vector<Measurement>& measurements, std::uint8_t id) {
    std::optional<bool> any;
    for (const Measurement& measurement : measurements) {
        if (measurement.object_id == id) any = any.value_or(false) || measurement.raw != 0;
    }
    return any;
}

}  // namespace

base::Bytes encode(const Advertised& advertised) {
    base::Bytes out;
    out.push_back(static_cast<std::uint8_t>(kVersion << kVersionShift |
                                            (advertised.trigger_based ? kTriggerBased : 0U) |
                                            (advertised.unknown_flags & kUnknownFlags)));
    write_in_order({written_facts(advertised), written(advertised.measurements), written(advertised.events)}, out);
    out.insert(out.end(), advertised.undecoded.begin(), advertised.undecoded.end());
    return out;
}

std::optional<Totalizer> Advertised::water() const {
    using namespace object_id;
    const Measurement* const found =
        find_first(measurements, {kWater, kVolumeMillilitres, kVolumeDecilitres, kVolumeMillilitres16});
    if (found == nullptr) return std::nullopt;
    const std::int64_t microlitres = found->object_id == kVolumeDecilitres ? 100'000 : 1'000;
    const std::int64_t range = std::int64_t{1} << (8U * find_object_type(found->object_id)->bytes);
    return Totalizer{{found->raw * microlitres}, {range * microlitres}};
}

std::optional<base::FlowRate> Advertised::flow() const {
    const auto litres_per_hour = scaled(measurements, {object_id::kFlowRate}, 3);
    if (!litres_per_hour) return std::nullopt;
    // A litre per hour is 1,000,000 / 3,600 = 2,500 / 9 microlitres per second.
    return base::FlowRate{(*litres_per_hour * 2'500 + 4) / 9};
}

std::optional<base::Volume> Advertised::volume_storage() const {
    const auto millilitres = scaled(measurements, {object_id::kVolumeStorage}, 3);
    if (!millilitres) return std::nullopt;
    return base::Volume{*millilitres * 1'000};
}

std::optional<bool> Advertised::wet() const {
    return any_set(measurements, object_id::kWet);
}

std::optional<std::int64_t> Advertised::moisture_hundredths() const {
    return scaled(measurements, {object_id::kMoisture, object_id::kMoisturePercent}, 2);
}

std::optional<std::int64_t> Advertised::battery_percent() const {
    return scaled(measurements, {object_id::kBattery}, 0);
}

std::optional<bool> Advertised::battery_low() const {
    return any_set(measurements, object_id::kBatteryLow);
}

std::optional<std::int64_t> Advertised::voltage_millivolts() const {
    return scaled(measurements, {object_id::kVoltageMillivolts, object_id::kVoltageDecivolts}, 3);
}

std::optional<std::int64_t> Advertised::temperature_centidegrees() const {
    using namespace object_id;
    return scaled(measurements, {kTemperature, kTemperatureTenths, kTemperatureCoarse, kTemperatureDegrees}, 2);
}

std::optional<std::int64_t> Advertised::humidity_hundredths() const {
    return scaled(measurements, {object_id::kHumidity, object_id::kHumidityPercent}, 2);
}

}  // namespace millrace::message
