// The checks of a running daemon: facts are taken on the loop, probes run on a thread that is there only as long as a
// run is.
//
// Loop thread only; `post` runs functions on it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "doctor/facts.h"
#include "doctor/name_probe.h"
#include "ports/checks.h"

namespace millrace::doctor {

class Checkup final : public ports::Checks {
public:
    // Who wait for a run besides those whom the present one answers.
    static constexpr std::size_t kMostWaiting = 32;

    struct Surroundings {
        const base::Clock& clock;
        std::function<void(std::function<void()>)> post;
        std::function<Known()> known;  // asked on the loop when a run begins
    };

    explicit Checkup(Surroundings surroundings);
    ~Checkup() override;  // stops
    Checkup(const Checkup&) = delete;
    Checkup& operator=(const Checkup&) = delete;

    void run(ports::CheckWishes wishes, Answer answer) override;
    [[nodiscard]] std::optional<ports::CheckRun> last() const override { return last_; }

    // Gives up what is under way; whoever waits is told so.
    void stop();

private:
    struct Waiting {
        ports::CheckWishes wishes;
        Answer answer;
    };

    void begin();
    void finish(ports::CheckRun run);

    Surroundings surroundings_;
    NameLibrary names_;
    std::vector<Waiting> waiting_;  // in the order they came; all that want the same as `running_` get its outcome
    ports::CheckWishes running_;    // of the thread
    std::optional<ports::CheckRun> last_;
    std::atomic<bool> cancelled_{false};
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
    std::thread thread_;  // joinable while a run is under way
};

}  // namespace millrace::doctor
