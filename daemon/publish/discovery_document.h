// One discovery document in the making, and what its entities have in common. For the room's .cpp files.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "publish/message.h"
#include "publish/settings.h"

namespace millrace::publish {

using Json = nlohmann::ordered_json;

// `entity_stem` is what the suggested entity ids start with.
class Document {
public:
    Document(const Settings& settings, std::string_view version, std::string id, std::string entity_stem)
        : settings_(settings), id_(std::move(id)), entity_stem_(std::move(entity_stem)) {
        root_["device"] = Json::object();
        root_["origin"] = {{"name", "Millrace"}, {"sw_version", version}};
        root_["components"] = Json::object();
    }

    Json& device() { return root_["device"]; }

    void available_when(const std::vector<std::string>& topics) {
        root_["availability"] = availability(topics);
        root_["availability_mode"] = "all";
    }

    // States arrive at QoS 1 where they are sent so.
    void subscribe_at_qos_1() { root_["qos"] = 1; }

    static Json availability(const std::vector<std::string>& topics) {
        Json list = Json::array();
        for (const std::string& topic : topics) list.push_back({{"topic", topic}});
        return list;
    }

    // A button has no state topic.
    Json& add(std::string_view key, std::string_view platform, std::string_view name, std::string_view state_topic) {
        Json component;
        component["platform"] = platform;
        component["name"] = name;
        component["unique_id"] = id_ + "_" + std::string(key);
        component["default_entity_id"] = std::string(platform) + "." + entity_stem_ + "_" + std::string(key);
        if (!state_topic.empty()) component["state_topic"] = state_topic;
        return root_["components"][std::string(key)] = std::move(component);
    }

    Message finish() {
        for (const std::string& key : settings_.without) root_["components"].erase(key);
        return {settings_.discovery_prefix + "/device/" + id_ + "/config",
                root_.dump(-1, ' ', false, Json::error_handler_t::replace), true, 1};
    }

private:
    const Settings& settings_;
    std::string id_;
    std::string entity_stem_;
    Json root_;
};

inline void diagnostic(Json& component, bool enabled = true) {
    component["entity_category"] = "diagnostic";
    if (!enabled) component["enabled_by_default"] = false;
}

inline void binary(Json& component, std::string_view device_class, std::string_view on = "ON",
                   std::string_view off = "OFF") {
    component["device_class"] = device_class;
    component["payload_on"] = on;
    component["payload_off"] = off;
}

inline void measurement(Json& component, std::string_view device_class, std::string_view unit) {
    component["device_class"] = device_class;
    component["state_class"] = "measurement";
    component["unit_of_measurement"] = unit;
}

inline Json device(std::string_view id, std::string_view name, std::string_view manufacturer, std::string_view model) {
    return {{"identifiers", Json::array({id})}, {"name", name}, {"manufacturer", manufacturer}, {"model", model}};
}

}  // namespace millrace::publish
