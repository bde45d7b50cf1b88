#include "notify/notifier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <fstream>
#include <sstream>

#include "base/system_clock.h"
#include "incidents.h"
#include "support/fakes.h"
#include "support/temporary_folder.h"

namespace millrace::notify {
namespace {

using detect::Change;
using detect::Rule;
using ports::DeliveryState;

class NotifierTest : public testing::Test {
protected:
    // Writes a line for each notice.
    [[nodiscard]] Channel writer(const std::string& name) const {
        Channel channel;
        channel.name = name;
        channel.type = ChannelType::Exec;
        channel.command = {"/bin/sh", "-c", "echo $MILLRACE_KIND $MILLRACE_RULE $MILLRACE_INCIDENT >> \"$0\"",
                           file(name)};
        return channel;
    }
    [[nodiscard]] Channel running(const std::string& name, const std::string& script) const {
        Channel channel = writer(name);
        channel.command = {"/bin/sh", "-c", script, file(name)};
        return channel;
    }

    Notifier& start(std::vector<Channel> channels, const ports::StoredState& stored = {}) {
        Settings settings;
        settings.channels = std::move(channels);
        notifier_ = std::make_unique<Notifier>(loop_, settings, Surroundings{store_, clock_, {}, {}, {}});
        notifier_->restore(stored);
        notifier_->start();
        return *notifier_;
    }

    [[nodiscard]] detect::AlarmEvent now(Change change, std::int64_t id, Rule rule) const {
        detect::AlarmEvent happened = event(change, incident(id, rule), 0);
        happened.at = happened.incident.raised = clock_.wall_now();
        if (happened.incident.cleared) happened.incident.cleared = happened.at;
        return happened;
    }

    template <typename Condition>
    bool within(std::chrono::milliseconds limit, Condition condition) {
        const auto until = std::chrono::steady_clock::now() + limit;
        while (!condition()) {
            if (std::chrono::steady_clock::now() >= until) return false;
            loop_.run_one_for(std::chrono::milliseconds{20});
            store_.finish();
        }
        return true;
    }

    [[nodiscard]] std::string file(const std::string& name) const { return folder_ / name; }
    [[nodiscard]] std::string told(const std::string& name) const {
        std::ifstream stream(file(name));
        std::ostringstream text;
        text << stream.rdbuf();
        return text.str();
    }
    [[nodiscard]] bool delivered(const std::string& channel) const {
        for (const auto& record : store_.all<ports::DeliveryRecord>()) {
            if (record.channel == channel && record.state == DeliveryState::Delivered) return true;
        }
        return false;
    }

