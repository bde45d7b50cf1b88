// `millrace evaluate`: measures how good Millrace's leak detection and estimates are, so that anyone can repeat the
// figures.
//
// On household traces: how soon leaks are found and how many alarms are false (see evaluate_leaks.h); with
// `--categories` how rightly uses are told (see evaluate_categories.h). On captures, with `--sealed`: what sizes and
// times of sealed sample messages tell, against what the key opens. The estimator sees no byte of a payload; the truth
// comes from the same messages through the hub's pipeline. Blocks; writes to the two streams only, and never anything
// of a key.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "app/commands/evaluate_categories.h"
#include "app/commands/evaluate_leaks.h"
#include "app/exit_code.h"
#include "payload/key_ring.h"

namespace CLI {
class App;
}

namespace millrace::app {

// As given on the command line.
struct EvaluateArguments {
    bool sealed = false;
    std::vector<std::string> files;
    std::string key_file;
    std::vector<std::uint16_t> server_ports = {1883};
    bool json = false;
    EvaluateLeaksArguments leaks;
    EvaluateCategoriesArguments categories;
};

struct SealedEvaluation {
    std::uint64_t messages = 0;    // of samples, without repeats
    std::uint64_t plain = 0;       // of these, not sealed: their size was taken as if they were
    std::uint64_t not_opened = 0;  // sample messages without a truth to compare with
    std::uint64_t minutes_with_flow = 0;
    std::uint64_t minutes_found = 0;  // of those with flow
    std::uint64_t minutes_without_flow = 0;
    std::uint64_t minutes_falsely_found = 0;  // of those without
    std::int64_t peaks = 0;
    std::int64_t peaks_at_least = 0;
};

CLI::App* add_evaluate(CLI::App& app, EvaluateArguments& arguments);

// Of captures it prints a report for each file, or one JSON object a file and line. Exit code: kExitUsage for a capture
// without --sealed, kExitFailed when a file cannot be read or none of its sample messages can be opened, kExitFindings
// when some cannot.
[[nodiscard]] int evaluate(const EvaluateArguments& arguments, std::ostream& out, std::ostream& err);

// Minutes are counted from the file's first message to its last, for each sensor. One has flow when an advance of the
// sensor's total falls into it, spread evenly from the previous reading on, but over no more than the last 10 s (two
// steps of the sensor's grid) when the gap is longer.
[[nodiscard]] base::Result<SealedEvaluation, base::Error> evaluate_sealed(const std::string& file,
                                                                          const payload::KeyRing& keys,
                                                                          const std::vector<std::uint16_t>& ports);

}  // namespace millrace::app
