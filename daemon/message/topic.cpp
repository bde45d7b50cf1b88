#include "message/topic.h"

#include <algorithm>
#include <charconv>
#include <span>

namespace millrace::message {
namespace {

constexpr std::size_t kMaxTopicBytes = 512;  // the bridge's own limit is 176
constexpr std::string_view kUpstreamVersion = "2";
constexpr std::string_view kDownstreamRoot = "responses";
constexpr std::string_view kAdvertisementRoot = "bthome";

using Elements = std::vector<std::string_view>;

Elements split(std::string_view topic) {
    Elements elements;
    for (;;) {
        const std::size_t slash = topic.find('/');
        elements.push_back(topic.substr(0, slash));
        if (slash == std::string_view::npos) return elements;
        topic.remove_prefix(slash + 1);
    }
}

std::optional<std::uint32_t> number(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

Kind upstream_kind(std::uint32_t type) {
    switch (type) {
        case upstream::kSamples: return Kind::Samples;
        case upstream::kStates: return Kind::States;
        case upstream::kLogs: return Kind::Logs;
        case upstream::kEvents: return Kind::Events;
        case upstream::kHeartbeatEcho: return Kind::HeartbeatEcho;
        case upstream::kBoot: return Kind::Boot;
        case upstream::kKeyExchange: return Kind::KeyExchange;
        default: return Kind::Unknown;
    }
}

Kind downstream_kind(std::uint32_t type) {
    switch (type) {
        case downstream::kBootResponse: return Kind::BootResponse;
        case downstream::kHeartbeat: return Kind::Heartbeat;
        case downstream::kError: return Kind::Error;
        case downstream::kKeyExchangeReply: return Kind::KeyExchange;
        default: return Kind::Unknown;
    }
}

// What every usual topic tells, in one order or another.
struct Head {
    std::uint32_t type;
    std::uint32_t flags;
    base::DeviceId device;
};

std::optional<Head> head(std::string_view type, std::string_view flags, std::string_view device) {
    const auto type_number = number(type);
    const auto flags_number = number(flags);
    const auto id = base::DeviceId::parse(device);
    if (!type_number || !flags_number || !id) return std::nullopt;
    return Head{*type_number, *flags_number, *id};
}

void fill(Topic& topic, const Head& from, Kind kind, std::span<const std::string_view> rest) {
    topic.kind = kind;
    topic.type = from.type;
    topic.flags = from.flags;
    topic.device = from.device;
    topic.rest.assign(rest.begin(), rest.end());
}

// `…/orient/<x>` and `…/fxos/raw/<x>`, alone or behind anything.
bool parse_special_form(const Elements& elements, Topic& topic) {
    const std::size_t count = elements.size();
    std::size_t form = count;  // where the form's name stands
    if (count >= 2 && elements[count - 2] == "orient") {
        form = count - 2;
        topic.kind = Kind::Calibration;
    } else if (count >= 3 && elements[count - 3] == "fxos" && elements[count - 2] == "raw") {
        form = count - 3;
    } else {
        return false;
    }
    topic.device = base::DeviceId::parse(elements.back());
    topic.rest.assign(elements.begin() + static_cast<std::ptrdiff_t>(form), elements.end());
    if (form >= 4 && elements[0] == kUpstreamVersion) {
        if (const auto usual = head(elements[1], elements[2], elements[3])) {
            topic.flags = usual->flags;
            topic.device = usual->device;
        }
    }
    return true;
}

// We make these ourselves, so all but the one form is foreign.
void parse_advertisement(std::span<const std::string_view> elements, Topic& topic) {
    if (elements.size() != 4) return;
    const auto role = role_named(elements[1]);
    const auto flags = number(elements[2]);
    const auto id = base::DeviceId::parse(elements[3]);
    const auto address = id ? base::BluetoothAddress::of(*id) : std::nullopt;
    if (!role || (flags != kFlagsPlain && flags != kFlagsSealed) || !address) return;
    topic.kind = Kind::Advertisement;
    topic.flags = *flags;
    topic.device = address->device_id();
    topic.role = role;
}

}  // namespace

std::string_view name(Kind kind) {
    switch (kind) {
        case Kind::Boot: return "boot";
        case Kind::Samples: return "samples";
        case Kind::States: return "states";
        case Kind::Logs: return "logs";
        case Kind::Events: return "events";
        case Kind::Heartbeat: return "heartbeat";
        case Kind::HeartbeatEcho: return "heartbeat_echo";
        case Kind::BootResponse: return "boot_response";
        case Kind::Error: return "error";
        case Kind::KeyExchange: return "key_exchange";
        case Kind::Calibration: return "calibration";
        case Kind::Advertisement: return "advertisement";
        case Kind::Unknown: return "unknown";
    }
    return "unknown";
}

std::string_view name(Role role) {
    switch (role) {
        case Role::Meter: return "meter";
        case Role::Puck: return "puck";
    }
    return "unknown";
}

std::optional<Role> role_named(std::string_view name_of_role) {
    for (const Role role : {Role::Meter, Role::Puck}) {
        if (name(role) == name_of_role) return role;
    }
    return std::nullopt;
}

Topic parse_topic(std::string_view text) {
    Topic topic;
    if (text.starts_with("responses/")) topic.direction = Direction::ToBridge;
    if (text.size() > kMaxTopicBytes) return topic;
    const Elements elements = split(text);
    const std::span<const std::string_view> all(elements);
    if (topic.direction == Direction::ToBridge) {
        if (all.size() < 4 || all.size() > 6) return topic;
        if (const auto from = head(all[2], all[3], all[1]))
            fill(topic, *from, downstream_kind(from->type), all.subspan(4));
        return topic;
    }
    if (all[0] == kAdvertisementRoot) {
        parse_advertisement(all, topic);
        return topic;
    }
    if (parse_special_form(elements, topic)) return topic;
    if (all.size() < 5 || all[0] != kUpstreamVersion) return topic;
    if (const auto from = head(all[1], all[2], all[3])) fill(topic, *from, upstream_kind(from->type), all.subspan(4));
    return topic;
}

std::string upstream_topic(std::uint32_t type, std::uint32_t flags, const base::DeviceId& device,
                           std::int64_t unix_time_s) {
    std::string topic(kUpstreamVersion);
    topic += '/' + std::to_string(type) + '/' + std::to_string(flags) + '/';
    topic += device.text();
    return topic += '/' + std::to_string(unix_time_s);
}

std::string downstream_topic(const base::DeviceId& device, std::uint32_t type, std::uint32_t flags) {
    std::string topic(kDownstreamRoot);
    topic += '/';
    topic += device.text();
    return topic += '/' + std::to_string(type) + '/' + std::to_string(flags);
}

std::string advertisement_topic(Role role, bool sealed, const base::BluetoothAddress& address) {
    std::string topic(kAdvertisementRoot);
    topic += '/';
    topic += name(role);
    topic += '/' + std::to_string(sealed ? kFlagsSealed : kFlagsPlain) + '/';
    return topic += address.device_id().text();
}

}  // namespace millrace::message
