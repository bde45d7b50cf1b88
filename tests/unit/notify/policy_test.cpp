#include "notify/policy.h"

#include <gtest/gtest.h>

#include <string>

#include "incidents.h"

namespace millrace::notify {
namespace {

using base::Seconds;
using detect::Change;
using detect::Rule;

constexpr int kNoon = 720;

Channel channel(std::string name) {
    Channel channel;
    channel.name = std::move(name);
    return channel;
}

// What is due, as "channel kind" words.
std::string due(Policy& policy, std::int64_t seconds, int minute = kNoon) {
    std::string words;
    for (const Due& entry : policy.due(at_s(seconds), minute)) {
        words += (words.empty() ? "" : ", ") + std::to_string(entry.channel) + " " + std::string(name(entry.kind));
    }
    return words;
}

TEST(Policy, FirstNoticeGoesAtOnceAndOnce) {
    Policy policy({channel("a"), channel("b")});
    policy.on_event(event(Change::Raised, incident(1, Rule::SlowLeak), 0));
    EXPECT_EQ(due(policy, 0), "0 raised, 1 raised");
    EXPECT_EQ(due(policy, 0), "");
    EXPECT_EQ(due(policy, 599), "");
}

TEST(Policy, ReminderComesByTheListAndThenForEver) {
    Policy policy({channel("a")});
    policy.on_event(event(Change::Raised, incident(1, Rule::SlowLeak), 0));
    ASSERT_EQ(due(policy, 0), "0 raised");
    std::int64_t now = 0;
    for (const int gap : {600, 1'800, 3'600, 14'400, 14'400, 14'400}) {
        EXPECT_EQ(due(policy, now + gap - 1), "") << gap;
        now += gap;
        EXPECT_EQ(due(policy, now), "0 reminder") << gap;
    }
}

TEST(Policy, WithoutRepeatThereIsNoReminder) {
    Channel quiet = channel("a");
    quiet.repeat.clear();
    Policy policy({quiet});
    policy.on_event(event(Change::Raised, incident(1, Rule::SlowLeak), 0));
    ASSERT_EQ(due(policy, 0), "0 raised");
    EXPECT_EQ(due(policy, 1'000'000), "");
}

TEST(Policy, SeverityAndRulesFilter) {
    Channel critical = channel("a");
    critical.least = detect::Severity::Critical;
    Channel info = channel("b");
    info.least = detect::Severity::Info;
    Channel toilets = channel("c");
    toilets.rules = {Rule::RunningToilet};
    Policy policy({critical, info, toilets});
    policy.on_event(event(Change::Raised, incident(1, Rule::LongUse), 0));
    EXPECT_EQ(due(policy, 0), "1 raised");
    policy.on_event(event(Change::Raised, incident(2, Rule::RunningToilet), 0));
    EXPECT_EQ(due(policy, 0), "1 raised, 2 raised");
    policy.on_event(event(Change::Raised, incident(3, Rule::Burst), 0));
    EXPECT_EQ(due(policy, 0), "0 raised, 1 raised");
}

TEST(Policy, GravestGoesFirst) {
    Policy policy({channel("a")});
    policy.on_event(event(Change::Raised, incident(1, Rule::SlowLeak), 0));
    policy.on_event(event(Change::Raised, incident(2, Rule::Burst), 0));
    const auto all = policy.due(at_s(0), kNoon);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].incident.id, 2);
}

TEST(Policy, AcknowledgementStopsRemindersAndIsBrokenByWorse) {
    Policy policy({channel("a")});
    policy.on_event(event(Change::Raised, incident(1, Rule::SlowLeak), 0));
    ASSERT_EQ(due(policy, 0), "0 raised");
    policy.on_event(event(Change::Acknowledged, incident(1, Rule::SlowLeak), 10));
    EXPECT_EQ(due(policy, 100'000), "");
    policy.on_event(event(Change::Escalated, incident(1, Rule::Burst), 100'001));
    EXPECT_EQ(due(policy, 100'001), "0 escalated");
    EXPECT_EQ(due(policy, 100'601), "0 reminder");
}

TEST(Policy, SnoozePausesUntilItIsOver) {
    Policy policy({channel("a")});
    policy.on_event(event(Change::Raised, incident(1, Rule::SlowLeak), 0));
    ASSERT_EQ(due(policy, 0), "0 raised");
    policy.on_event(event(Change::Snoozed, incident(1, Rule::SlowLeak), 10));
    EXPECT_EQ(due(policy, 3'600), "");
    policy.on_event(event(Change::Resumed, incident(1, Rule::SlowLeak), 3'610));
    EXPECT_EQ(due(policy, 3'610), "0 resumed");
    EXPECT_EQ(due(policy, 4'209), "");
    EXPECT_EQ(due(policy, 4'210), "0 reminder");
}

TEST(Policy, EndIsToldOnlyWhereTheRaiseWas) {
    Channel critical = channel("b");
    critical.least = detect::Severity::Critical;
    Channel silent = channel("c");
    silent.send_resolved = false;
    Policy policy({channel("a"), critical, silent});
    policy.on_event(event(Change::Raised, incident(1, Rule::SlowLeak), 0));
    ASSERT_EQ(due(policy, 0), "0 raised, 2 raised");
    policy.on_event(event(Change::Cleared, incident(1, Rule::SlowLeak), 300));
    EXPECT_EQ(due(policy, 300), "0 cleared");
    EXPECT_EQ(due(policy, 100'000), "");
}

TEST(Policy, ABudgetIsToldOnceAtEachStepAndItsEndIsNot) {
    Channel curious = channel("b");
    curious.least = detect::Severity::Info;
    Policy policy({channel("a"), curious});
    detect::Incident reached = incident(1, Rule::BudgetDay);
    reached.finding.severity = detect::Severity::Info;
    policy.on_event(event(Change::Raised, reached, 0));
    EXPECT_EQ(due(policy, 0), "1 raised");
    EXPECT_EQ(due(policy, 30'000), "");
    policy.on_event(event(Change::Escalated, incident(1, Rule::BudgetDay), 30'001));
    EXPECT_EQ(due(policy, 30'001), "0 raised, 1 escalated");
    EXPECT_EQ(due(policy, 80'000), "") << "no reminder";
    policy.on_event(event(Change::Cleared, incident(1, Rule::BudgetDay), 80'001));
    EXPECT_EQ(due(policy, 80'001), "") << "the day is over, and nobody need be told";
    EXPECT_EQ(due(policy, 1'000'000), "");
}

TEST(Policy, ASnoozedBudgetIsToldAgainWhenTheSnoozeIsOver) {
    Policy policy({channel("a")});
    policy.on_event(event(Change::Raised, incident(1, Rule::BudgetMonth), 0));
    ASSERT_EQ(due(policy, 0), "0 raised");
    policy.on_event(event(Change::Snoozed, incident(1, Rule::BudgetMonth), 10));
    policy.on_event(event(Change::Resumed, incident(1, Rule::BudgetMonth), 3'610));
    EXPECT_EQ(due(policy, 3'610), "0 resumed");
}

TEST(Policy, SaidToBeNoLeakIsAnEndToo) {
    Policy policy({channel("a")});
    policy.on_event(event(Change::Raised, incident(1, Rule::SlowLeak), 0));
    ASSERT_EQ(due(policy, 0), "0 raised");
    policy.on_event(event(Change::NotALeak, incident(1, Rule::SlowLeak), 300));
    EXPECT_EQ(due(policy, 300), "0 cleared");
    // Said of one that is over, it is nobody's news.
    policy.on_event(event(Change::NotALeak, incident(1, Rule::SlowLeak), 400));
    EXPECT_EQ(due(policy, 400), "");
}

TEST(Policy, WhatComesBackIsToldAgain) {
    Channel silent = channel("b");
    silent.send_resolved = false;
    Policy policy({channel("a"), silent});
    policy.on_event(event(Change::Raised, incident(1, Rule::SlowLeak), 0));
    ASSERT_EQ(due(policy, 0), "0 raised, 1 raised");
    policy.on_event(event(Change::Cleared, incident(1, Rule::SlowLeak), 300));
    ASSERT_EQ(due(policy, 300), "0 cleared");
    policy.on_event(event(Change::Reopened, incident(1, Rule::SlowLeak), 900));
    EXPECT_EQ(due(policy, 900), "0 reopened, 1 reopened");
    policy.on_event(event(Change::Cleared, incident(1, Rule::SlowLeak), 1'000));
    EXPECT_EQ(due(policy, 1'000), "0 cleared");
}

TEST(Policy, AtMostOneNoticeAMinuteAndThenTheNewest) {
    Policy policy({channel("a")});
    policy.on_event(event(Change::Raised, incident(1, Rule::SlowLeak), 0));
    ASSERT_EQ(due(policy, 0), "0 raised");
    policy.on_event(event(Change::Cleared, incident(1, Rule::SlowLeak), 10));
    EXPECT_EQ(due(policy, 10), "");
    policy.on_event(event(Change::Reopened, incident(1, Rule::SlowLeak), 20));
    policy.on_event(event(Change::Escalated, incident(1, Rule::Burst), 30));
    EXPECT_EQ(due(policy, 59), "");
    EXPECT_EQ(due(policy, 60), "0 escalated");
    EXPECT_EQ(due(policy, 61), "");
    // Another incident is not held up by it.
    policy.on_event(event(Change::Raised, incident(2, Rule::SensorSilent), 62));
    EXPECT_EQ(due(policy, 62), "0 raised");
}

TEST(Policy, QuietHoursDelayAllButWhatIsCritical) {
    Channel sleeper = channel("a");
    sleeper.quiet = QuietHours{22 * 60, 7 * 60};
    Policy policy({sleeper});
    policy.on_event(event(Change::Raised, incident(1, Rule::SlowLeak), 0));
    EXPECT_EQ(due(policy, 0, 22 * 60), "");
    EXPECT_EQ(due(policy, 7'200, 0), "");
    policy.on_event(event(Change::Raised, incident(2, Rule::Burst), 7'300));
    EXPECT_EQ(due(policy, 7'300, 2), "0 raised");
    EXPECT_EQ(due(policy, 7'900, 12), "0 reminder");
    EXPECT_EQ(due(policy, 32'399, 7 * 60 - 1), "0 reminder");  // of the burst
    const auto morning = policy.due(at_s(32'400), 7 * 60);
    ASSERT_EQ(morning.size(), 1u);
    EXPECT_EQ(morning[0].incident.id, 1);
    EXPECT_EQ(morning[0].kind, NoticeKind::Raised);
}

TEST(Policy, WhatIsOverBeforeQuietHoursAreIsNeverTold) {
    Channel sleeper = channel("a");
    sleeper.quiet = QuietHours{22 * 60, 7 * 60};
    Policy policy({sleeper});
    policy.on_event(event(Change::Raised, incident(1, Rule::SlowLeak), 0));
    EXPECT_EQ(due(policy, 0, 23 * 60), "");
    policy.on_event(event(Change::Cleared, incident(1, Rule::SlowLeak), 600));
    EXPECT_EQ(due(policy, 40'000, kNoon), "");
}

TEST(Policy, QuietHoursGiveOneReminderAtTheirEnd) {
    Channel sleeper = channel("a");
    sleeper.quiet = QuietHours{22 * 60, 7 * 60};
    Policy policy({sleeper});
    policy.on_event(event(Change::Raised, incident(1, Rule::SlowLeak), 0));
    ASSERT_EQ(due(policy, 0, 21 * 60 + 59), "0 raised");
    for (int t = 60; t < 32'400; t += 600) EXPECT_EQ(due(policy, t, (22 * 60 + t / 60) % 1'440), "") << t;
    EXPECT_EQ(due(policy, 32'460, 7 * 60), "0 reminder");
    EXPECT_EQ(due(policy, 32'461, 7 * 60), "");
}

TEST(Policy, SecondCircleHearsOnlyWhatNobodyAnswers) {
    Channel second = channel("b");
    second.after = Seconds{900};
    Policy policy({channel("a"), second});
    policy.on_event(event(Change::Raised, incident(1, Rule::SlowLeak), 0));
    policy.on_event(event(Change::Raised, incident(2, Rule::ContinuousFlow), 0));
    ASSERT_EQ(due(policy, 0), "0 raised, 0 raised");
    policy.on_event(event(Change::Acknowledged, incident(2, Rule::ContinuousFlow), 800));
    (void)policy.due(at_s(600), kNoon);
    EXPECT_EQ(due(policy, 899), "");
    EXPECT_EQ(due(policy, 900), "1 raised");  // of the first incident only
    EXPECT_EQ(due(policy, 1'500), "1 reminder");
    policy.on_event(event(Change::Cleared, incident(1, Rule::SlowLeak), 1'600));
    EXPECT_EQ(due(policy, 1'700), "0 cleared, 1 cleared");
    policy.on_event(event(Change::Cleared, incident(2, Rule::ContinuousFlow), 1'800));
    EXPECT_EQ(due(policy, 1'800), "0 cleared");
}

TEST(Policy, SecondCircleHearsOfABurstInThreeMinutes) {
    Channel second = channel("a");
    second.after = Seconds{900};
    Policy policy({second});
    policy.on_event(event(Change::Raised, incident(1, Rule::Burst), 0));
    EXPECT_EQ(due(policy, 179), "");
    EXPECT_EQ(due(policy, 180), "0 raised");
    // Growing into a burst shortens the wait that is left, and never lengthens it.
    policy.on_event(event(Change::Raised, incident(2, Rule::SlowLeak), 1'000));
    policy.on_event(event(Change::Escalated, incident(2, Rule::Burst), 1'100));
    EXPECT_EQ(due(policy, 1'279), "0 reminder");  // of the first
    EXPECT_EQ(due(policy, 1'280), "0 raised");
    policy.on_event(event(Change::Raised, incident(3, Rule::SlowLeak), 2'000));
    policy.on_event(event(Change::Acknowledged, incident(1, Rule::Burst), 2'000));
    policy.on_event(event(Change::Acknowledged, incident(2, Rule::Burst), 2'000));
    policy.on_event(event(Change::Escalated, incident(3, Rule::Burst), 2'890));
    EXPECT_EQ(due(policy, 2'900), "0 raised");
}

TEST(Policy, ClockPutBackSilencesNobody) {
    Channel second = channel("b");
    second.after = Seconds{900};
    Policy policy({channel("a"), second});
    policy.on_event(event(Change::Raised, incident(1, Rule::SlowLeak), 0));
    ASSERT_EQ(due(policy, 0), "0 raised");
    EXPECT_EQ(due(policy, -100'000), "");
    EXPECT_EQ(due(policy, -100'000 + 600), "0 reminder");
    EXPECT_EQ(due(policy, -100'000 + 900), "1 raised");
}

TEST(Policy, OneTrackPerChannelAndIncident) {
    Policy policy({channel("a")});
    for (int id = 1; id <= 500; ++id) policy.on_event(event(Change::Raised, incident(id, Rule::SensorSilent), 0));
    EXPECT_EQ(policy.due(at_s(0), kNoon).size(), 500u);
    for (int id = 1; id <= 500; ++id) policy.on_event(event(Change::Cleared, incident(id, Rule::SensorSilent), 100));
    EXPECT_EQ(policy.due(at_s(100), kNoon).size(), 500u);
    EXPECT_EQ(policy.due(at_s(100'000), kNoon).size(), 0u);
}

ports::DeliveryRecord delivery(std::int64_t number, const char* channel, std::int64_t incident, const char* kind,
                               std::int64_t queued) {
    ports::DeliveryRecord record;
    record.number = number;
    record.channel = channel;
    record.incident = incident;
    record.kind = kind;
    record.state = ports::DeliveryState::Delivered;
    record.queued = at_s(queued);
    return record;
}

TEST(PolicyRestart, GoesOnWhereItStood) {
    Policy policy({channel("a")});
    policy.restore({incident(1, Rule::SlowLeak, 0)},
                   {delivery(1, "a", 1, "raised", 0), delivery(2, "a", 1, "reminder", 600)}, at_s(1'000));
    EXPECT_EQ(due(policy, 1'000), "");
    EXPECT_EQ(due(policy, 2'399), "");
    EXPECT_EQ(due(policy, 2'400), "0 reminder");  // half an hour after the first one
    policy.on_event(event(Change::Cleared, incident(1, Rule::SlowLeak, 0), 2'500));
    EXPECT_EQ(due(policy, 2'500), "0 cleared");
}

TEST(PolicyRestart, ABudgetThatWasToldIsNotToldAgain) {
    Policy policy({channel("a")});
    const auto over = event(Change::Cleared, incident(2, Rule::BudgetWeek), 50).incident;
    policy.restore({incident(1, Rule::BudgetDay, 0), over},
                   {delivery(1, "a", 1, "raised", 0), delivery(2, "a", 2, "raised", 0)}, at_s(100));
    EXPECT_EQ(due(policy, 100), "");
    EXPECT_EQ(due(policy, 100'000), "");
}

TEST(PolicyRestart, WhatNobodyHeardOfIsToldNow) {
    Channel second = channel("b");
    second.after = Seconds{900};
    Policy policy({channel("a"), second});
    policy.restore({incident(1, Rule::SlowLeak, 0)}, {}, at_s(100));
    EXPECT_EQ(due(policy, 100), "0 raised");
    (void)policy.due(at_s(700), kNoon);
    EXPECT_EQ(due(policy, 899), "");
    EXPECT_EQ(due(policy, 900), "1 raised");
}

TEST(PolicyRestart, AnsweredOnesStaySilent) {
    Policy policy({channel("a")});
    auto acknowledged = event(Change::Acknowledged, incident(1, Rule::SlowLeak), 10).incident;
    auto snoozed = event(Change::Snoozed, incident(2, Rule::SlowLeak), 10).incident;
    policy.restore({acknowledged, snoozed}, {delivery(1, "a", 1, "raised", 0)}, at_s(100));
    EXPECT_EQ(due(policy, 100'000), "");
    policy.on_event(event(Change::Resumed, incident(2, Rule::SlowLeak), 100'001));
    EXPECT_EQ(due(policy, 100'001), "0 raised");
}

TEST(PolicyRestart, AnEndThatWasNotToldIsToldNow) {
    Policy policy({channel("a"), channel("b"), channel("c")});
    const auto over = event(Change::Cleared, incident(1, Rule::SlowLeak), 100).incident;
    policy.restore(
        {over},
        {delivery(1, "a", 1, "raised", 0), delivery(2, "b", 1, "raised", 0), delivery(3, "b", 1, "cleared", 101)},
        at_s(300));
    EXPECT_EQ(due(policy, 300), "0 cleared");
    EXPECT_EQ(due(policy, 10'000), "");
}

}  // namespace
}  // namespace millrace::notify
