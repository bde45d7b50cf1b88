#include "doctor/checkup.h"

#include <condition_variable>
#include <deque>
#include <mutex>

#include <gtest/gtest.h>

#include "base/system_clock.h"
#include "unit/doctor/facts.h"

namespace millrace::doctor {
namespace {

// A loop whose turns the test takes.
class Turns {
public:
    void post(std::function<void()> work) {
        const std::lock_guard lock(mutex_);
        queue_.push_back(std::move(work));
        came_.notify_all();
    }
    void take_one() {
        std::unique_lock lock(mutex_);
        came_.wait(lock, [this] { return !queue_.empty(); });
        const auto work = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        work();
    }

private:
    std::mutex mutex_;
    std::condition_variable came_;
    std::deque<std::function<void()>> queue_;
};

class CheckupTest : public testing::Test {
protected:
    // Asks nobody: bridges connect elsewhere, and the time server is none.
    static Known quiet() {
        Known known = good_known();
        known.guest = true;
        known.state_dir.clear();
        return known;
    }
    ports::Checks::Answer noted(const std::string& who) {
        return [this, who](const base::Result<ports::CheckRun, base::Error>& run) {
            said_.push_back(who + (run ? ": " + std::to_string(run->checks.size()) : ": " + run.error().message));
        };
    }

    base::SystemClock clock_;
    Turns turns_;
    int begun_ = 0;
    std::vector<std::string> said_;
    Checkup checkup_{{clock_, [this](std::function<void()> work) { turns_.post(std::move(work)); },
                      [this] {
                          ++begun_;
                          return quiet();
                      }}};
};

// A server that nobody listens at, so that it is known at once.
const ports::CheckWishes kOther{{}, {"127.0.0.1:1"}};

TEST_F(CheckupTest, WhoAsksForTheSameSharesARun) {
    EXPECT_FALSE(checkup_.last());
    checkup_.run({}, noted("a"));
    checkup_.run({}, noted("b"));
    turns_.take_one();
    EXPECT_EQ(begun_, 1);
    ASSERT_EQ(said_.size(), 2U);
    EXPECT_EQ(said_[0].substr(0, 1) + said_[1].substr(0, 1), "ab");
    ASSERT_TRUE(checkup_.last());
    EXPECT_FALSE(checkup_.last()->checks.empty());
    EXPECT_EQ(checkup_.last()->time, kNow);
}

TEST_F(CheckupTest, WhoAsksForSomethingElseWaitsForHisOwn) {
    checkup_.run({}, noted("a"));
    checkup_.run(kOther, noted("b"));
    checkup_.run({}, noted("c"));
    turns_.take_one();
    EXPECT_EQ(said_.size(), 2U);
    turns_.take_one();
    EXPECT_EQ(begun_, 2);
    ASSERT_EQ(said_.size(), 3U);
    EXPECT_EQ(said_[2].substr(0, 1), "b");
}

TEST_F(CheckupTest, NoMoreThanAFewWait) {
    for (std::size_t i = 0; i < Checkup::kMostWaiting; ++i) checkup_.run({}, noted("a"));
    EXPECT_TRUE(said_.empty());
    checkup_.run({}, noted("late"));
    ASSERT_EQ(said_.size(), 1U);
    EXPECT_NE(said_[0].find("late: too many"), std::string::npos);
    turns_.take_one();
}

TEST_F(CheckupTest, TheEndIsToldToWhoWaits) {
    checkup_.run({}, noted("a"));
    checkup_.stop();
    EXPECT_EQ(said_, std::vector<std::string>{"a: the daemon stops"});
    turns_.take_one();  // what the run has posted comes to nothing
    checkup_.run({}, noted("b"));
    EXPECT_EQ(said_.back(), "b: the daemon stops");
}

}  // namespace
}  // namespace millrace::doctor
