// What is counted in the runs of `millrace evaluate`: false alarms in those without a leak, and of each leak whether
// and when it was found, by its right name, and what it cost. Pure; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/evaluation/branches.h"
#include "app/evaluation/leak_plan.h"
#include "detect/incident.h"

namespace millrace::app {

// Raised, escalated and re-opened: what the owner is told.
[[nodiscard]] bool is_notice(detect::Change change);

struct FalseAlarm {
    std::int64_t at_s = 0;
    detect::Finding finding;          // as it stood first
    std::vector<detect::Rule> rules;  // all that it came to bear
};

// Alarms closer than this together are one.
inline constexpr std::int64_t kMergedWithin = 3600;

// Of a run without a leak. Notices of one incident are one alarm, and so are those that follow within an hour.
[[nodiscard]] std::vector<FalseAlarm> false_alarms(const std::vector<detect::AlarmEvent>& events);

// The upper 95 % bound of a Poisson mean when `count` were seen: 3.0 for none.
[[nodiscard]] double upper_bound_95(std::int64_t count);

struct LeakScore {
    std::optional<std::int64_t> found_after_s;
    std::optional<detect::Rule> found_as;
    bool named = false;        // by its right name at some time while it ran
    double gallons = 0;        // until found, or all
    int runs_until_found = 0;  // of a sprinkler zone
    // From its end until no incident of its own was open; nothing when none was open at its end. The watch ends after
    // kClearingWatched.
    std::optional<std::int64_t> clear_after_s;
    int notices = 0;
    int notices_before = 0;  // between the branch and the leak: in Away mode, for learned schedules
};

inline constexpr std::int64_t kClearingWatched = 6 * 3600;
// A use while away may be over before its last samples arrive.
inline constexpr std::int64_t kAwayGrace = 300;

// `without`: the events of the run that the leak's run branched from, to its end. An alarm that it raises within an
// hour of one there does not count as the leak's.
[[nodiscard]] LeakScore score(const Leak& leak, const LeakRun& run, const std::vector<detect::AlarmEvent>& without);

// All leaks of one kind.
class KindFigures {
public:
    void add(const Leak& leak, const LeakScore& score);

    [[nodiscard]] int injected() const { return injected_; }
    [[nodiscard]] int target_min() const { return target_min_; }
    // Shares of the injected: found at all, and within a time of their begin.
    [[nodiscard]] double found() const { return share(found_s_.size()); }
    [[nodiscard]] double found_within(std::int64_t seconds) const;
    [[nodiscard]] double found_by_run(int run) const;
    // Of the found.
    [[nodiscard]] std::optional<double> named() const;
    // 0.5: the median. In minutes, over those found and those that had to clear; nothing without any.
    [[nodiscard]] std::optional<double> minutes_to_find(double quantile) const;
    [[nodiscard]] std::optional<double> minutes_to_clear(double quantile) const;
    [[nodiscard]] std::optional<double> gallons_lost_median() const;
    [[nodiscard]] double notices_per_leak() const;
    [[nodiscard]] int notices_before() const { return notices_before_; }

private:
    [[nodiscard]] double share(std::size_t part) const;

    int injected_ = 0;
    int target_min_ = 0;
    int named_ = 0;
    int notices_ = 0;
    int notices_before_ = 0;
    std::vector<double> found_s_;
    std::vector<double> clear_s_;
    std::vector<double> gallons_;
    std::map<int, int> found_by_run_;
};

}  // namespace millrace::app
