// `millrace evaluate --categories`: how often Millrace says rightly what used the water, on household traces with
// labelled events beside them.
//
// Blocks. Reads the traces and writes to the two streams only.
#pragma once

#include <iosfwd>

#include "app/evaluation/category_evaluation.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace millrace::app {

// As given on the command line; the paths, --homes, --seed and --json are shared with the leaks' evaluation.
struct EvaluateCategoriesArguments {
    bool chosen = false;
    CategoryOptions options;
};

// Neither goes with --sealed, the option `sealed`.
void add_category_options(CLI::App& evaluate, EvaluateCategoriesArguments& arguments, CLI::Option* sealed);

// Exit code: kExitFailed when a file cannot be read, a row of it is wrong, or no home has labelled events.
[[nodiscard]] int evaluate_categories(const EvaluateCategoriesArguments& arguments, bool json, std::ostream& out,
                                      std::ostream& err);

}  // namespace millrace::app
