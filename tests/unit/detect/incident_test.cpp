#include "detect/incident.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::detect {
namespace {

using base::Milliseconds;
using base::Seconds;
using base::WallTime;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const base::DeviceId kSensor = *base::DeviceId::parse("61DA80B500000001");
const base::DeviceId kOther = *base::DeviceId::parse("61DA80B500000002");
constexpr WallTime kNoon = base::from_unix_s(1'764'000'000);

Finding finding(Rule rule, std::int64_t observed = 100, WallTime since = kNoon - Seconds{3600}) {
    Finding found;
    found.rule = rule;
    found.severity = severity_of(rule);
    found.since = since;
    found.observed = observed;
    found.limit = 100;
    return found;
}

std::vector<Change> changes(const std::vector<AlarmEvent>& events) {
    std::vector<Change> all;
    for (const AlarmEvent& event : events) all.push_back(event.change);
    return all;
}

constexpr Seconds kClearsAfter = IncidentBook::kClearsAfter.front();

class IncidentBookTest : public ::testing::Test {
protected:
    // One look a second for so long; all that changed.
    std::vector<Change> hold(const std::vector<Finding>& findings, Seconds how_long = Seconds{1}, bool muted = false) {
        std::vector<Change> all;
        for (Seconds passed{0}; passed < how_long; passed += Seconds{1}) {
            now_ += Seconds{1};
            for (const auto& events : {book_.update(kSensor, findings, now_, {muted, heard_}), book_.tick(now_)}) {
                for (const AlarmEvent& event : events) {
                    all.push_back(event.change);
                    last_ = event;
                }
            }
        }
        return all;
    }
    std::vector<Change> rest(Seconds how_long) { return hold({}, how_long); }
    const Incident& only() const {
        EXPECT_THAT(book_.incidents(), SizeIs(1));
        return book_.incidents().front();
    }
    void restart() {
        IncidentBook again;
        again.restore(book_.incidents(), 0);
        book_ = std::move(again);
    }

    WallTime now_ = kNoon;
    std::optional<WallTime> heard_;  // what the book is told of the sensor's last sign of life
    IncidentBook book_;
    AlarmEvent last_;
};

using Changes = std::vector<Change>;

TEST_F(IncidentBookTest, RaisesOnceAndHolds) {
    EXPECT_EQ(hold({finding(Rule::SlowLeak)}), Changes{Change::Raised});
    EXPECT_EQ(last_.incident.device, kSensor);
    EXPECT_EQ(last_.incident.id, 1);
    EXPECT_EQ(last_.at, now_);
    EXPECT_EQ(last_.by, "");
    EXPECT_THAT(hold({finding(Rule::SlowLeak)}, Seconds{3600}), IsEmpty());
}

TEST_F(IncidentBookTest, WhatIsOnItsWayToItsLimitRaisesNothing) {
    EXPECT_THAT(hold({finding(Rule::SlowLeak, 99)}, Seconds{60}), IsEmpty());
    EXPECT_THAT(book_.incidents(), IsEmpty());
}

TEST_F(IncidentBookTest, NumbersGrowQuietly) {
    hold({finding(Rule::SlowLeak, 100)});
    EXPECT_THAT(hold({finding(Rule::SlowLeak, 250)}), IsEmpty());
    EXPECT_EQ(only().finding.observed, 250);
}

TEST_F(IncidentBookTest, ClearsWhenNothingHasHeldForAWhileAndNotBefore) {
    hold({finding(Rule::ContinuousFlow)});
    EXPECT_THAT(rest(kClearsAfter - Seconds{1}), IsEmpty());
    EXPECT_EQ(rest(Seconds{1}), Changes{Change::Cleared});
    EXPECT_EQ(only().state, IncidentState::Cleared);
    EXPECT_EQ(only().cleared, now_);
    EXPECT_THAT(rest(Seconds{3600}), IsEmpty());
}

TEST_F(IncidentBookTest, AShortRestDoesNotClear) {
    hold({finding(Rule::ContinuousFlow)});
    for (int i = 0; i < 10; ++i) {
        EXPECT_THAT(rest(kClearsAfter - Seconds{1}), IsEmpty());
        EXPECT_THAT(hold({finding(Rule::ContinuousFlow)}), IsEmpty());
    }
}

// A radio that is lost says as little as a leak that has stopped.
TEST_F(IncidentBookTest, WaterClearsOnlyWhenTheSensorWasHeardAfterItRested) {
    hold({finding(Rule::ContinuousFlow)});
    heard_ = now_;
    EXPECT_THAT(rest(Seconds{3600}), IsEmpty());
    hold({finding(Rule::ContinuousFlow)});
    heard_ = now_;
    EXPECT_THAT(rest(Seconds{600}), IsEmpty()) << "it has to be heard after this rest";
    heard_ = now_;
    EXPECT_EQ(rest(Seconds{1}), Changes{Change::Cleared});
}

TEST_F(IncidentBookTest, ASensorThatIsHeardKeepsNothingOpen) {
    hold({finding(Rule::ContinuousFlow)});
    now_ += Seconds{1};
    EXPECT_THAT(book_.update(kSensor, {}, now_, {false, now_}), IsEmpty());
    heard_ = now_ + Seconds{5};
    EXPECT_EQ(rest(kClearsAfter - Seconds{1}), Changes{Change::Cleared});
}

TEST_F(IncidentBookTest, SystemRulesClearUnheard) {
    heard_ = now_ - Seconds{86'400};
    hold({finding(Rule::SensorSilent)});
    EXPECT_EQ(rest(kClearsAfter), Changes{Change::Cleared});
}

TEST_F(IncidentBookTest, WhatCameBackRestsLongerBeforeItClearsAgain) {
    for (const Seconds rests : {Seconds{120}, Seconds{300}, Seconds{600}, Seconds{600}}) {
        hold({finding(Rule::SlowLeak)});
        EXPECT_THAT(rest(rests - Seconds{1}), IsEmpty());
        EXPECT_EQ(rest(Seconds{1}), Changes{Change::Cleared});
    }
}

TEST_F(IncidentBookTest, WhatComesBackSoonReopensTheSameIncident) {
    hold({finding(Rule::ContinuousFlow)});
    ASSERT_TRUE(book_.acknowledge(1, "api", now_));
    rest(kClearsAfter);
    rest(IncidentBook::kReopensWithin - Seconds{1});
    EXPECT_EQ(hold({finding(Rule::SlowLeak)}), Changes{Change::Reopened});
    EXPECT_EQ(only().id, 1);
    EXPECT_EQ(only().reopened, 1);
    EXPECT_EQ(only().state, IncidentState::Raised);
    EXPECT_EQ(only().finding.rule, Rule::SlowLeak);
    EXPECT_EQ(only().answered_by, "");
    EXPECT_FALSE(only().cleared);
}

TEST_F(IncidentBookTest, WhatComesBackLaterIsAnotherIncident) {
    hold({finding(Rule::ContinuousFlow)});
    rest(kClearsAfter);
    rest(IncidentBook::kReopensWithin);
    EXPECT_EQ(hold({finding(Rule::ContinuousFlow)}), Changes{Change::Raised});
    EXPECT_EQ(last_.incident.id, 2);
}

TEST_F(IncidentBookTest, AllWaterOfASensorIsOneIncidentAndSystemRulesAreTheirOwn) {
    EXPECT_EQ(
        hold({finding(Rule::SlowLeak), finding(Rule::LongUse), finding(Rule::BatteryLow), finding(Rule::DeviceMoved)}),
        (Changes{Change::Raised, Change::Raised, Change::Raised}));
    EXPECT_THAT(book_.incidents(), SizeIs(3));
    EXPECT_THAT(book_.update(kOther, {finding(Rule::SlowLeak)}, now_), SizeIs(1));
}

TEST_F(IncidentBookTest, TheGravestGivesTheName) {
    hold({finding(Rule::LongUse), finding(Rule::Burst), finding(Rule::RunningToilet)});
    EXPECT_EQ(only().finding.rule, Rule::Burst);
}

TEST_F(IncidentBookTest, AToiletReplacesATrickleQuietly) {
    hold({finding(Rule::SlowLeak)});
    EXPECT_THAT(hold({finding(Rule::SlowLeak), finding(Rule::ContinuousFlow)}), IsEmpty());
    EXPECT_EQ(only().finding.rule, Rule::ContinuousFlow);
    EXPECT_THAT(hold({finding(Rule::SlowLeak), finding(Rule::RunningToilet), finding(Rule::ContinuousFlow)}),
                IsEmpty());
    EXPECT_EQ(only().finding.rule, Rule::RunningToilet);
    EXPECT_THAT(hold({finding(Rule::ContinuousFlow)}), IsEmpty());
    EXPECT_EQ(only().finding.rule, Rule::RunningToilet) << "what says less exactly does not take the name";
}

TEST_F(IncidentBookTest, AmongEqualsTheFirstKeepsTheNameWhileItHolds) {
    hold({finding(Rule::SprinklerZone)});
    hold({finding(Rule::ContinuousFlow), finding(Rule::SprinklerZone)});
    EXPECT_EQ(only().finding.rule, Rule::SprinklerZone);
    hold({finding(Rule::ContinuousFlow)});
    EXPECT_EQ(only().finding.rule, Rule::ContinuousFlow);
}

TEST_F(IncidentBookTest, AGraverRuleBreaksThroughAnAcknowledgement) {
    hold({finding(Rule::SlowLeak)});
    ASSERT_TRUE(book_.acknowledge(1, "api", now_));
    EXPECT_THAT(hold({finding(Rule::RunningToilet)}), IsEmpty()) << "as grave as before";
    EXPECT_EQ(only().state, IncidentState::Acknowledged);
    EXPECT_EQ(hold({finding(Rule::SlowLeak), finding(Rule::Burst)}), Changes{Change::Escalated});
    EXPECT_EQ(only().state, IncidentState::Raised);
    EXPECT_EQ(only().answered_by, "");
    EXPECT_EQ(only().id, 1);
}

TEST_F(IncidentBookTest, AGraverRuleBreaksThroughASnooze) {
    hold({finding(Rule::LongUse)});
    ASSERT_TRUE(book_.snooze(1, now_ + Seconds{3600}, "api", now_));
    EXPECT_EQ(hold({finding(Rule::ContinuousFlow)}), Changes{Change::Escalated});
    EXPECT_EQ(only().state, IncidentState::Raised);
    EXPECT_FALSE(only().snoozed_until);
    EXPECT_THAT(hold({finding(Rule::ContinuousFlow)}, Seconds{4000}), IsEmpty()) << "the old snooze is forgotten";
}

TEST_F(IncidentBookTest, ABurstBreaksThroughAnAcknowledgedUseWhileAway) {
    hold({finding(Rule::AwayUse)});
    ASSERT_TRUE(book_.acknowledge(1, "api", now_));
    EXPECT_EQ(hold({finding(Rule::AwayUse), finding(Rule::Burst)}), Changes{Change::Escalated});
    EXPECT_EQ(only().finding.rule, Rule::Burst);
}

TEST_F(IncidentBookTest, AfterABurstTheIncidentKeepsItsGravityUntilTheWaterRests) {
    hold({finding(Rule::Burst)});
    ASSERT_TRUE(book_.acknowledge(1, "api", now_));
    EXPECT_THAT(hold({finding(Rule::ContinuousFlow)}, Seconds{600}), IsEmpty());
    EXPECT_EQ(only().finding.rule, Rule::Burst);
    EXPECT_THAT(hold({finding(Rule::Burst)}), IsEmpty()) << "not a second time in one incident";
    EXPECT_EQ(rest(Seconds{600}), Changes{Change::Cleared});
}

TEST_F(IncidentBookTest, ASnoozeThatIsOverResumesWhatStillHolds) {
    hold({finding(Rule::ContinuousFlow)});
    const auto answer = book_.snooze(1, now_ + Seconds{60}, "ntfy button", now_);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->change, Change::Snoozed);
    EXPECT_EQ(answer->by, "ntfy button");
    EXPECT_EQ(answer->incident.snoozed_until, now_ + Seconds{60});
    EXPECT_THAT(hold({finding(Rule::ContinuousFlow)}, Seconds{59}), IsEmpty());
    EXPECT_EQ(hold({finding(Rule::ContinuousFlow)}), Changes{Change::Resumed});
    EXPECT_EQ(only().state, IncidentState::Raised);
    EXPECT_THAT(hold({finding(Rule::ContinuousFlow)}, Seconds{60}), IsEmpty());
}

TEST_F(IncidentBookTest, ASnoozeThatIsOverSaysNothingWhenTheWaterRests) {
    hold({finding(Rule::ContinuousFlow)});
    ASSERT_TRUE(book_.snooze(1, now_ + Seconds{60}, "api", now_));
    EXPECT_EQ(rest(Seconds{300}), Changes{Change::Cleared});
}

TEST_F(IncidentBookTest, MutedNothingIsRaisedClearedOrWorse) {
    EXPECT_THAT(hold({finding(Rule::ContinuousFlow)}, Seconds{10}, true), IsEmpty());
    hold({finding(Rule::ContinuousFlow)});
    EXPECT_THAT(hold({}, Seconds{3600}, true), IsEmpty());
    EXPECT_THAT(hold({finding(Rule::Burst)}, Seconds{10}, true), IsEmpty());
    EXPECT_EQ(only().finding.rule, Rule::ContinuousFlow);
    EXPECT_THAT(rest(kClearsAfter - Seconds{1}), IsEmpty()) << "its rest counts from when it can be seen again";
    EXPECT_EQ(rest(Seconds{1}), Changes{Change::Cleared});
}

TEST_F(IncidentBookTest, OpenIncidentsOutliveARestartWithoutANewAlarm) {
    hold({finding(Rule::ContinuousFlow), finding(Rule::BatteryLow)});
    ASSERT_TRUE(book_.acknowledge(1, "api", now_));
    restart();
    now_ += Seconds{3600};
    EXPECT_THAT(hold({finding(Rule::ContinuousFlow), finding(Rule::BatteryLow)}, Seconds{60}), IsEmpty());
    EXPECT_EQ(book_.incidents().front().state, IncidentState::Acknowledged);
    EXPECT_EQ(hold({finding(Rule::BatteryLow)}, kClearsAfter), Changes{Change::Cleared});
}

TEST_F(IncidentBookTest, WhatEndedDuringARestartClearsAfterAFreshLook) {
    hold({finding(Rule::ContinuousFlow)});
    restart();
    now_ += Seconds{86'400};
    EXPECT_THAT(rest(kClearsAfter), IsEmpty());
    EXPECT_EQ(rest(Seconds{1}), Changes{Change::Cleared});
}

TEST_F(IncidentBookTest, ASnoozeOutlivesARestart) {
    hold({finding(Rule::ContinuousFlow)});
    ASSERT_TRUE(book_.snooze(1, now_ + Seconds{60}, "api", now_));
    restart();
    EXPECT_THAT(hold({finding(Rule::ContinuousFlow)}, Seconds{59}), IsEmpty());
    EXPECT_EQ(hold({finding(Rule::ContinuousFlow)}), Changes{Change::Resumed});
}

TEST_F(IncidentBookTest, ReopensAcrossARestartAndNewOnesGetHigherIds) {
    hold({finding(Rule::ContinuousFlow)});
    rest(kClearsAfter);
    restart();
    EXPECT_EQ(hold({finding(Rule::ContinuousFlow)}), Changes{Change::Reopened});
    IncidentBook again;
    again.restore({}, 41);
    const auto events = again.update(kSensor, {finding(Rule::SlowLeak)}, now_);
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_EQ(events.front().incident.id, 42);
}

TEST_F(IncidentBookTest, NotALeakClearsAtOnceAndStaysSoWhileTheSameWaterRuns) {
    hold({finding(Rule::ContinuousFlow)});
    const auto answer = book_.not_a_leak(1, "api", now_);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->change, Change::NotALeak);
    EXPECT_EQ(answer->incident.state, IncidentState::Cleared);
    EXPECT_TRUE(answer->incident.not_a_leak);
    EXPECT_THAT(hold({finding(Rule::ContinuousFlow)}, Seconds{7200}), IsEmpty());
    EXPECT_THAT(hold({finding(Rule::RunningToilet), finding(Rule::LongUse)}, Seconds{60}), IsEmpty())
        << "the same water by other names";
    rest(kClearsAfter);
    EXPECT_EQ(hold({finding(Rule::ContinuousFlow)}), Changes{Change::Raised});
    EXPECT_EQ(last_.incident.id, 2);
}

TEST_F(IncidentBookTest, ABurstIsRaisedThoughTheSameWaterWasSaidToBeNoLeak) {
    for (const Rule said : {Rule::ContinuousFlow, Rule::AwayUse}) {
        book_ = {};
        hold({finding(said)});
        ASSERT_TRUE(book_.not_a_leak(1, "api", now_));
        EXPECT_EQ(hold({finding(said), finding(Rule::Burst)}), Changes{Change::Raised});
        EXPECT_EQ(last_.incident.id, 2);
        EXPECT_EQ(hold({finding(said)}, Seconds{600}), Changes{Change::Cleared}) << "the burst alone is over";
    }
}

TEST_F(IncidentBookTest, NotALeakOutlivesARestartForTheSameWaterOnly) {
    hold({finding(Rule::ContinuousFlow)});
    ASSERT_TRUE(book_.not_a_leak(1, "api", now_));
    restart();
    EXPECT_THAT(hold({finding(Rule::ContinuousFlow)}, Seconds{600}), IsEmpty());
    restart();
    EXPECT_EQ(hold({finding(Rule::ContinuousFlow, 100, now_ - Seconds{60})}), Changes{Change::Raised});
}

TEST_F(IncidentBookTest, AnswersNameWhoAndRefuseWhatIsOver) {
    EXPECT_FALSE(book_.acknowledge(7, "api", now_));
    hold({finding(Rule::SlowLeak)});
    const auto answer = book_.acknowledge(1, std::string(100, 'x'), now_);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->change, Change::Acknowledged);
    EXPECT_EQ(answer->incident.answered_by, std::string(IncidentBook::kMaxNameBytes, 'x'));
    EXPECT_FALSE(book_.snooze(1, now_, "api", now_)) << "the past";
    rest(kClearsAfter);
    const auto late = book_.acknowledge(1, "api", now_);
    ASSERT_FALSE(late);
    EXPECT_THAT(late.error().message, HasSubstr("over already"));
    EXPECT_FALSE(book_.snooze(1, now_ + Seconds{60}, "api", now_));
    EXPECT_FALSE(book_.note(2, "x", "api", now_));
}

TEST_F(IncidentBookTest, NotesAndFeedbackMayComeAfterTheEnd) {
    hold({finding(Rule::SlowLeak)});
    rest(kClearsAfter);
    const WallTime cleared = *only().cleared;
    now_ += Seconds{86'400};
    ASSERT_TRUE(book_.note(1, "the plumber came", "api", now_));
    EXPECT_EQ(only().note, "the plumber came");
    EXPECT_FALSE(book_.note(1, std::string(IncidentBook::kMaxNoteBytes + 1, 'x'), "api", now_));
    ASSERT_TRUE(book_.not_a_leak(1, "api", now_));
    EXPECT_EQ(only().cleared, cleared);
    EXPECT_EQ(hold({finding(Rule::SlowLeak)}), Changes{Change::Raised}) << "other water";
}

TEST_F(IncidentBookTest, AClockPutBackDoesNotKeepAnIncidentOpen) {
    hold({finding(Rule::ContinuousFlow)});
    now_ -= Seconds{10 * 86'400};
    EXPECT_EQ(rest(kClearsAfter + Seconds{1}), Changes{Change::Cleared});
}

base::DeviceId made_up(std::size_t number) {
    std::string text = "6100000000000000";
    for (std::size_t i = text.size(); number > 0; number /= 16) text[--i] = "0123456789ABCDEF"[number % 16];
    return *base::DeviceId::parse(text);
}

TEST_F(IncidentBookTest, KeepsABoundedNumberAndDropsTheOldestClearedFirst) {
    for (std::size_t i = 0; i < IncidentBook::kMaxIncidents; ++i) {
        ASSERT_THAT(book_.update(made_up(i), {finding(Rule::SensorSilent)}, now_), SizeIs(1));
    }
    EXPECT_THAT(book_.update(made_up(999'999), {finding(Rule::SensorSilent)}, now_), IsEmpty());
    EXPECT_EQ(changes(book_.update(kSensor, {finding(Rule::Burst)}, now_)), Changes{Change::Raised})
        << "made-up devices do not keep a burst from being told";
    EXPECT_THAT(book_.incidents(), SizeIs(IncidentBook::kMaxIncidents));
    ASSERT_TRUE(book_.not_a_leak(50, "api", now_));
    EXPECT_THAT(book_.update(made_up(999'999), {finding(Rule::SensorSilent)}, now_), SizeIs(1));
    EXPECT_THAT(book_.incidents(), SizeIs(IncidentBook::kMaxIncidents));
    EXPECT_FALSE(book_.note(50, "gone", "api", now_));
}

TEST_F(IncidentBookTest, OldClearedOnesAreForgotten) {
    for (std::size_t i = 0; i < 2 * IncidentBook::kKeptCleared; ++i) {
        hold({finding(Rule::ContinuousFlow)});
        now_ += kClearsAfter;
        rest(Seconds{1});
        now_ += IncidentBook::kReopensWithin;
    }
    EXPECT_THAT(book_.incidents(), SizeIs(IncidentBook::kKeptCleared + 1));
    EXPECT_EQ(book_.incidents().back().id, static_cast<std::int64_t>(2 * IncidentBook::kKeptCleared));
}

Finding budget(std::int64_t observed, WallTime since = kNoon) {
    Finding found = finding(Rule::BudgetDay, observed, since);
    found.measure = Measure::Amount;
    found.severity = observed >= found.limit ? Severity::Warning : Severity::Info;
    return found;
}

TEST_F(IncidentBookTest, ABudgetIsToldAtThreeQuartersAndGraverWhenItIsUsedUp) {
    EXPECT_THAT(hold({budget(74)}), IsEmpty());
    EXPECT_EQ(hold({budget(75)}), Changes{Change::Raised});
    EXPECT_EQ(only().finding.severity, Severity::Info);
    ASSERT_TRUE(book_.acknowledge(1, "Ann", now_));
    EXPECT_THAT(hold({budget(99)}), IsEmpty());
    EXPECT_EQ(hold({budget(100)}), Changes{Change::Escalated});
    EXPECT_EQ(only().state, IncidentState::Raised);
    EXPECT_THAT(hold({budget(500)}), IsEmpty());
    EXPECT_EQ(only().finding.observed, 500);
}

TEST_F(IncidentBookTest, ANewDaysBudgetIsAnotherIncidentHoweverSoon) {
    hold({budget(100)});
    ASSERT_TRUE(book_.acknowledge(1, "Ann", now_));
    EXPECT_EQ(hold({budget(80, kNoon + Seconds{86'400})}), (Changes{Change::Cleared, Change::Raised}));
    EXPECT_EQ(last_.incident.id, 2);
    EXPECT_EQ(last_.incident.reopened, 0);
    // Nor does one that has cleared come back as the next day's.
    EXPECT_EQ(rest(Seconds{1}), Changes{Change::Cleared}) << "at once";
    EXPECT_EQ(hold({budget(90, kNoon + Seconds{2 * 86'400})}), Changes{Change::Raised});
    EXPECT_EQ(last_.incident.id, 3);
    // Within a day it is the same one.
    rest(Seconds{1});
    EXPECT_EQ(hold({budget(95, kNoon + Seconds{2 * 86'400})}), Changes{Change::Reopened});
}

TEST_F(IncidentBookTest, ABudgetThatIsRaisedIsAnotherMatterAndMayBeUsedUpAgain) {
    hold({budget(100)});
    Finding raised = budget(100);
    raised.limit = 120;
    raised.severity = Severity::Info;
    EXPECT_EQ(hold({raised}), (Changes{Change::Cleared, Change::Raised}));
    EXPECT_EQ(last_.incident.finding.severity, Severity::Info);
    raised.observed = 120;
    raised.severity = Severity::Warning;
    EXPECT_EQ(hold({raised}), Changes{Change::Escalated});
}

TEST_F(IncidentBookTest, BudgetsAreApartFromEachOtherAndFromTheWater) {
    Finding month = budget(90);
    month.rule = Rule::BudgetMonth;
    EXPECT_EQ(hold({budget(100), month, finding(Rule::SlowLeak)}),
              (Changes{Change::Raised, Change::Raised, Change::Raised}));
    EXPECT_FALSE(is_water(Rule::BudgetDay));
}

TEST_F(IncidentBookTest, ABudgetEndsThoughTheSensorIsNotSeen) {
    hold({budget(100)});
    EXPECT_EQ(hold({}, Seconds{1}, true), Changes{Change::Cleared});
    EXPECT_EQ(hold({budget(80, kNoon + Seconds{86'400})}, Seconds{1}, true), Changes{Change::Raised});
}

TEST_F(IncidentBookTest, ABudgetGoesOnAfterARestart) {
    hold({budget(80)});
    restart();
    EXPECT_THAT(hold({budget(85)}, Seconds{600}), IsEmpty());
    EXPECT_EQ(hold({budget(100)}), Changes{Change::Escalated});
}

TEST_F(IncidentBookTest, WhatIsSaidOfADaysBudgetIsNotSaidOfTheNextDays) {
    hold({budget(80)});
    ASSERT_TRUE(book_.not_a_leak(1, "Ann", now_));
    EXPECT_THAT(hold({budget(100)}, Seconds{60}), IsEmpty());
    EXPECT_EQ(hold({budget(80, kNoon + Seconds{86'400})}), Changes{Change::Raised});
}

TEST_F(IncidentBookTest, EveryRuleIsRaisedHeldAndCleared) {
    for (const Rule rule : kRules) {
        book_ = {};
        EXPECT_EQ(hold({finding(rule)}, Seconds{60}), Changes{Change::Raised}) << name(rule);
        restart();
        EXPECT_THAT(hold({finding(rule)}, Seconds{60}), IsEmpty()) << name(rule);
        EXPECT_EQ(rest(kClearsAfter), Changes{Change::Cleared}) << name(rule);
        EXPECT_EQ(hold({finding(rule)}), Changes{Change::Reopened}) << name(rule);
    }
}

}  // namespace
}  // namespace millrace::detect
