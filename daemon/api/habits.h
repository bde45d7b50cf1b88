// `/api/v1/sensors/{uuid}/habits`: water that comes by the clock, learned or entered, and so no leak.
//
// A habit is named by its number. POST enters one, PUT changes one (what is left out stays), DELETE takes one away, and
// POST habits/reset has everything that was learned of the sensor's water learned anew.
#pragma once

#include <cstddef>
#include <string>

#include "api/body.h"
#include "base/time_zone.h"
#include "ports/alarms.h"

namespace millrace::api {

// Zones of sprinklers, times every day they run: no house has more.
inline constexpr std::size_t kMaxHabits = 100;
inline constexpr std::size_t kMaxLabelBytes = 60;

[[nodiscard]] std::string habits_document(const ports::SensorWatch& watch, const base::TimeZone& zone);
[[nodiscard]] Json habit_json(const detect::Habit& habit, const base::TimeZone& zone);

// `before` with what the body says of it. What is wrong is told to the body. A change of the schedule is the owner's
// word, a change of the label or the switch is not.
[[nodiscard]] detect::Habit habit_from(Body& body, detect::Habit before);

}  // namespace millrace::api
