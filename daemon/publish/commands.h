// What may be asked for over MQTT, read from topics and payloads. Pure.
//
// Everything a stranger on the broker could say is checked here: a command is one of these or it is nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/device_id.h"
#include "detect/settings.h"
#include "ports/cloud_mode.h"
#include "publish/rule_limits.h"
#include "publish/settings.h"

namespace millrace::publish {

struct SetCloudMode {
    ports::CloudMode mode;
};
struct SetCloudRelay {
    bool enabled;
};
struct SetRuleLimit {
    const RuleLimit* limit;
    std::optional<double> value;  // in the limit's own unit; nothing: as it is without a choice
};
struct SetMode {
    std::optional<detect::Mode> mode;  // nothing: as the week's clock says
};
struct SetIrrigation {
    bool active;
};
struct SetNotifications {
    bool enabled;
};
// Of one device's open alarms.
struct AcknowledgeAlarms {
    base::DeviceId device;
};
struct SnoozeAlarms {
    base::DeviceId device;
};
struct TestAlert {
    base::DeviceId device;
};
struct RestartDaemon {};

using Command = std::variant<SetCloudMode, SetCloudRelay, SetRuleLimit, SetMode, SetIrrigation, SetNotifications,
                             AcknowledgeAlarms, SnoozeAlarms, TestAlert, RestartDaemon>;

// What to subscribe to for them.
[[nodiscard]] std::vector<std::string> command_filters(const Settings& settings);
[[nodiscard]] bool is_command_topic(const Settings& settings, std::string_view topic);
[[nodiscard]] std::optional<Command> parse_command(const Settings& settings, std::string_view topic,
                                                   std::string_view payload);

}  // namespace millrace::publish