    static constexpr std::chrono::milliseconds kSoon{2'000};
    static constexpr std::chrono::milliseconds kLong{10'000};

    support::TemporaryFolder folder_;
    base::SystemClock clock_;
    boost::asio::io_context loop_{1};
    support::FakeStore store_;
    std::unique_ptr<Notifier> notifier_;
};

TEST_F(NotifierTest, AlarmReachesEverybodyElseWithinTwoSecondsWhateverHangsOrFails) {
    std::vector<Channel> channels{running("hangs", "sleep 14"), running("fails", "exit 1")};
    for (int i = 0; i < 6; ++i) channels.push_back(writer("good" + std::to_string(i)));
    Notifier& notifier = start(channels);
    notifier.on_alarm(now(Change::Raised, 5, Rule::Burst));
    EXPECT_TRUE(within(kSoon, [&] {
        for (int i = 0; i < 6; ++i) {
            if (told("good" + std::to_string(i)) != "raised burst 5\n") return false;
        }
        return true;
    }));
    EXPECT_TRUE(within(kSoon, [&] {
        const auto states = notifier.channels();
        return !states[1].ok &&
               std::all_of(states.begin() + 2, states.end(), [](const auto& s) { return s.waiting == 0; });
    }));
    EXPECT_FALSE(delivered("hangs"));
    EXPECT_FALSE(delivered("fails"));
    for (const auto& state : notifier.channels()) {
        EXPECT_EQ(state.ok, state.name != "fails") << state.name;
        EXPECT_EQ(state.waiting, state.name.starts_with("good") ? 0u : 1u) << state.name;
    }
}

TEST_F(NotifierTest, FullDiskHoldsNothingBack) {
    store_.full = true;
    Notifier& notifier = start({writer("a")});
    notifier.on_alarm(now(Change::Raised, 5, Rule::Burst));
    EXPECT_TRUE(within(kSoon, [&] { return told("a") == "raised burst 5\n"; }));
    EXPECT_TRUE(within(kSoon, [&] { return notifier.channels()[0].last_success.has_value(); }));
    std::vector<ports::Metric> metrics;
    notifier.metrics(metrics);
    EXPECT_EQ(metrics.back().name, "millrace_notification_records_lost_total");
    EXPECT_EQ(metrics.back().value, 2);
}

TEST_F(NotifierTest, StoreThatNeverAnswersHoldsNothingBack) {
    Notifier& notifier = start({writer("a")});
    notifier.on_alarm(now(Change::Raised, 5, Rule::Burst));
    const auto until = std::chrono::steady_clock::now() + kSoon;
    while (told("a").empty() && std::chrono::steady_clock::now() < until) {
        loop_.run_one_for(std::chrono::milliseconds{20});
    }
    EXPECT_EQ(told("a"), "raised burst 5\n");
}

TEST_F(NotifierTest, TestGoesPastEveryFilterAndIsAnswered) {
    Channel strict = writer("a");
    strict.least = detect::Severity::Critical;
    strict.quiet = QuietHours{0, 0};  // all day
    Notifier& notifier = start({strict, running("b", "exit 4")});
    std::vector<std::string> answers;
    const auto answer = [&](const base::Result<void, base::Error>& done) {
        answers.push_back(done ? "good" : done.error().message);
    };
    notifier.set_enabled(false, {});
    notifier.test("a", answer);
    notifier.test("a", answer);
    notifier.test("nobody", answer);
    EXPECT_EQ(answers, (std::vector<std::string>{"a test of this channel is under way", "there is no channel nobody"}));
    EXPECT_TRUE(within(kLong, [&] { return answers.size() == 3; }));
    EXPECT_EQ(answers.back(), "good");
    EXPECT_EQ(told("a"), "test\n");
    EXPECT_TRUE(notifier.channels()[0].last_test.has_value());
    notifier.test("b", answer);
    EXPECT_TRUE(within(kLong, [&] { return answers.size() == 4; }));
    EXPECT_EQ(answers.back(), "the program ended with 4");
    EXPECT_FALSE(notifier.channels()[1].ok);
    EXPECT_FALSE(notifier.channels()[1].last_test.has_value());
    const auto records = store_.all<ports::DeliveryRecord>();
    ASSERT_EQ(records.size(), 2u);
    EXPECT_EQ(records[0].state, DeliveryState::Delivered);
    EXPECT_EQ(records[1].state, DeliveryState::GivenUp);
    EXPECT_EQ(records[1].kind, "test");
}

TEST_F(NotifierTest, NothingIsSentWhileItIsOffAndTheQueueStands) {
    Notifier& notifier = start({writer("a")});
    bool kept = false;
    notifier.set_enabled(false, [&](const auto& done) { kept = done.has_value(); });
    store_.finish();
    EXPECT_TRUE(kept);
    EXPECT_FALSE(notifier.enabled());
    notifier.on_alarm(now(Change::Raised, 5, Rule::Burst));
    EXPECT_TRUE(within(kSoon, [&] { return notifier.channels()[0].waiting == 1; }));
    EXPECT_FALSE(within(std::chrono::milliseconds{300}, [&] { return !told("a").empty(); }));
    notifier.set_enabled(true, {});
    EXPECT_TRUE(within(kSoon, [&] { return told("a") == "raised burst 5\n"; }));
    const auto choices = store_.all<ports::ChoiceRecord>();
    ASSERT_EQ(choices.size(), 2u);
    EXPECT_EQ(choices[0], (ports::ChoiceRecord{"notifications", "off", "on"}));
    ports::StoredState stored;
    stored.choices = {choices[0]};
    EXPECT_FALSE(start({writer("a")}, stored).enabled());
}

TEST_F(NotifierTest, WhatWaitedGoesOutAfterARestart) {
    start({running("a", "exit 1"), running("gone", "exit 1")}).on_alarm(now(Change::Raised, 5, Rule::Burst));
    EXPECT_TRUE(within(kSoon, [&] {
        int tried = 0;
        for (const auto& record : store_.all<ports::DeliveryRecord>()) tried += record.tries;
        return tried == 2;
    }));
    ports::StoredState stored;
    for (const auto& record : store_.all<ports::DeliveryRecord>()) {
        stored.last_delivery = std::max(stored.last_delivery, record.number);
        if (record.tries > 0) stored.deliveries.push_back(record);
    }
    ASSERT_EQ(stored.deliveries.size(), 2u);
    for (auto& record : stored.deliveries) record.next_try = clock_.wall_now();
    stored.incidents = {now(Change::Raised, 5, Rule::Burst).incident};
    notifier_.reset();
    store_.others.clear();
    start({writer("a")}, stored);
    EXPECT_TRUE(within(kSoon, [&] { return told("a") == "raised burst 5\n"; }));
    EXPECT_TRUE(within(kSoon, [&] { return delivered("a"); }));
    for (const auto& record : store_.all<ports::DeliveryRecord>()) {
        if (record.channel != "gone") continue;
        EXPECT_EQ(record.state, DeliveryState::GivenUp);
        EXPECT_EQ(record.error, "the channel is no longer configured");
    }
    // New ones get higher numbers.
    notifier_->on_alarm(now(Change::Raised, 6, Rule::AwayUse));
    EXPECT_TRUE(within(kSoon, [&] { return told("a") == "raised burst 5\nraised away_use 6\n"; }));
    for (const auto& record : store_.all<ports::DeliveryRecord>()) {
        if (record.incident != 6) continue;
        EXPECT_EQ(record.number, stored.last_delivery + 1);
    }
}

TEST_F(NotifierTest, StopsSoonWhileAProgramHangs) {
    Notifier& notifier = start({running("a", "sleep 14"), running("b", "sleep 14")});
    notifier.on_alarm(now(Change::Raised, 5, Rule::Burst));
    within(std::chrono::milliseconds{300}, [] { return false; });
    const auto before = std::chrono::steady_clock::now();
    notifier.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::milliseconds{2'500});
    // What it was about stays for the next start.
    for (const auto& record : store_.all<ports::DeliveryRecord>()) EXPECT_EQ(record.state, DeliveryState::Waiting);
}

TEST_F(NotifierTest, SeveralChangesAtOnceAreOneNotice) {
    Notifier& notifier = start({writer("a")});
    notifier.on_alarm(now(Change::Raised, 5, Rule::SlowLeak));
    notifier.on_alarm(now(Change::Escalated, 5, Rule::Burst));
    EXPECT_TRUE(within(kSoon, [&] { return delivered("a"); }));
    EXPECT_FALSE(within(std::chrono::milliseconds{1'300}, [&] { return told("a") != "raised burst 5\n"; }));
}

TEST_F(NotifierTest, ChannelThatFailsTwiceIsIll) {
    Notifier& notifier = start({running("a", "exit 1")});
    const auto ok = [&] {
        std::vector<ports::HealthItem> items;
        notifier.health(items);
        return items.at(0).ok;
    };
    EXPECT_TRUE(ok());
    int answered = 0;
    notifier.test("a", [&](const auto&) { ++answered; });
    EXPECT_TRUE(within(kLong, [&] { return answered == 1; }));
    EXPECT_TRUE(ok());
    notifier.test("a", [&](const auto&) { ++answered; });
    EXPECT_TRUE(within(kLong, [&] { return answered == 2; }));
    EXPECT_FALSE(ok());
}

}  // namespace
}  // namespace millrace::notify
