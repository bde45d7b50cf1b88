#include "notify/release_check.h"

#include <algorithm>
#include <array>
#include <utility>

#include <spdlog/spdlog.h>

#include "notify/log.h"
#include "notify/release_answer.h"
#include "notify/sender.h"

namespace millrace::notify {

ReleaseCheck::ReleaseCheck(UpdateSettings settings, ReleaseSurroundings surroundings)
    : settings_(std::move(settings)), around_(std::move(surroundings)), worker_(around_.post) {}

// Not in the first tenth, so that a daemon that keeps falling over within it asks nobody.
base::Milliseconds ReleaseCheck::first_wait() const {
    std::array<std::uint8_t, 4> bytes{};
    around_.random.fill(bytes);
    std::int64_t chance = 0;  // out of 2^32
    for (const std::uint8_t byte : bytes) chance = chance << 8 | byte;
    const base::Milliseconds longest = settings_.first_within;
    const base::Milliseconds shortest = longest / 10;
    return shortest + base::Milliseconds{(longest - shortest).count() * chance >> 32};
}

void ReleaseCheck::tick() {
    if (settings_.url.empty()) return;
    const base::SteadyTime now = around_.clock.steady_now();
    worker_.watch(now, kTryLimit);
    if (!due_) due_ = now + first_wait();
    if (now < *due_ || worker_.busy()) return;
    const auto release = std::make_shared<ports::Release>();  // the worker's until it is done, then the loop's
    auto job = [url = settings_.url, ask_place = around_.ask_place, release](Cancel& cancel) -> Outcome {
        const auto answer = ask_place({url, {}, "", ""}, cancel);
        if (Outcome outcome = outcome_of(answer); outcome.kind != Outcome::Kind::Delivered) return outcome;
        auto read = parse_release(answer->body);
        if (!read) return {Outcome::Kind::Refused, read.error().message};
        *release = std::move(*read);
        return {};
    };
    auto done = [this, alive = std::weak_ptr(alive_), release](const Outcome& outcome) {
        if (!alive.expired()) note(outcome, std::move(*release));
    };
    due_ = now + kShortestWait;  // where no thread can be had; otherwise `note` knows better
    (void)worker_.run(std::move(job), std::move(done), now);
}

void ReleaseCheck::note(const Outcome& outcome, ports::Release release) {
    const base::SteadyTime now = around_.clock.steady_now();
    error_ = outcome.error;
    if (outcome.kind != Outcome::Kind::Delivered) {
        ++failed_;
        // One hour, two, four, eight, sixteen, a day.
        constexpr int kMostDoublings = 5;
        due_ = now + std::min(kEvery, kShortestWait * (1 << std::min(failures_++, kMostDoublings)));
        if (outcome.kind == Outcome::Kind::Refused && !std::exchange(refusal_said_, true)) {
            logger()->warn("updates.url: {}", outcome.error);
        }
        return;
    }
    ++good_;
    failures_ = 0;
    due_ = now + kEvery;
    release = not_older(std::move(release), around_.installed);
    const bool is_new = release.version != around_.installed && (!news_ || news_->newest.version != release.version);
    if (is_new) logger()->info("Millrace {} is out; this is {}", release.version, around_.installed);
    news_ = {std::move(release), around_.clock.wall_now()};
    if (around_.heard) around_.heard(news_->newest);
}

// That nobody tells of releases is no illness of ours.
void ReleaseCheck::health(std::vector<ports::HealthItem>& items) const {
    if (settings_.url.empty()) return;
    std::string detail = "not asked yet";
    if (news_) {
        const bool newest = news_->newest.version == around_.installed;
        detail = newest ? "this is the newest version" : "version " + news_->newest.version + " is out";
    }
    if (!error_.empty()) detail = (news_ ? detail + "; " : "") + "updates.url was last asked in vain: " + error_;
    items.push_back({"updates", true, std::move(detail)});
}

void ReleaseCheck::metrics(std::vector<ports::Metric>& metrics) const {
    if (settings_.url.empty()) return;
    const auto count = [&](const char* result, std::uint64_t value) {
        metrics.push_back({"millrace_update_checks_total",
                           "Questions whether there is a newer version.",
                           ports::MetricType::Counter,
                           {{"result", result}},
                           static_cast<double>(value)});
    };
    count("good", good_);
    count("failed", failed_);
}

}  // namespace millrace::notify
