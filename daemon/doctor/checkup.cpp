#include "doctor/checkup.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "doctor/examination.h"

namespace millrace::doctor {

Checkup::Checkup(Surroundings surroundings) : surroundings_(std::move(surroundings)) {}

Checkup::~Checkup() {
    stop();
}

void Checkup::run(ports::CheckWishes wishes, Answer answer) {
    if (cancelled_) return answer(base::failure(base::Error{"the daemon stops"}));
    if (waiting_.size() >= kMostWaiting) {
        return answer(base::failure(base::Error{"too many wait for checks already; try again in a moment"}));
    }
    waiting_.push_back({std::move(wishes), std::move(answer)});
    if (!thread_.joinable()) begin();
}

void Checkup::begin() {
    running_ = waiting_.front().wishes;
    thread_ = std::thread([this, known = surroundings_.known(), wishes = running_, alive = std::weak_ptr(alive_)] {
        auto run =
            std::make_shared<ports::CheckRun>(examine(known, wishes, {}, Bounds{surroundings_.clock, cancelled_}));
        surroundings_.post([this, alive, run] {
            if (!alive.expired()) finish(std::move(*run));
        });
    });
}

void Checkup::finish(ports::CheckRun run) {
    if (!thread_.joinable()) return;  // stopped meanwhile
    thread_.join();
    last_ = run;
    std::vector<Waiting> answered;
    const auto others = std::stable_partition(waiting_.begin(), waiting_.end(),
                                              [this](const Waiting& one) { return one.wishes != running_; });
    std::move(others, waiting_.end(), std::back_inserter(answered));
    waiting_.erase(others, waiting_.end());
    if (!waiting_.empty()) begin();
    for (const Waiting& one : answered) one.answer(run);
}

void Checkup::stop() {
    cancelled_ = true;
    if (thread_.joinable()) thread_.join();
    for (const Waiting& one : std::exchange(waiting_, {})) {
        one.answer(base::failure(base::Error{"the daemon stops"}));
    }
}

}  // namespace millrace::doctor
