// What people chose for leak detection, as the text of a ports::ChoiceRecord and back.
//
// Text that is not what it should be reads as nothing: the reader says so and goes on without. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "detect/finding.h"
#include "detect/habit.h"
#include "detect/settings.h"

namespace millrace::hub {

// The names of the choices. The last three are followed by a sensor's id.
inline constexpr const char* kModeChoice = "mode";
inline constexpr const char* kIrrigationChoice = "irrigation_active";
inline constexpr const char* kRulesChoice = "rules";
inline constexpr const char* kHabitsChoice = "habits/";
inline constexpr const char* kNotALeakChoice = "not_a_leak/";
inline constexpr const char* kLearnFromChoice = "learn_from/";

// A learned habit that the owner took away.
struct ForgottenHabit {
    base::WallTime at;
    int start_minute = 0;

    bool operator==(const ForgottenHabit&) const = default;
};
// The owner's word on the habits of one sensor.
struct HabitWords {
    std::vector<detect::Habit> set;  // entered or changed
    std::vector<ForgottenHabit> forgotten;

    bool operator==(const HabitWords&) const = default;
};

// A time, or none.
struct ChosenTime {
    std::optional<base::WallTime> at;

    bool operator==(const ChosenTime&) const = default;
};

[[nodiscard]] std::string to_text(const detect::Settings& settings);
[[nodiscard]] std::string to_text(const HabitWords& words);
[[nodiscard]] std::string to_text(const std::vector<detect::Finding>& findings);
[[nodiscard]] std::string to_text(const ChosenTime& time);

[[nodiscard]] std::optional<detect::Settings> settings_from(const std::string& text);
[[nodiscard]] std::optional<HabitWords> habit_words_from(const std::string& text);
[[nodiscard]] std::optional<std::vector<detect::Finding>> findings_from(const std::string& text);
[[nodiscard]] std::optional<ChosenTime> chosen_time_from(const std::string& text);

}  // namespace millrace::hub
