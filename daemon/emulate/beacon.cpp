#include "emulate/beacon.h"

#include <utility>

#include "message/bthome_objects.h"
#include "payload/advertisement_cipher.h"

namespace millrace::emulate {
namespace {

namespace id = message::object_id;
using base::Milliseconds;
using message::Advertised;

constexpr std::int64_t kMicrolitresPerMillilitre = 1'000;
constexpr std::int64_t kMillisecondsPerSecond = 1'000;
// A thousandth of a cubic metre an hour, BTHome's step of a flow, is this many microlitres in an hour.
constexpr std::int64_t kMicrolitresPerHour = 1'000'000;
constexpr std::int64_t kSecondsPerHour = 3'600;
constexpr std::int64_t kRoomTemperature = 2'150;  // hundredths of a degree Celsius

void add(Advertised& advertised, std::uint8_t object, std::int64_t raw) {
    message::Measurement measurement;
    measurement.object_id = object;
    measurement.raw = raw;
    advertised.measurements.push_back(std::move(measurement));
}

bool wet_at(const PuckSettings& puck, Milliseconds since) {
    if (!puck.wet_after || since < *puck.wet_after) return false;
    return !puck.dry_after || since < *puck.wet_after + *puck.dry_after;
}

Advertised said_by(const PuckSettings& puck, Milliseconds since) {
    Advertised said;
    add(said, id::kBattery, puck.battery_percent);
    add(said, id::kTemperature, kRoomTemperature);
    add(said, id::kWet, wet_at(puck, since) ? 1 : 0);
    return said;
}

Advertised said_by(const MeterSettings& meter, Milliseconds since) {
    const std::int64_t total =
        meter.total.microlitres + meter.flow.microlitres_per_second * since.count() / kMillisecondsPerSecond;
    Advertised said;
    add(said, id::kBattery, meter.battery_percent);
    add(said, id::kFlowRate, meter.flow.microlitres_per_second * kSecondsPerHour / kMicrolitresPerHour);
    add(said, id::kWater, total / kMicrolitresPerMillilitre);
    return said;
}

}  // namespace

Beacon::Beacon(std::variant<PuckSettings, MeterSettings> device, std::optional<Seal> seal)
    : device_(device), seal_(std::move(seal)) {}

Advertised Beacon::values(Milliseconds since_start) const {
    return std::visit([since_start](const auto& device) { return said_by(device, since_start); }, device_);
}

base::Bytes Beacon::say(Milliseconds since_start) {
    Advertised now = values(since_start);
    if (said_ && *said_ != now) ++packet_id_;
    said_ = now;
    now.packet_id = packet_id_;
    const base::Bytes plain = message::encode(now);
    if (!seal_) return plain;
    // It has objects and is short, so it can be sealed.
    return payload::seal_advertisement(plain, seal_->address, seal_->key, seal_->counter++).value_or(base::Bytes{});
}

std::optional<Milliseconds> Beacon::next_change(Milliseconds since_start) const {
    const auto* puck = std::get_if<PuckSettings>(&device_);
    if (puck == nullptr || !puck->wet_after) return std::nullopt;
    if (since_start < *puck->wet_after) return puck->wet_after;
    if (!puck->dry_after) return std::nullopt;
    const Milliseconds dry = *puck->wet_after + *puck->dry_after;
    return since_start < dry ? std::optional(dry) : std::nullopt;
}

}  // namespace millrace::emulate
