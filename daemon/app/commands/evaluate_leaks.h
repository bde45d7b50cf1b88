// `millrace evaluate` without --sealed: how soon leaks are found on household traces, and how many alarms are false.
//
// Blocks, and forks for the runs with leaks: the program must have one thread. Reads the traces and writes to the two
// streams only.
#pragma once

#include <iosfwd>

#include "app/evaluation/leak_evaluation.h"
#include "app/evaluation/leak_report.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace millrace::app {

// As given on the command line; the paths and --json are shared with --sealed.
struct EvaluateLeaksArguments {
    LeakOptions options;
    LeakReportParts parts;
};

// None of them goes with the option `sealed`, where there is such a one.
void add_leak_options(CLI::App& evaluate, EvaluateLeaksArguments& arguments, CLI::Option* sealed = nullptr);

// Exit code: kExitUsage for a path that is neither a folder nor a CSV, or a kind of leak that there is not; kExitFailed
// when a file cannot be read or names no such home.
[[nodiscard]] int evaluate_leaks(const EvaluateLeaksArguments& arguments, bool json, std::ostream& out,
                                 std::ostream& err);

}  // namespace millrace::app
