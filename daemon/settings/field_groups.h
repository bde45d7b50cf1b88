// The field table's parts, one for each subject and file. Only for field_table.cpp.
#pragma once

#include <string>
#include <vector>

#include "settings/field_table.h"

namespace millrace::settings {

[[nodiscard]] std::vector<Field> bridge_fields();
[[nodiscard]] std::vector<Field> cloud_fields();
[[nodiscard]] std::vector<Field> guest_fields();
[[nodiscard]] std::vector<Field> capture_fields();
[[nodiscard]] std::vector<Field> key_fields();
[[nodiscard]] std::vector<Field> bluetooth_fields();
[[nodiscard]] std::vector<Field> sensor_fields();
[[nodiscard]] std::vector<Field> broker_fields();
[[nodiscard]] std::vector<Field> tls_fields();
[[nodiscard]] std::vector<Field> topic_fields();
[[nodiscard]] std::vector<Field> tariff_fields();
[[nodiscard]] std::vector<Field> alarm_fields();
[[nodiscard]] std::vector<Field> notify_fields();
[[nodiscard]] std::vector<Field> channel_fields();
[[nodiscard]] std::vector<Field> update_fields();
[[nodiscard]] std::vector<Field> home_assistant_fields();
[[nodiscard]] std::vector<Field> http_fields();
[[nodiscard]] std::vector<Field> store_fields();

// Lists of rules by name, for alarms and channels: what is wrong, and what they are.
[[nodiscard]] std::string check_rules(const Value& value);
[[nodiscard]] std::vector<detect::Rule> rules_of(const Value& value);

// As YAML writes it.
[[nodiscard]] inline std::string yes_no(bool value) {
    return value ? "true" : "false";
}

}  // namespace millrace::settings
