// All checks once: plan, probes side by side, judgement. Blocks for ten seconds at most, of which each probe takes its
// own share; any thread, while a NameLibrary lives.
#pragma once

#include "doctor/connect_probe.h"
#include "doctor/facts.h"
#include "doctor/plan.h"
#include "doctor/wait.h"
#include "ports/checks.h"

namespace millrace::doctor {

// The system's own files that say whom to ask.
[[nodiscard]] SystemTexts read_system_texts();

// `login` is used where there is no daemon to tell of the broker.
[[nodiscard]] ports::CheckRun examine(const Known& known, const ports::CheckWishes& wishes, const BrokerLogin& login,
                                      const Bounds& bounds);

}  // namespace millrace::doctor
