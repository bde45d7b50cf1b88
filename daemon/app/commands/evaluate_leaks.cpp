#include "app/commands/evaluate_leaks.h"

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/exit_code.h"

namespace millrace::app {

void add_leak_options(CLI::App& evaluate, EvaluateLeaksArguments& arguments, CLI::Option* sealed) {
    LeakOptions& options = arguments.options;
    // More than these would take hours and prove nothing more.
    constexpr int kMostLeaks = 10'000;
    constexpr int kMostVariants = 100;
    const std::vector<CLI::Option*> all = {
        evaluate.add_flag("--irrigation", options.irrigation, "Add a sprinkler calendar to homes without sprinklers"),
        evaluate.add_option("--seed", options.seed, "Of meters, gaps and leaks; the same gives the same figures")
            ->capture_default_str(),
        evaluate.add_option("--homes", options.homes, "Only these, by name, with commas between")->delimiter(','),
        evaluate.add_option("--kinds", options.kinds, "Only these kinds of leak, with commas between")->delimiter(','),
        evaluate.add_option("--leaks", options.leaks, "Of each kind over all homes, at least; 0: only false alarms")
            ->check(CLI::Range(0, kMostLeaks))
            ->capture_default_str(),
        evaluate.add_option("--meters", options.variants, "With how many meters each home is run")
            ->check(CLI::Range(1, kMostVariants))
            ->capture_default_str(),
        evaluate.add_flag("--clean", options.clean, "No stalling meter, lost frame, gap or restart"),
        evaluate.add_flag("--list", arguments.parts.list, "Print each false alarm"),
        evaluate.add_flag("--misses", arguments.parts.misses,
                          "Print each leak that was not found, found later than its target or not called by its name"),
    };
    if (sealed == nullptr) return;
    for (CLI::Option* option : all) option->excludes(sealed);
}

int evaluate_leaks(const EvaluateLeaksArguments& arguments, bool json, std::ostream& out, std::ostream& err) {
    for (const std::string& path : arguments.options.paths) {
        std::error_code ignored;
        if (path.ends_with(".csv") || !std::filesystem::exists(path, ignored)) continue;
        if (std::filesystem::is_directory(path, ignored)) continue;
        return fail({"evaluate: " + path + " is no trace CSV; captures are evaluated with --sealed"}, err, kExitUsage);
    }
    if (const auto problem = check(arguments.options)) return fail({"evaluate: " + problem->message}, err, kExitUsage);
    const auto result = evaluate_homes(arguments.options);
    if (!result) return fail({"evaluate: " + result.error().message}, err);
    if (json) {
        print_leak_json(*result, arguments.parts, out);
    } else {
        print_leak_table(*result, arguments.parts, out);
    }
    out.flush();
    if (!out) return fail({"evaluate: writing the output failed"}, err);
    return kExitGood;
}

}  // namespace millrace::app
