// The whole of `millrace evaluate --categories`: each home's water through a meter and the product, and what its uses
// were said to be beside what they were.
//
// A home runs once with a fine meter and once with a coarse one (a trace in pulses only with its own). Uses are judged
// in the order in which they end, each by what came before, as the daemon does. First without a word from its owner,
// over all of its time; then an owner names some uses of the first two fifths of the time, and the rest is scored. One
// thread; no forks.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "classify/category.h"

namespace millrace::app {

struct CategoryOptions {
    std::vector<std::string> paths;
    std::vector<std::string> homes;          // only these, by name; empty: all
    std::vector<int> labels = {0, 20, 100};  // uses that an owner names
    int draws = 5;                           // which uses those are; the figures are the mean
    std::uint64_t seed = 1;
};

// Litres as the events' file has them; sums over draws when there are several.
struct CategoryFigures {
    double truth_litres = 0;  // of its events
    double told_litres = 0;   // of labelled water in uses that were said to be it
    double right_litres = 0;  // of these, its own
    // Of its own water in uses, what was said to be each category, itself included.
    std::array<double, classify::kCategories> said_litres{};
    std::int64_t events = 0;
    std::int64_t events_right = 0;  // most of whose water is in a use that was said to be it
    std::int64_t uses = 0;          // that were said to be it
    std::int64_t uses_right = 0;    // most of whose water was it

    // Harmonic mean of precision and recall, 0 to 1.
    [[nodiscard]] double volume_f1() const;
    [[nodiscard]] double count_f1() const;
    CategoryFigures& operator+=(const CategoryFigures& other);
};

struct CategoryScore {
    std::array<CategoryFigures, classify::kCategories> of{};

    // The categories' F1, each weighted by its true volume or by its events.
    [[nodiscard]] double volume_f1() const;
    [[nodiscard]] double count_f1() const;
    CategoryScore& operator+=(const CategoryScore& other);
};

// How often verdicts of a confidence were right.
struct ConfidenceBand {
    double from = 0;
    std::int64_t uses = 0;
    std::int64_t right = 0;
};

struct HomeCategories {
    std::string name;
    std::string folder;  // the data set's
    std::string kind;
    bool coarse = false;
    std::int64_t uses = 0;
    CategoryScore whole;                               // without labels, from the first day on
    std::vector<std::pair<int, CategoryScore>> later;  // the last three fifths of the time, by number of labels
    std::vector<ConfidenceBand> confidence;            // of `whole`
};

// Homes without an events file are left out. Fails when a file cannot be read, a row is wrong, or none has events.
[[nodiscard]] base::Result<std::vector<HomeCategories>, base::Error> evaluate_categories(
    const CategoryOptions& options);

}  // namespace millrace::app
