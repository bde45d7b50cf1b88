// The binary sensors of alarms: which entity tells of which rule, for the discovery documents and the states alike.
//
// Values only; any thread.
#pragma once

#include <string_view>

#include "detect/rule.h"

namespace millrace::publish {

struct AlarmEntity {
    std::string_view key;
    std::string_view name;
    std::string_view device_class;
    detect::Rule rule;
    bool on_when_well = false;  // "connected" rather than "lost"
};

// Any of a sensor's water alarms above mere information, and so the one to close a valve by.
inline constexpr std::string_view kLeakKey = "leak";

inline constexpr AlarmEntity kWaterAlarms[] = {
    {"leak_burst", "Burst", "problem", detect::Rule::Burst},
    {"leak_continuous", "Continuous flow", "problem", detect::Rule::ContinuousFlow},
    {"leak_slow", "Slow leak", "problem", detect::Rule::SlowLeak},
    {"leak_toilet", "Running toilet", "problem", detect::Rule::RunningToilet},
    {"away_usage", "Water while away", "problem", detect::Rule::AwayUse},
    {"long_use", "Long use", "problem", detect::Rule::LongUse},
    {"sprinkler_zone", "Sprinkler zone", "problem", detect::Rule::SprinklerZone},
    {"impossible_flow", "Impossible flow", "problem", detect::Rule::ImpossibleFlow},
};

// On from three quarters of a budget on, with the severity among the attributes. No part of the leak.
inline constexpr AlarmEntity kBudgetAlarms[] = {
    {"budget_day", "Budget of the day", "problem", detect::Rule::BudgetDay},
    {"budget_week", "Budget of the week", "problem", detect::Rule::BudgetWeek},
    {"budget_month", "Budget of the month", "problem", detect::Rule::BudgetMonth},
};

// "Battery low" stands for a dead one too.
inline constexpr AlarmEntity kSensorAlarms[] = {
    {"sensor_reporting", "Reporting", "connectivity", detect::Rule::SensorSilent, true},
    {"radio_link", "Radio link", "connectivity", detect::Rule::RadioLost, true},
    {"low_battery", "Battery low", "battery", detect::Rule::BatteryLow},
    {"moved", "Moved", "tamper", detect::Rule::DeviceMoved},
    {"data_erased", "Stored data erased", "problem", detect::Rule::DataErased},
    {"clock_missing", "Clock missing", "problem", detect::Rule::ClockMissing},
};

// Of a meter that is heard by Bluetooth: it has no radio link to a bridge, and no reports of its own.
inline constexpr AlarmEntity kMeterAlarms[] = {kSensorAlarms[0]};

inline constexpr AlarmEntity kPuckAlarms[] = {
    {"leak_puck_wet", "Leak alarm", "problem", detect::Rule::PuckWet},
    {"leak_puck_reporting", "Reporting", "connectivity", detect::Rule::PuckSilent, true},
    {"low_battery", "Battery low", "battery", detect::Rule::PuckBattery},
};

inline constexpr AlarmEntity kBridgeAlarms[] = {
    {"offline", "Offline too long", "problem", detect::Rule::BridgeOffline},
};

// What an alert may say; the last is a rehearsal.
inline constexpr std::string_view kAlertTypes[] = {"raised",  "escalated", "acknowledged", "snoozed", "resumed",
                                                   "cleared", "reopened",  "not_a_leak",   "test"};

// Pressed in Home Assistant, on topics of the device.
inline constexpr std::string_view kAcknowledge = "acknowledge";
inline constexpr std::string_view kSnooze = "snooze_1h";
inline constexpr std::string_view kTestAlert = "test_alert";
inline constexpr std::string_view kPress = "PRESS";

// Of the house.
inline constexpr std::string_view kMode = "mode";
inline constexpr std::string_view kIrrigation = "irrigation_active";
inline constexpr std::string_view kNotifications = "notifications";
// Gives the mode back to the week's clock; a command without a state of its own.
inline constexpr std::string_view kBySchedule = "schedule";

}  // namespace millrace::publish
