// Frames as a bridge and its cloud send them, for the hub's tests.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/device_id.h"
#include "payload/secret_key.h"
#include "payload/secretbox.h"
#include "ports/frame.h"

namespace millrace::hub {

inline const base::DeviceId kBridge = *base::DeviceId::parse("61F6F57900000001");
inline const base::DeviceId kSensor = *base::DeviceId::parse("61DA80B500000001");
inline constexpr std::int64_t kStart = 1'733'208'800;

inline payload::SecretKey made_up_key(std::uint8_t fill = 7) {
    return *payload::SecretKey::from_bytes(base::Bytes(payload::SecretKey::kBytes, fill));
}

inline ports::Frame upstream(int type, const base::DeviceId& device, const std::string& text,
                             std::int64_t at = kStart) {
    ports::Frame frame;
    frame.received = base::from_unix_s(at);
    frame.bridge = kBridge;
    frame.topic = "2/" + std::to_string(type) + "/2/" + device.str() + "/" + std::to_string(at);
    frame.payload = base::to_bytes(text);
    return frame;
}

inline ports::Frame downstream(int type, const base::DeviceId& device, const std::string& text,
                               std::int64_t at = kStart) {
    ports::Frame frame = upstream(type, device, text, at);
    frame.direction = base::Direction::ToBridge;
    frame.door = ports::Door::Relay;
    frame.topic = "responses/" + device.str() + "/" + std::to_string(type) + "/2";
    return frame;
}

// The same frame as a bridge with a key would send it.
inline ports::Frame sealed(ports::Frame frame, const payload::SecretKey& key) {
    const std::size_t flags =
        frame.direction == base::Direction::ToCloud ? frame.topic.find("/2/", 2) : frame.topic.rfind("/2");
    frame.topic.replace(flags, 2, "/12");
    const base::Bytes iv(payload::kIvBytes, 9);
    frame.payload = payload::seal(frame.payload, key, std::span<const std::uint8_t, payload::kIvBytes>(iv));
    return frame;
}

inline const std::string kBridgeBoot = R"({"bridge_id":null,"branch":"squidward","sha_full":"aa"})";
inline const std::string kSensorBoot = R"({"bridge_id":"61F6F57900000001","sha_full":"bb"})";
inline const std::string kSensorAnswer =
    R"({"code":602,"message":"Request OK","timestamp":1733208836,"sensors":[],"peaks":1000,"settings":{"1":16383}})";

}  // namespace millrace::hub
