#include "publish/leftovers.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/bluetooth_address.h"

namespace millrace::publish {
namespace {

using Json = nlohmann::ordered_json;

// `text` without what it begins and ends with, if it does.
std::optional<std::string_view> between(std::string_view text, std::string_view head, std::string_view tail) {
    if (text.size() < head.size() + tail.size() || !text.starts_with(head) || !text.ends_with(tail)) {
        return std::nullopt;
    }
    return text.substr(head.size(), text.size() - head.size() - tail.size());
}

std::string text_at(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json object_at(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_object() ? *found : Json::object();
}

}  // namespace

namespace {

// What is present, and one of each kind of Bluetooth device that has said everything: the owner may have sent the last
// of its kind away, and what is retained of it is looked for all the same.
DeviceIdentities with_every_kind(DeviceIdentities devices) {
    const DeviceIdentities::Advertised everything{"", "", true, true, true, true, true, true, true};
    devices.sensors.push_back({base::BluetoothAddress().device_id(), std::nullopt, std::nullopt, everything});
    devices.pucks.push_back({base::BluetoothAddress().device_id(), everything, true, true});
    return devices;
}

}  // namespace

Leftovers::Leftovers(const Settings& settings) : settings_(settings), hub_(hub_identifier(settings)) {}

std::vector<std::string> Leftovers::filters(const DeviceIdentities& present) const {
    Settings all = settings_;
    all.without.clear();
    std::set<std::string> leaves{"availability"};
    for (const Message& document : discovery_documents(all, with_every_kind(present), "")) {
        const Json components = object_at(Json::parse(document.payload, nullptr, false), "components");
        for (const auto& [key, component] : components.items()) {
            for (const char* topic : {"state_topic", "json_attributes_topic"}) {
                const std::string text = text_at(component, topic);
                const auto rest = between(text, settings_.base_topic + "/", "");
                const std::size_t slash = rest ? rest->find('/') : std::string_view::npos;
                if (slash != std::string_view::npos) leaves.emplace(rest->substr(slash + 1));
            }
        }
    }
    std::vector<std::string> filters;
    for (const std::string& leaf : leaves) filters.push_back(settings_.base_topic + "/+/" + leaf);
    if (settings_.discovery) filters.push_back(settings_.discovery_prefix + "/device/+/config");
    return filters;
}

bool Leftovers::is_ours(const std::string& id, const std::string& payload, Components& components) const {
    const Json root = Json::parse(payload, nullptr, false);
    if (!root.is_object() || text_at(object_at(root, "origin"), "name") != "Millrace") return false;
    if (object_at(root, "device").value("identifiers", Json()) != Json::array({id})) return false;
    const std::string said = root.contains("availability") ? root["availability"].dump() : root.dump();
    if (said.find('"' + availability_topic(settings_) + '"') == std::string::npos) return false;
    const Json all = object_at(root, "components");
    for (const auto& [key, component] : all.items()) {
        if (!component.is_object()) return false;
        const std::string unique_id = text_at(component, "unique_id");
        // A marker has none.
        if (component.contains("unique_id") && unique_id != id + "_" + key) return false;
        if (!unique_id.empty()) components[key] = text_at(component, "platform");
    }
    return true;
}

void Leftovers::note(const std::string& topic, const std::string& payload) {
    if (payload.empty() || noted_ >= kMaxTopics) return;
    if (const auto id = between(topic, settings_.discovery_prefix + "/device/", "/config")) {
        const auto uuid = between(*id, hub_ + "_", "");
        const auto device = uuid ? base::DeviceId::parse(*uuid) : std::nullopt;
        Components components;
        if ((*id != hub_ && !device) || payload.size() > kMaxDocumentBytes) return;
        if (!is_ours(std::string(*id), payload, components)) return;
        ++noted_;
        documents_[topic] = std::move(components);
        if (device) topics_[*device].insert(topic);
        return;
    }
    const auto rest = between(topic, settings_.base_topic + "/", "");
    if (!rest) return;
    const std::size_t slash = rest->find('/');
    if (slash == std::string_view::npos || rest->find('/', slash + 1) != std::string_view::npos) return;
    const auto device = base::DeviceId::parse(rest->substr(0, slash));
    if (!device) return;
    ++noted_;
    topics_[*device].insert(topic);
}

std::vector<Message> Leftovers::with_markers(std::vector<Message> documents) const {
    for (Message& document : documents) {
        const auto known = documents_.find(document.topic);
        if (known == documents_.end()) continue;
        Json root = Json::parse(document.payload, nullptr, false);
        bool changed = false;
        for (const auto& [key, platform] : known->second) {
            if (root["components"].contains(key)) continue;
            root["components"][key] = {{"platform", platform}};
            changed = true;
        }
        if (changed) document.payload = root.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    return documents;
}

std::vector<Message> Leftovers::take_stale(const DeviceIdentities& present) {
    const auto noted = std::exchange(topics_, {});
    std::vector<Message> messages;
    const bool any_by_bridge = std::any_of(present.sensors.begin(), present.sensors.end(),
                                           [](const DeviceIdentities::Sensor& sensor) { return !sensor.says; });
    const bool any = !present.sensors.empty() || !present.pucks.empty();
    std::set<base::DeviceId> known;
    for (const auto& bridge : present.bridges) known.insert(bridge.id);
    for (const auto& sensor : present.sensors) known.insert(sensor.id);
    for (const auto& puck : present.pucks) known.insert(puck.id);
    for (const auto& [device, topics] : noted) {
        const bool enough_known = base::BluetoothAddress::of(device) ? any : any_by_bridge;
        if (known.contains(device) || !enough_known) continue;
        for (const std::string& topic : topics) {
            messages.push_back({topic, "", true, 1});
            documents_.erase(topic);
        }
    }
    return messages;
}

void Leftovers::forget() {
    documents_.clear();
    topics_.clear();
    noted_ = 0;
}

}  // namespace millrace::publish
