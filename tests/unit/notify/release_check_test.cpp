#include "notify/release_check.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <memory>
#include <sstream>

#include "support/fakes.h"

namespace millrace::notify {
namespace {

using base::Seconds;

constexpr const char* kUrl = "https://example.org/newest.json";
constexpr const char* kNewer = R"({"version": "0.2.0", "url": "https://example.org/0.2.0", "summary": "Faster."})";

// With 0 none of the span that is left to chance, with 0xFF nearly all of it.
class SetRandom final : public ports::Random {
public:
    void fill(std::span<std::uint8_t> bytes) override { std::fill(bytes.begin(), bytes.end(), value); }
    std::uint8_t value = 0;
};

class ReleaseCheckTest : public testing::Test {
protected:
    void SetUp() override {
        auto own = std::make_shared<spdlog::logger>("notify", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_));
        spdlog::drop("notify");
        spdlog::register_logger(std::move(own));
    }
    void TearDown() override {
        check_.reset();
        spdlog::drop("notify");
    }

    ReleaseCheck& make(const std::string& url = kUrl) {
        ReleaseSurroundings around{clock_, random_,
                                   [this](std::function<void()> work) { boost::asio::post(loop_, std::move(work)); },
                                   [this](const ports::Release& release) { heard_.push_back(release); }};
        around.ask_place = [this](const HttpRequest& request, Cancel&) {
            ++asked_;
            EXPECT_EQ(request.url, kUrl);
            EXPECT_TRUE(request.headers.empty() && request.body.empty()) << "a question, and nothing of the house";
            return answer_;
        };
        around.installed = "0.1.0";
        check_ = std::make_unique<ReleaseCheck>(UpdateSettings{url, Seconds{600}}, std::move(around));
        return *check_;
    }

    // Moves the clock second by second, with a tick at each; a question is answered before the next.
    void pass(Seconds span) {
        for (Seconds second{0}; second < span; ++second) {
            clock_.advance(Seconds{1});
            tick();
        }
    }
    void tick() {
        check_->tick();
        while (check_->asking()) loop_.run_one_for(std::chrono::milliseconds{1});
        loop_.restart();
        loop_.poll();
    }

    [[nodiscard]] std::string detail() const {
        std::vector<ports::HealthItem> items;
        check_->health(items);
        EXPECT_EQ(items.size(), 1u);
        EXPECT_TRUE(items.at(0).ok) << "no illness of ours";
        return items.at(0).detail;
    }
    [[nodiscard]] int lines_logged() const {
        const std::string text = log_.str();
        return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
    }

