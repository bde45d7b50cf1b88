// One message to the user's broker, and the names of the topics. Pure values.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "base/device_id.h"
#include "publish/settings.h"

namespace millrace::publish {

struct Message {
    std::string topic;
    std::string payload;
    bool retain = false;
    int qos = 0;
    bool each_counts = false;  // a later message of the topic does not stand for this one

    bool operator==(const Message&) const = default;
};

inline constexpr std::string_view kOnline = "online";
inline constexpr std::string_view kOffline = "offline";

// `millrace/availability`: whether the daemon itself is there. The Will stands on it.
[[nodiscard]] inline std::string availability_topic(const Settings& settings) {
    return settings.base_topic + "/availability";
}

// `millrace/cloud_mode`: who is to answer the bridges; and where a command to change it comes.
[[nodiscard]] inline std::string cloud_mode_topic(const Settings& settings) {
    return settings.base_topic + "/cloud_mode";
}
[[nodiscard]] inline std::string command_topic(const std::string& state_topic) {
    return state_topic + "/set";
}

// `millrace/cloud_relay_enabled`: the same as a switch.
[[nodiscard]] inline std::string cloud_relay_topic(const Settings& settings) {
    return settings.base_topic + "/cloud_relay_enabled";
}

// `millrace/restart` has no state; by the command the daemon starts anew.
[[nodiscard]] inline std::string restart_topic(const Settings& settings) {
    return settings.base_topic + "/restart";
}

// `millrace/update`: what runs and the newest release there is, as Home Assistant's update entity reads it.
[[nodiscard]] inline std::string update_topic(const Settings& settings) {
    return settings.base_topic + "/update";
}

// `millrace/mode`, `millrace/irrigation_active`, `millrace/notifications`: what is true of the house.
[[nodiscard]] inline std::string house_topic(const Settings& settings, std::string_view leaf) {
    std::string topic = settings.base_topic;
    return topic.append("/").append(leaf);
}

// `millrace/<uuid>/<leaf>`: one fact about one bridge or sensor.
[[nodiscard]] inline std::string device_topic(const Settings& settings, const base::DeviceId& id,
                                              std::string_view leaf) {
    std::string topic = settings.base_topic;
    topic.append("/").append(id.text()).append("/").append(leaf);
    return topic;
}

// Whether it is one of these devices.
template <typename Devices>
[[nodiscard]] bool has_device(const Devices& devices, const base::DeviceId& id) {
    return std::any_of(devices.begin(), devices.end(), [&id](const auto& device) { return device.id == id; });
}

}  // namespace millrace::publish
