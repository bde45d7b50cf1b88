#include "hub/neighbours.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "message/bthome.h"
#include "message/bthome_objects.h"
#include "message/message.h"
#include "payload/advertisement_cipher.h"

namespace millrace::hub {
namespace {

using base::WallTime;

constexpr std::size_t kMaxNameBytes = 32;
constexpr std::size_t kMaxValueBytes = 64;

bool is_encrypted(const base::Bytes& service_data) {
    return !service_data.empty() && (service_data.front() & payload::kEncryptedBit) != 0;
}

// Fit to be shown: bounded, and without control characters.
std::string shown(std::string_view text, std::size_t most) {
    std::string clean(text.substr(0, most));
    std::replace_if(
        clean.begin(), clean.end(), [](unsigned char c) { return c < 0x20; }, '?');
    return clean;
}

ports::HeardValue value_of(const message::Measurement& measurement) {
    const message::ObjectType& type = *message::find_object_type(measurement.object_id);
    ports::HeardValue value{std::string(type.name), "", std::string(type.unit)};
    if (measurement.ordinal > 1) value.name += " " + std::to_string(measurement.ordinal);
    switch (type.form) {
        case message::ObjectForm::Boolean: value.value = measurement.raw != 0 ? "yes" : "no"; break;
        case message::ObjectForm::Text: value.value = shown(base::as_text(measurement.bytes), kMaxValueBytes); break;
        case message::ObjectForm::Raw: value.value = base::to_hex(measurement.bytes).substr(0, kMaxValueBytes); break;
        default: value.value = message::decimal(type, measurement.raw); break;
    }
    return value;
}

std::optional<message::Advertised> decoded_from(const base::Bytes& plain) {
    message::Topic topic;
    topic.kind = message::Kind::Advertisement;
    topic.flags = message::kFlagsPlain;
    auto decoded = message::decode(topic, plain);
    if (!decoded || !std::holds_alternative<message::Advertised>(*decoded)) return std::nullopt;
    return std::get<message::Advertised>(std::move(*decoded));
}

// New values take the place of those of the same name, because a device may tell one thing at a time.
void merge(std::vector<ports::HeardValue>& values, ports::HeardValue value) {
    constexpr std::size_t kMaxValues = 32;
    const auto known = std::find_if(values.begin(), values.end(),
                                    [&value](const ports::HeardValue& each) { return each.name == value.name; });
    if (known != values.end()) {
        *known = std::move(value);
    } else if (values.size() < kMaxValues) {
        values.push_back(std::move(value));
    }
}

}  // namespace

void Neighbours::set_adopted(const std::vector<ports::AdoptedDevice>& adopted) {
    adopted_.clear();
    for (const ports::AdoptedDevice& device : adopted) adopted_[device.address] = device.role;
    // What was said before belongs to nobody; the next word is a new one.
    for (auto& [address, neighbour] : neighbours_) {
        neighbour.told = {};
        neighbour.repeated.reset();
    }
}

Neighbours::Neighbour& Neighbours::neighbour(const ports::Advertisement& advertisement) {
    const auto known = neighbours_.find(advertisement.address);
    if (known != neighbours_.end()) return known->second;
    if (neighbours_.size() >= kMaxHeard) {
        // A device of the house stays; of the others the one goes that was heard longest ago.
        auto oldest = neighbours_.end();
        for (auto each = neighbours_.begin(); each != neighbours_.end(); ++each) {
            if (adopted_.contains(each->first)) continue;
            if (oldest == neighbours_.end() || each->second.heard.last_heard < oldest->second.heard.last_heard) {
                oldest = each;
            }
        }
        if (oldest != neighbours_.end()) neighbours_.erase(oldest);
    }
    Neighbour& made = neighbours_[advertisement.address];
    made.heard.address = advertisement.address;
    made.heard.first_heard = advertisement.at;
    made.refilled = advertisement.at;
    return made;
}

void Neighbours::on_advertisement(const ports::Advertisement& advertisement) {
    const auto adopted = adopted_.find(advertisement.address);
    Neighbour& here = neighbour(advertisement);
    ports::HeardDevice& heard = here.heard;
    const base::Milliseconds since_last = advertisement.at - heard.last_heard;
    ++heard.advertisements;
    heard.last_heard = advertisement.at;
    heard.adapter = advertisement.adapter;
    if (!advertisement.name.empty()) heard.name = shown(advertisement.name, kMaxNameBytes);
    if (advertisement.rssi_dbm) heard.rssi_dbm = advertisement.rssi_dbm;
    heard.encrypted = is_encrypted(advertisement.service_data);
    if (adopted == adopted_.end()) return read(heard, advertisement);

    if (heard.rssi_dbm) hub_.note_signal(advertisement.address.device_id(), *heard.rssi_dbm);
    Told said{advertisement.service_data, advertisement.at};
    if (told_already(here, advertisement, since_last)) {
        here.repeated = std::move(said);
        return;
    }
    if (!may_tell(here, advertisement.at)) {
        ++dropped_;
        return;
    }
    const auto repeated = std::exchange(here.repeated, std::nullopt);
    if (repeated && adopted->second == ports::BluetoothRole::Meter) {
        tell(advertisement.address, adopted->second, *repeated);
    }
    tell(advertisement.address, adopted->second, said);
    here.told.at(here.next) = std::move(said);
    here.next = (here.next + 1) % here.told.size();
    read(heard, advertisement);
}

bool Neighbours::told_already(const Neighbour& neighbour, const ports::Advertisement& advertisement,
                              base::Milliseconds since_last) {
    const auto told = std::find_if(neighbour.told.begin(), neighbour.told.end(), [&advertisement](const Told& each) {
        return !each.service_data.empty() && each.service_data == advertisement.service_data;
    });
    if (told == neighbour.told.end()) return false;
    const base::Milliseconds ago = advertisement.at - told->at;
    if (ago < base::Milliseconds{0} || ago >= kToldAgain) return false;
    if (since_last < kRepeatsWithin || is_encrypted(advertisement.service_data)) return true;
    const auto decoded = decoded_from(advertisement.service_data);
    return !decoded || decoded->packet_id || decoded->events.empty();
}

bool Neighbours::may_tell(Neighbour& neighbour, WallTime now) {
    const std::int64_t earned = std::chrono::duration_cast<base::Seconds>(now - neighbour.refilled).count();
    if (earned != 0) {
        // A clock that was put back begins anew.
        neighbour.frames_left = static_cast<int>(
            std::min<std::int64_t>(kFramesAtOnce, neighbour.frames_left + std::max<std::int64_t>(earned, 0)));
        neighbour.refilled = now;
    }
    if (neighbour.frames_left == 0) return false;
    --neighbour.frames_left;
    return true;
}

void Neighbours::tell(const base::BluetoothAddress& address, ports::BluetoothRole role, const Told& told) {
    ports::Frame frame;
    frame.received = told.at;
    frame.door = ports::Door::Bluetooth;
    frame.topic = message::advertisement_topic(role_of(role), is_encrypted(told.service_data), address);
    frame.payload = told.service_data;
    hub_.on_frame(0, std::move(frame), 0);
}

void Neighbours::read(ports::HeardDevice& heard, const ports::Advertisement& advertisement) const {
    base::Bytes plain = advertisement.service_data;
    AdvertisedFault fault = AdvertisedFault::None;
    if (heard.encrypted) {
        const payload::BindKey* key = hub_.pipeline().keys().bind_key(heard.address.device_id());
        auto opened = key == nullptr ? std::nullopt
                                     : payload::open_advertisement(advertisement.service_data, heard.address, *key);
        if (!opened) fault = key == nullptr ? AdvertisedFault::NoKey : AdvertisedFault::WrongKey;
        plain = opened ? std::move(opened->plain) : base::Bytes{};
    }
    // Of a device of the house the hub knows more: what is not believed is not shown either.
    if (adopted_.contains(heard.address)) {
        const auto& devices = hub_.pipeline().house().devices;
        const auto known = devices.find(heard.address.device_id());
        if (known != devices.end()) fault = known->second.fault;
    }
    const auto decoded = decoded_from(plain);
    if (fault == AdvertisedFault::None && !decoded) fault = AdvertisedFault::Malformed;
    heard.problem = problem_of(fault);
    if (fault != AdvertisedFault::None) return;
    heard.trigger_based = decoded->trigger_based;
    for (const message::Measurement& measurement : decoded->measurements) merge(heard.values, value_of(measurement));
    for (const message::ControlEvent& event : decoded->events) {
        if (event.event == 0) continue;
        const message::ObjectType& type = *message::find_object_type(event.object_id);
        std::string name(type.name);
        if (event.ordinal > 1) name += " " + std::to_string(event.ordinal);
        merge(heard.values, {std::move(name), std::string(message::name_of_event(event)), ""});
    }
}

std::vector<ports::HeardDevice> Neighbours::heard() const {
    std::vector<ports::HeardDevice> devices;
    const WallTime now = clock_.wall_now();
    for (const auto& [address, neighbour] : neighbours_) {
        if (now - neighbour.heard.last_heard < kListedFor) devices.push_back(neighbour.heard);
    }
    return devices;
}

void Neighbours::metrics(std::vector<ports::Metric>& metrics) const {
    if (adopted_.empty()) return;
    metrics.push_back({"millrace_bluetooth_advertisements_dropped_total",
                       "Advertisements of devices of the house that came faster than such a device would send them.",
                       ports::MetricType::Counter,
                       {},
                       static_cast<double>(dropped_)});
}

}  // namespace millrace::hub