    std::ostringstream log_;
    support::FakeClock clock_{base::from_unix_s(1'790'000'000)};
    SetRandom random_;
    boost::asio::io_context loop_{1};
    base::Result<HttpAnswer, base::Error> answer_ = HttpAnswer{200, kNewer};
    std::atomic<int> asked_ = 0;
    std::vector<ports::Release> heard_;
    std::unique_ptr<ReleaseCheck> check_;
};

TEST_F(ReleaseCheckTest, WithoutAUrlNobodyIsAskedAndNothingIsSaid) {
    make("");
    pass(ReleaseCheck::kEvery);
    EXPECT_EQ(asked_, 0);
    EXPECT_FALSE(check_->news());
    std::vector<ports::HealthItem> items;
    std::vector<ports::Metric> metrics;
    check_->health(items);
    check_->metrics(metrics);
    EXPECT_TRUE(items.empty() && metrics.empty());
}

TEST_F(ReleaseCheckTest, TheFirstMomentIsLeftToChanceButNotInTheFirstTenth) {
    make();
    tick();
    pass(Seconds{59});
    EXPECT_EQ(asked_, 0);
    pass(Seconds{1});
    EXPECT_EQ(asked_, 1);

    asked_ = 0;
    random_.value = 0xFF;
    make();
    tick();
    pass(Seconds{599});
    EXPECT_EQ(asked_, 0);
    pass(Seconds{1});
    EXPECT_EQ(asked_, 1);
}

TEST_F(ReleaseCheckTest, AsksOnceADayAndTellsWhatItHears) {
    make();
    pass(Seconds{70});
    EXPECT_EQ(asked_, 1);
    const ports::Release newer{"0.2.0", "https://example.org/0.2.0", "Faster."};
    EXPECT_EQ(heard_, std::vector{newer});
    ASSERT_TRUE(check_->news());
    EXPECT_EQ(check_->news()->newest, newer);
    EXPECT_LT(clock_.wall_now() - check_->news()->checked, Seconds{70});
    EXPECT_EQ(detail(), "version 0.2.0 is out");
    pass(ReleaseCheck::kEvery - Seconds{70});
    EXPECT_EQ(asked_, 1);
    pass(Seconds{70});
    EXPECT_EQ(asked_, 2);
    EXPECT_EQ(lines_logged(), 1) << "the same release is said once: " << log_.str();
}

TEST_F(ReleaseCheckTest, NobodyIsToldToGoBack) {
    answer_ = HttpAnswer{200, R"({"version": "0.0.9", "summary": "Old words."})"};
    make();
    pass(Seconds{70});
    EXPECT_EQ(heard_, (std::vector{ports::Release{"0.1.0", "", ""}}));
    EXPECT_EQ(detail(), "this is the newest version");
    EXPECT_EQ(lines_logged(), 0) << log_.str();
}

TEST_F(ReleaseCheckTest, AfterAFailureItWaitsAnHourAndThenEverLongerUpToADay) {
    answer_ = base::failure(base::Error{"no connection"});
    make();
    tick();
    pass(Seconds{60});
    EXPECT_EQ(asked_, 1);
    EXPECT_EQ(detail(), "updates.url was last asked in vain: no connection");
    int expected = 1;
    for (const int hours : {1, 2, 4, 8, 16, 24, 24}) {
        pass(Seconds{hours * 3600 - 1});
        EXPECT_EQ(asked_, expected);
        pass(Seconds{1});
        EXPECT_EQ(asked_, ++expected);
    }
    answer_ = HttpAnswer{200, kNewer};
    pass(ReleaseCheck::kEvery);
    answer_ = base::failure(base::Error{"no connection"});
    pass(ReleaseCheck::kEvery);
    expected = asked_;
    pass(ReleaseCheck::kShortestWait);
    EXPECT_EQ(asked_, expected + 1) << "an answer makes it begin with an hour again";
}

TEST_F(ReleaseCheckTest, WhatWasHeardStaysWhileThePlaceIsAway) {
    make();
    pass(Seconds{70});
    answer_ = base::failure(base::Error{"no connection"});
    pass(ReleaseCheck::kEvery);
    EXPECT_EQ(asked_, 2);
    ASSERT_TRUE(check_->news());
    EXPECT_EQ(check_->news()->newest.version, "0.2.0");
    EXPECT_EQ(detail(), "version 0.2.0 is out; updates.url was last asked in vain: no connection");
    answer_ = HttpAnswer{500, kNewer};
    pass(ReleaseCheck::kShortestWait);
    EXPECT_EQ(detail(), "version 0.2.0 is out; updates.url was last asked in vain: the server answered 500");
}

TEST_F(ReleaseCheckTest, AnAnswerThatIsNoReleaseIsIgnoredAndSaidOnce) {
    answer_ = HttpAnswer{200, R"({"version": "newest\nforged line"})"};
    make();
    pass(Seconds{70});
    EXPECT_FALSE(check_->news());
    EXPECT_TRUE(heard_.empty());
    EXPECT_NE(detail().find("no version"), std::string::npos) << detail();
    pass(3 * ReleaseCheck::kEvery);
    EXPECT_GT(asked_, 4);
    EXPECT_EQ(lines_logged(), 1) << log_.str();
    EXPECT_EQ(log_.str().find("forged"), std::string::npos);
}

}  // namespace
}  // namespace millrace::notify
