#include "app/commands/evaluate_categories.h"

#include <ostream>

#include <CLI/CLI.hpp>

#include "app/evaluation/category_report.h"
#include "app/exit_code.h"

namespace millrace::app {

void add_category_options(CLI::App& evaluate, EvaluateCategoriesArguments& arguments, CLI::Option* sealed) {
    // More than a classifier remembers.
    constexpr int kMostLabels = 400;
    CLI::Option* chosen = evaluate.add_flag(
        "--categories", arguments.chosen,
        "How often what used the water is told rightly, on traces with an events_file in their homes.csv");
    chosen->excludes(sealed);
    evaluate
        .add_option("--labels", arguments.options.labels,
                    "With --categories: after how many labels of the home, with commas between")
        ->delimiter(',')
        ->check(CLI::Range(0, kMostLabels))
        ->needs(chosen)
        ->capture_default_str();
}

int evaluate_categories(const EvaluateCategoriesArguments& arguments, bool json, std::ostream& out, std::ostream& err) {
    const auto homes = evaluate_categories(arguments.options);
    if (!homes) return fail({"evaluate: " + homes.error().message}, err);
    if (json) {
        print_category_json(*homes, out);
    } else {
        print_category_table(*homes, out);
    }
    out.flush();
    if (!out) return fail({"evaluate: writing the output failed"}, err);
    return kExitGood;
}

}  // namespace millrace::app
