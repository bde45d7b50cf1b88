// What the cloud would answer, for the stand-in.
//
// Pure: what is known of the devices and the time goes in, messages come out, unsealed. It never sends a command and
// never changes a setting: it repeats the settings the cloud was last seen to send to this device, or leaves them out.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/device_id.h"
#include "base/time.h"
#include "message/boot_response.h"
#include "message/heartbeat.h"

namespace millrace::cloud {

// What the last boot response seen from the cloud said about a device, kept so that it can be said again.
struct Memory {
    std::string settings;                       // JSON object text, or empty
    std::vector<std::string> sensors;           // of a bridge
    std::vector<message::KnownDevice> devices;  // of a bridge
};

// Code and message of every good answer seen.
inline constexpr std::int64_t kRequestOk = 602;

// `sensors` are those known to belong to the bridge; they are added to what the memory lists.
[[nodiscard]] message::BootResponse answer_bridge_boot(const Memory& memory, const std::vector<base::DeviceId>& sensors,
                                                       base::WallTime now);

struct SensorTotal {
    std::uint32_t peaks = 0;  // the last known running total, or 0 to start afresh
    std::optional<base::WallTime> last_sample;
};

[[nodiscard]] message::BootResponse answer_sensor_boot(const Memory& memory, const SensorTotal& total,
                                                       base::WallTime now);

// Merges a boot response seen from the cloud into what is remembered.
void remember(Memory& memory, const message::BootResponse& response);

// The heartbeats of one connection: the first one interval after it begins, then every interval. The bridge restarts
// after about 30 minutes without; the cloud was seen to send one every ten.
class Heartbeats {
public:
    static constexpr base::Seconds kInterval{5 * 60};

    explicit Heartbeats(base::SteadyTime connected) : next_(connected + kInterval) {}

    [[nodiscard]] base::SteadyTime due() const { return next_; }

    // `random_id` is 16 fresh random bytes. Moves the due time on from now, so a late call does not cause a burst.
    [[nodiscard]] message::Heartbeat make(std::span<const std::uint8_t, 16> random_id, base::WallTime wall_now,
                                          base::SteadyTime now);

private:
    base::SteadyTime next_;
    std::int64_t sequence_ = 0;
};

}  // namespace millrace::cloud
