// The uses of the last weeks as they are compared with each other, and those that the owner has named. Values; pure.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "classify/category.h"
#include "classify/verdict.h"
#include "detect/use.h"

namespace millrace::classify {

// What of a use is compared. Logarithms, because a flush of 9 l is to one of 8 as a bath of 135 l to one of 120.
struct Shape {
    double ln_litres = 0;
    double ln_flow = 0;     // of litres a minute, its mean
    double unevenness = 1;  // its peak over its mean, 3 at most: 1 is a valve, more a hand
    double seconds = 1;
    double ln_litres_off = 0;  // as much as its volume may be off by, because a meter counts in steps
    double local_hour = 0;     // at which it began, 0 to 24
    bool overlapped = false;
};

// `utc_offset`: of the owner's clock when it began.
[[nodiscard]] Shape shape_of(const detect::Use& use, base::VolumePerPeak per_peak, base::Seconds utc_offset);

struct Remembered {
    detect::UseKey key;
    base::WallTime end;
    Shape shape;
    std::optional<Verdict> verdict{};  // nothing: it was not judged yet
};

// What the owner has said.
struct Example {
    detect::UseKey key;
    Shape shape;
    Category category = Category::Other;
    std::string name;  // in the owner's words, or empty
    // By how much the word differs from what was said until then: 1 less its category's share, 0 less each other's.
    // Classifier::teach() fills it in.
    Shares surprise{};
};

class Memory {
public:
    static constexpr base::Seconds kLength{28 * 86'400};
    // A large family's; of more the oldest are forgotten sooner.
    static constexpr std::size_t kMostUses = 6'000;
    static constexpr std::size_t kMostExamples = 400;

    // By start; one that is known already changes nothing.
    void add(const Remembered& use);
    // Replaces what was said of the use before.
    void add(Example example);
    void forget_example(const detect::UseKey& key);

    [[nodiscard]] const std::deque<Remembered>& uses() const { return uses_; }
    // For verdicts; what else a use is, is its place.
    [[nodiscard]] std::deque<Remembered>& uses() { return uses_; }
    [[nodiscard]] const std::vector<Example>& examples() const { return examples_; }
    // Since when uses are known of, even those forgotten.
    [[nodiscard]] std::optional<base::WallTime> since() const { return since_; }
    [[nodiscard]] const Remembered* find(const detect::UseKey& key) const;

private:
    std::deque<Remembered> uses_;    // by start
    std::vector<Example> examples_;  // in order of saying
    std::optional<base::WallTime> since_;
};

}  // namespace millrace::classify
