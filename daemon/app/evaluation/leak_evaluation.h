// The whole of `millrace evaluate` on traces: every home as it comes, with the meters drawn for it, and the leaks.
//
// Each home runs once with each of its meter variants, without a leak: what is raised there is a false alarm. At the
// moment at which a leak begins a branch of that run goes on with it (see branches.h). Forks: call it from a program
// without other threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/evaluation/leak_score.h"
#include "base/result.h"

namespace millrace::app {

struct LeakOptions {
    std::vector<std::string> paths;
    std::vector<std::string> homes;  // only these, by name; empty: all
    std::vector<std::string> kinds;  // only these leaks; empty: all
    bool irrigation = false;         // adds the sprinkler calendar to homes without sprinklers
    bool clean = false;              // no stall, no loss, no gap, no restart
    std::uint64_t seed = 1;
    int leaks = 40;    // of each kind, at least, over all homes
    int variants = 2;  // meters that each home is given in turn
};

inline constexpr double kHomeMonthSeconds = 30.44 * static_cast<double>(kSecondsPerDay);

struct FoundFalseAlarm {
    std::string home;
    int variant = 0;
    std::string local_time;
    std::int64_t second_of_home = 0;
    std::int64_t second_of_season = 0;  // since its sprinklers first ran
    FalseAlarm alarm;
    std::string sentence;
};

// Time in which false alarms are counted. `home_months` counts a home once, whatever its number of variants: the same
// water through another meter is hardly new evidence, so the bound is made of the mean count of the variants.
struct AlarmRate {
    int variants = 1;
    double home_months = 0;
    std::int64_t count = 0;  // over all variants

    [[nodiscard]] double value() const;
    [[nodiscard]] double upper95() const;
};

struct HomeReport {
    std::string name;
    std::string kind;
    bool is_short = false;
    bool own_sprinklers = false;
    std::vector<MeterVariant> variants;
    AlarmRate all;
};

// A leak that was not found, found later than its target, or not called by its right name.
struct Miss {
    std::string kind;
    std::string home;
    int variant = 0;
    bool coarse = false;
    std::int64_t stall_nanolitres_per_s = 0;
    std::string begins_local;
    LeakScore score;
};

using NamedFigures = std::vector<std::pair<std::string, KindFigures>>;

struct LeakEvaluation {
    LeakOptions options;
    std::vector<HomeReport> homes;
    std::vector<FoundFalseAlarm> false_alarms;
    AlarmRate all;
    AlarmRate without_sprinklers;  // homes with none of their own
    AlarmRate first_14_days;       // of the home
    AlarmRate after;
    AlarmRate after_season;  // past the first 14 days of sprinklers, and where there are none past those of the home
    NamedFigures kinds;
    NamedFigures short_homes;  // kinds again, in homes too short to learn from
    std::vector<Miss> misses;
};

// What the options ask for that there is not: a kind of leak.
[[nodiscard]] std::optional<base::Error> check(const LeakOptions& options);

[[nodiscard]] base::Result<LeakEvaluation, base::Error> evaluate_homes(const LeakOptions& options);

}  // namespace millrace::app
