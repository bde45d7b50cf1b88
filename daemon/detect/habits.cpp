#include "detect/habits.h"

#include <algorithm>
#include <cmath>

namespace millrace::detect {
namespace {

using base::FlowRate;
using base::Seconds;
using base::WallTime;

constexpr double kMinutesPerDay = 1'440;
// 0.6 gallons a minute: less than the smallest drip zone worth a controller.
constexpr std::size_t kLowestLevel = 8;
constexpr double kShortest = 10;  // minutes: a short zone; people's showers vary more and are mostly shorter
constexpr double kLongest = 290;  // minutes
// How alike two of a controller's runs are. Its clock is exact; what else runs at the time blurs the ends a little.
constexpr double kStartTolerance = 5;  // minutes
constexpr double kSameValve = 10;      // minutes between two habits that are one
constexpr double kLengthTolerance = 0.1;
constexpr double kLengthGrace = 1;  // minutes
constexpr double kFlowTolerance = 0.12;
constexpr std::int64_t kTellsMoreNumerator = 9;
constexpr std::int64_t kTellsMoreDenominator = 10;
constexpr int kDaysToLearn = 3;
constexpr std::int64_t kWithinDays = 22;  // thrice a week's run
constexpr std::int64_t kSeenKeptDays = 35;
constexpr std::int64_t kForgottenAfterDays = 400;  // sprinklers come back after a winter
constexpr std::size_t kMaxSeen = 400;
constexpr std::size_t kMaxKnown = 48;
// A run may begin this much before or after its usual time, and last this much longer.
constexpr double kMayLast = 1.2;
// Water of a habit: from seven tenths to twice its usual flow. Beyond this share of the usual it takes too much.
constexpr double kLeastShare = 0.7;
constexpr double kMostShare = 2.0;
constexpr double kOverShare = 1.25;

double local_minute(WallTime time, Seconds utc_offset) {
    const double seconds = static_cast<double>(base::unix_s(time) + utc_offset.count());
    return std::fmod(seconds / 60, kMinutesPerDay);
}

std::int64_t local_day(WallTime time, Seconds utc_offset) {
    return (base::unix_s(time) + utc_offset.count()) / 86'400;
}

// The shorter way round the clock.
double apart(double a, double b) {
    const double difference = std::fabs(a - b);
    return std::min(difference, kMinutesPerDay - difference);
}

std::uint8_t weekday_bit(std::int64_t day) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>((day + 3) % 7));
}

}  // namespace

bool Habits::alike(const Seen& a, const Seen& b) const {
    const double length = std::max(a.length_minutes, b.length_minutes);
    return a.level == b.level && apart(a.start_minute, b.start_minute) <= kStartTolerance &&
           std::fabs(a.length_minutes - b.length_minutes) <= std::max(kLengthGrace, length * kLengthTolerance) &&
           std::fabs(a.mean - b.mean) <= kFlowTolerance * std::max(a.mean, b.mean);
}

void Habits::learn(std::size_t level, const Run& run, Seconds utc_offset, const MinuteFlows& minutes) {
    const double length = static_cast<double>((run.until - run.since).count()) / 60'000;
    if (level < kLowestLevel || length < kShortest || length > kLongest) return;
    Seen seen{level,
              local_day(run.since, utc_offset),
              local_minute(run.since, utc_offset),
              length,
              static_cast<double>(run.volume.microlitres) / (length * 60),
              minutes.between(run.since, run.until),
              run.until};
    std::erase_if(seen_, [&](const Seen& old) { return old.day <= seen.day - kSeenKeptDays; });
    std::erase_if(known_, [&](const Known& old) {
        return old.habit.source == HabitSource::Learned && old.habit.on && old.habit.label.empty() &&
               local_day(old.habit.last_seen, utc_offset) <= seen.day - kForgottenAfterDays;
    });
    if (seen_.size() >= kMaxSeen) seen_.erase(seen_.begin());
    seen_.push_back(std::move(seen));
    const Seen& newest = seen_.back();

    std::vector<const Seen*> group;
    for (const Seen& other : seen_) {
        const bool new_day = group.empty() || group.back()->day != other.day;
        if (other.day > newest.day - kWithinDays && new_day && alike(other, newest)) group.push_back(&other);
    }
    if (static_cast<int>(group.size()) >= kDaysToLearn) promote(group);
}

