// Runs that branch off another one: a process each, so that a run need not be copied nor repeated.
//
// The caller's process goes on with the run without a leak; a branch is a fork of it that lets the leak in, writes what
// came of it into memory that both share, and ends. As many at a time as there are processors. The caller must have no
// other thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <sys/types.h>

#include "base/result.h"
#include "detect/incident.h"

namespace millrace::app {

// What an alarm event is to the score.
struct LeakEvent {
    std::int64_t at_s = 0;
    std::int64_t incident = 0;
    detect::Change change = detect::Change::Raised;
    detect::Rule rule = detect::Rule::ContinuousFlow;
};

struct LeakRun {
    // A leak of two days that gives more than that has long shown what is wrong.
    static constexpr std::size_t kMostEvents = 96;
    bool done = false;
    std::uint32_t rules = 0;  // that an open incident bore while the leak ran, bit by number
    std::size_t count = 0;
    LeakEvent events[kMostEvents];
};

class Branches {
public:
    // Room for `most` runs. Throws std::bad_alloc without memory for them.
    explicit Branches(std::size_t most);
    ~Branches();
    Branches(const Branches&) = delete;
    Branches& operator=(const Branches&) = delete;

    // `work` runs in a process of its own; waits while too many do.
    void run(std::size_t place, const std::function<void(LeakRun&)>& work);
    // Until all have ended. Fails when one died.
    [[nodiscard]] std::optional<base::Error> wait();
    [[nodiscard]] const LeakRun& result(std::size_t place) const { return results_[place]; }

private:
    void wait_for_one();

    std::size_t most_;
    std::size_t at_a_time_;
    LeakRun* results_;
    std::vector<pid_t> running_;
    bool died_ = false;
};

}  // namespace millrace::app
