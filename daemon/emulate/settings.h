// What `millrace simulate` is told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/device_id.h"
#include "base/result.h"
#include "base/time.h"
#include "mqtt/packet.h"
#include "payload/secret_key.h"

namespace millrace::emulate {

inline constexpr std::size_t kMaxBridges = 20'000;  // one socket each, and so many a process may have

struct Settings {
    std::string host = "127.0.0.1";
    std::uint16_t port = 1883;

    std::size_t bridges = 1;
    base::DeviceId bridge = *base::DeviceId::parse("61F6F57900000001");  // the first one's; the others count up from it
    base::DeviceId sensor = *base::DeviceId::parse("61DA80B500000001");
    std::optional<payload::SecretKey> key;  // the same for all of them; without one everything is plain
    std::string password = "emulated";
    mqtt::Qos sample_qos = mqtt::Qos::AtLeastOnce;  // 0 or 1

    // How many times as fast as real time the devices' clock runs, until it has caught up with real time.
    double speed = 1;
    // The devices' time at the start. Unset: now at speed 1, a day ago at higher speed.
    std::optional<base::WallTime> start;
    // Of the devices' time, counted from the start. Unset: until the water ends or a signal comes.
    std::optional<base::Seconds> duration;

    // A trace CSV instead of a household; its first row is moved to the start.
    std::string trace_file;
    // Leave the trace's own times as they are, and start at its first row unless `start` is given.
    bool keep_trace_times = false;
    double ml_per_peak = 32.9;
    std::uint64_t seed = 1;  // of the households, each its own
    base::Seconds utc_offset{0};

    // `sensor,timestamp,value` for each sample as soon as it is acknowledged; appended to.
    std::string ledger_file;
    // Break each connection this often, in the middle of whatever is going on. 0: never.
    base::Seconds drop_line_every{0};
};

// What is wrong with the settings, in one sentence; nothing when they are good.
[[nodiscard]] std::optional<base::Error> check(const Settings& settings);

// The name of the bridge or sensor with this number, counted from 0: the last eight digits count up.
[[nodiscard]] base::DeviceId numbered(const base::DeviceId& first, std::size_t number);

}  // namespace millrace::emulate