void Habits::promote(const std::vector<const Seen*>& group) {
    const Seen& newest = *group.back();
    double start = 0;
    double longest = 0;
    double mean = 0;
    std::uint8_t days = 0;
    for (const Seen* seen : group) {
        double offset = seen->start_minute - newest.start_minute;
        if (offset > kMinutesPerDay / 2) offset -= kMinutesPerDay;
        if (offset < -kMinutesPerDay / 2) offset += kMinutesPerDay;
        start += offset;
        longest = std::max(longest, seen->length_minutes);
        mean += seen->mean;
        days = static_cast<std::uint8_t>(days | weekday_bit(seen->day));
    }
    const auto count = static_cast<double>(group.size());
    start = std::fmod(newest.start_minute + start / count + kMinutesPerDay, kMinutesPerDay);

    const auto volume = static_cast<std::int64_t>(mean / count * newest.length_minutes * 60);
    // The same valve shows at every rate below its own, and of a row of zones the fullest may show by themselves; what
    // tells of the most water describes it best.
    Known* known = nullptr;
    for (Known& each : known_) {
        if (apart(each.habit.start_minute, start) <= kSameValve) known = &each;
    }
    if (known != nullptr) {
        known->habit.last_seen = newest.end;
        const bool tells_more = volume * kTellsMoreDenominator >= known->habit.volume.microlitres * kTellsMoreNumerator;
        const bool outdated = newest.day - known->promoted_day > kWithinDays;
        if (known->habit.source == HabitSource::Owner || !(tells_more || outdated)) return;
    }
    if (known == nullptr) {
        if (known_.size() >= kMaxKnown) return;
        known_.emplace_back();
        known = &known_.back();
        known->habit.number = ++last_number_;
    }
    Habit& habit = known->habit;
    known->promoted_day = newest.day;
    known->profile = newest.profile;
    habit.days = static_cast<std::uint8_t>(habit.seen == 0 ? days : habit.days | days);
    habit.start_minute = static_cast<int>(std::lround(start)) % static_cast<int>(kMinutesPerDay);
    habit.start_slack = 15;
    habit.length = Seconds{static_cast<std::int64_t>(longest * 60)};
    habit.flow = FlowRate{static_cast<std::int64_t>(mean / count)};
    habit.volume = base::Volume{volume};
    habit.seen = static_cast<int>(group.size());
    habit.last_seen = newest.end;
}

HabitMatch Habits::match(WallTime now, FlowRate rate, FlowRate grain, FlowRate last_minute, Seconds utc_offset) const {
    const double minute = local_minute(now, utc_offset);
    HabitMatch best;
    for (const Known& known : known_) {
        const Habit& habit = known.habit;
        if (!habit.on) continue;
        double into = minute - habit.start_minute;  // how long it has been going on
        if (into < -habit.start_slack) into += kMinutesPerDay;
        const double length = static_cast<double>(habit.length.count()) / 60;
        if (into < -habit.start_slack || into > length * kMayLast + habit.start_slack) continue;
        const double flow = static_cast<double>(rate.microlitres_per_second);
        double usual = static_cast<double>(habit.flow.microlitres_per_second);
        if (usual == 0) return {&habit, false, {}};  // the owner's, of any flow
        const double tolerance = static_cast<double>(grain.microlitres_per_second);
        // The profile's whole minutes; its ends are blurred.
        const auto at = static_cast<std::ptrdiff_t>(into);
        const auto size = static_cast<std::ptrdiff_t>(known.profile.size());
        double least = usual;
        double most = usual;
        for (std::ptrdiff_t near = std::max<std::ptrdiff_t>(0, at - 2); near <= at + 2 && near < size; ++near) {
            const double then = static_cast<double>(known.profile[static_cast<std::size_t>(near)]) / 60;
            least = std::min(least, then);
            most = std::max(most, then);
        }
        // Within its zones, whichever is on.
        const double lowest = std::min(least, usual);
        const double highest = std::max(most, usual);
        if (flow < kLeastShare * lowest - tolerance || flow > kMostShare * highest + tolerance) continue;
        double here = 0;
        for (std::ptrdiff_t near = std::max<std::ptrdiff_t>(0, at - 1); near <= at + 1 && near < size; ++near) {
            here = std::max(here, static_cast<double>(known.profile[static_cast<std::size_t>(near)]) / 60);
        }
        if (here == 0) here = highest;
        best = {&habit, static_cast<double>(last_minute.microlitres_per_second) > kOverShare * here,
                FlowRate{static_cast<std::int64_t>(here)}};
        if (!best.over) return best;
    }
    return best;
}

bool Habits::explain(const WaterStep& spread, Seconds utc_offset) const {
    const double lasts = static_cast<double>(spread.length().count()) / 60'000;
    for (const Known& known : known_) {
        const Habit& habit = known.habit;
        if (!habit.on) continue;
        const double slack = habit.start_slack;
        const double end = static_cast<double>(habit.length.count()) / 60 * kMayLast + slack;
        double into = local_minute(spread.from, utc_offset) - habit.start_minute;
        if (into > end) into -= kMinutesPerDay;
        if (into + lasts < -slack) into += kMinutesPerDay;
        const double shared = std::min(into + lasts, end) - std::max(into, -slack);
        if (shared <= 0) continue;
        double most = static_cast<double>(habit.flow.microlitres_per_second);
        if (most == 0) return true;  // the owner's, of any flow
        for (const std::int64_t minute : known.profile) most = std::max(most, static_cast<double>(minute) / 60);
        if (static_cast<double>(spread.volume.microlitres) <= kMostShare * most * shared * 60) return true;
    }
    return false;
}

std::vector<Habit> Habits::list() const {
    std::vector<Habit> habits;
    for (const Known& known : known_) habits.push_back(known.habit);
    std::sort(habits.begin(), habits.end(), [](const Habit& a, const Habit& b) { return a.number < b.number; });
    return habits;
}

void Habits::set(Habit habit) {
    if (habit.number == 0) habit.number = ++last_number_;
    last_number_ = std::max(last_number_, habit.number);
    for (Known& known : known_) {
        if (known.habit.number == habit.number) {
            known.habit = std::move(habit);
            return;
        }
    }
    if (known_.size() < kMaxKnown) known_.push_back({std::move(habit), 0, {}});
}

void Habits::forget(std::int64_t number) {
    std::erase_if(known_, [&](const Known& known) { return known.habit.number == number; });
}

void Habits::forget_learned() {
    seen_.clear();
    std::erase_if(known_, [](const Known& known) { return known.habit.source == HabitSource::Learned; });
}

}  // namespace millrace::detect
