// From what is known to what is said: each check is judged by plain values. Pure.
//
// A check that has nothing to do with how this house is set up is left out, and so is, without a daemon, what only a
// daemon knows.
#pragma once

#include <vector>

#include "doctor/facts.h"
#include "doctor/plan.h"
#include "ports/checks.h"

namespace millrace::doctor {

using Findings = std::vector<ports::Check>;

// All of it, in the order in which one would mend it.
[[nodiscard]] Findings judge(const Known& known, const Plan& plan, const Probed& probed);

void judge_daemon(const Known& known, Findings& findings);
void judge_clock(const Known& known, const Plan& plan, const Probed& probed, Findings& findings);
void judge_port(const Known& known, const Probed& probed, Findings& findings);
void judge_names(const Known& known, const Plan& plan, const Probed& probed, Findings& findings);
void judge_upstream(const Known& known, const Probed& probed, Findings& findings);
void judge_store(const Known& known, const Probed& probed, Findings& findings);
void judge_home(const Known& known, const Probed& probed, Findings& findings);
void judge_water(const Known& known, Findings& findings);
void judge_bluetooth(const Known& known, Findings& findings);

}  // namespace millrace::doctor
