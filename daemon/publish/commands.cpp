#include "publish/commands.h"

#include "publish/alarm_entities.h"
#include "publish/message.h"

namespace millrace::publish {
namespace {

constexpr std::string_view kButtons[] = {kAcknowledge, kSnooze, kTestAlert};

std::optional<bool> on_or_off(std::string_view payload) {
    if (payload == "ON") return true;
    if (payload == "OFF") return false;
    return std::nullopt;
}

template <typename Wanted, typename Value>
std::optional<Command> command_of(const std::optional<Value>& value) {
    return value ? std::optional<Command>(Wanted{*value}) : std::nullopt;
}

// `<uuid>/<button>/set`
std::optional<Command> pressed(std::string_view rest, std::string_view payload) {
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos || payload != kPress) return std::nullopt;
    const auto device = base::DeviceId::parse(rest.substr(0, slash));
    if (!device) return std::nullopt;
    const std::string_view button = rest.substr(slash + 1);
    if (button == command_topic(std::string(kAcknowledge))) return AcknowledgeAlarms{*device};
    if (button == command_topic(std::string(kSnooze))) return SnoozeAlarms{*device};
    if (button == command_topic(std::string(kTestAlert))) return TestAlert{*device};
    return std::nullopt;
}

}  // namespace

std::vector<std::string> command_filters(const Settings& settings) {
    std::vector<std::string> filters{command_topic(cloud_mode_topic(settings)),
                                     command_topic(cloud_relay_topic(settings)),
                                     command_topic(restart_topic(settings))};
    for (const RuleLimit& limit : rule_limits()) filters.push_back(command_topic(house_topic(settings, limit.key)));
    for (const std::string_view leaf : {kMode, kIrrigation, kNotifications}) {
        filters.push_back(command_topic(house_topic(settings, leaf)));
    }
    for (const std::string_view button : kButtons) {
        filters.push_back(command_topic(house_topic(settings, "+/" + std::string(button))));
    }
    return filters;
}

bool is_command_topic(const Settings& settings, std::string_view topic) {
    return topic.starts_with(settings.base_topic + "/") && topic.ends_with(command_topic(""));
}

std::optional<Command> parse_command(const Settings& settings, std::string_view topic, std::string_view payload) {
    const std::string above = settings.base_topic + "/";
    if (!topic.starts_with(above)) return std::nullopt;
    if (topic == command_topic(cloud_mode_topic(settings))) {
        return command_of<SetCloudMode>(ports::cloud_mode_of(payload));
    }
    if (topic == command_topic(cloud_relay_topic(settings))) return command_of<SetCloudRelay>(on_or_off(payload));
    for (const RuleLimit& limit : rule_limits()) {
        if (topic != command_topic(house_topic(settings, limit.key))) continue;
        const auto wanted = parse_limit(limit, payload, settings.unit);
        return wanted ? std::optional<Command>(SetRuleLimit{&limit, wanted->value}) : std::nullopt;
    }
    if (topic == command_topic(restart_topic(settings))) {
        return payload == kPress ? std::optional<Command>(RestartDaemon{}) : std::nullopt;
    }
    if (topic == command_topic(house_topic(settings, kMode))) {
        if (payload == kBySchedule) return SetMode{};
        return command_of<SetMode>(detect::mode_by_name(payload));
    }
    if (topic == command_topic(house_topic(settings, kIrrigation))) {
        return command_of<SetIrrigation>(on_or_off(payload));
    }
    if (topic == command_topic(house_topic(settings, kNotifications))) {
        return command_of<SetNotifications>(on_or_off(payload));
    }
    return pressed(topic.substr(above.size()), payload);
}

}  // namespace millrace::publish
