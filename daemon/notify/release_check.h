// Asks the place that the owner named whether there is a newer Millrace: some minutes after the start at a moment left
// to chance, so that not all houses ask at once, then once a day. Where that fails it asks again after an hour, and
// ever more rarely up to once a day. What was heard stays until something else is.
//
// Without a URL nobody is ever asked. The request bears no credentials and says nothing of the house but our version.
// Loop thread only; asks on a thread of its own. What the surroundings refer to outlives it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/version.h"
#include "notify/http_client.h"
#include "notify/settings.h"
#include "notify/worker.h"
#include "ports/health.h"
#include "ports/random.h"
#include "ports/release.h"

namespace millrace::notify {

struct ReleaseSurroundings {
    using Ask = std::function<base::Result<HttpAnswer, base::Error>(const HttpRequest&, Cancel&)>;

    const base::Clock& clock;
    ports::Random& random;
    Worker::Post post;
    std::function<void(const ports::Release&)> heard;  // after each answer, on the loop
    Ask ask_place = ask;
    std::string installed = base::version();
};

class ReleaseCheck final : public ports::Releases, public ports::SelfReport {
public:
    static constexpr base::Seconds kEvery{24 * 60 * 60};
    static constexpr base::Seconds kShortestWait{60 * 60};  // after a failure; the next ones double it

    ReleaseCheck(UpdateSettings settings, ReleaseSurroundings surroundings);

    // To be called every second.
    void tick();
    void stop() { worker_.stop(); }
    [[nodiscard]] bool asking() const { return worker_.busy(); }

    [[nodiscard]] const std::optional<ports::ReleaseNews>& news() const override { return news_; }
    void health(std::vector<ports::HealthItem>& items) const override;
    void metrics(std::vector<ports::Metric>& metrics) const override;

private:
    [[nodiscard]] base::Milliseconds first_wait() const;
    void note(const Outcome& outcome, ports::Release release);

    const UpdateSettings settings_;
    const ReleaseSurroundings around_;
    std::optional<base::SteadyTime> due_;  // nothing before the first tick
    std::optional<ports::ReleaseNews> news_;
    int failures_ = 0;  // in a row
    std::string error_;
    bool refusal_said_ = false;  // in the log, which nobody may fill
    std::uint64_t good_ = 0;
    std::uint64_t failed_ = 0;
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
    Worker worker_;
};

}  // namespace millrace::notify
