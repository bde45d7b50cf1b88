#include "detect/wording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::detect {
namespace {

using base::Milliseconds;
using base::Seconds;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kGallon = 3'785'412;  // microlitres

Wording denver(base::VolumeUnit unit = base::VolumeUnit::Gallon) {
    return {unit, *base::TimeZone::load("America/Denver")};
}

// 24 November 2026, 02:10 to 03:15 in Denver.
Finding trickle() {
    Finding finding;
    finding.rule = Rule::ContinuousFlow;
    finding.since = *base::from_rfc3339("2026-11-24T09:10:00Z");
    finding.at = *base::from_rfc3339("2026-11-24T10:15:00Z");
    finding.volume = {kGallon * 64 / 10};
    finding.rate = {kGallon / 10 / 60};
    finding.observed = Milliseconds{finding.at - finding.since}.count();
    finding.limit = Milliseconds{Seconds{57 * 60}}.count();
    finding.usual = Milliseconds{Seconds{38 * 60}}.count();
    finding.learned_days = 28;
    finding.source = LimitSource::Learned;
    return finding;
}

TEST(Wording, TellsWhatSinceWhenHowMuchAndAgainstWhichLimit) {
    EXPECT_EQ(
        sentence(trickle(), denver()),
        "Water has not rested for 1 h 5 min: 6.4 gal since 02:10, 0.1 gal/min on average; in this house it rested "
        "within 38 min on each of the last 28 days, and the limit learned from that is 57 min.");
}

TEST(Wording, TellsLitresWhereThoseAreRead) {
    EXPECT_THAT(sentence(trickle(), denver(base::VolumeUnit::Litre)), HasSubstr("24 L since 02:10, 0.38 L/min"));
    EXPECT_THAT(sentence(trickle(), denver(base::VolumeUnit::CubicMetre)), HasSubstr("6.4 gal since"));
}

TEST(Wording, TellsWhereTheLimitComesFrom) {
    Finding finding = trickle();
    finding.source = LimitSource::Fallback;
    EXPECT_THAT(sentence(finding, denver()),
                HasSubstr("; the limit is 57 min, as in every house until this one is known."));
    for (const Rule same_everywhere : {Rule::AwayUse, Rule::RunningToilet, Rule::ImpossibleFlow}) {
        finding.rule = same_everywhere;
        EXPECT_THAT(sentence(finding, denver()), Not(HasSubstr("until this one is known")));
    }
    finding.rule = Rule::ContinuousFlow;
    finding.source = LimitSource::Owner;
    EXPECT_THAT(sentence(finding, denver()), HasSubstr("; the limit you set is 57 min."));
    finding.source = LimitSource::Floor;
    EXPECT_THAT(sentence(finding, denver()),
                HasSubstr("; the limit is 57 min, the lowest that is used: in this house"));
}

TEST(Wording, NamesTheDayWhenItIsNotToday) {
    Finding finding = trickle();
    finding.since -= Seconds{3 * 86'400 + 7 * 3600};
    EXPECT_THAT(sentence(finding, denver()), HasSubstr("since 20 Nov, 19:10"));
}

TEST(Wording, LocalTimeFollowsDaylightSaving) {
    Finding finding = trickle();
    finding.since = *base::from_rfc3339("2026-11-01T07:30:00Z");  // 01:30, the first time that night
    finding.at = *base::from_rfc3339("2026-11-01T09:30:00Z");     // 02:30, three by the clock of yesterday
    EXPECT_THAT(sentence(finding, denver()), HasSubstr("for 2 h: "));
    EXPECT_THAT(sentence(finding, denver()), HasSubstr("since 01:30"));
}

TEST(Wording, ATrickleKeepsItsDigits) {
    Finding finding = trickle();
    finding.rule = Rule::SlowLeak;
    finding.rate = {kGallon * 2 / 100 / 60};
    finding.at_least = {kGallon * 15 / 1000 / 60};
    EXPECT_THAT(sentence(finding, denver()),
                HasSubstr("A trickle has not rested for 1 h 5 min: 6.4 gal since 02:10, 0.02 gal/min on average, never "
                          "under 0.015 gal/min"));
}

TEST(Wording, EveryRuleHasATitleAndASentenceInItsMeasure) {
    for (const Rule rule : kRules) {
        EXPECT_NE(title(rule), "Alarm") << name(rule);
        Finding finding = trickle();
        finding.rule = rule;
        for (const Measure measure : {Measure::Duration, Measure::Flow, Measure::Amount, Measure::Count,
                                      Measure::Millivolts, Measure::Percent, Measure::None}) {
            finding.measure = measure;
            const std::string text = sentence(finding, denver());
            ASSERT_GT(text.size(), 20U) << name(rule);
            EXPECT_EQ(text.back(), '.') << name(rule);
            EXPECT_THAT(text, Not(HasSubstr("  "))) << name(rule);
            EXPECT_THAT(text, Not(HasSubstr("..")));
        }
    }
}

TEST(Wording, TellsWhereALeakPuckLies) {
    Finding finding;
    finding.at = *base::from_rfc3339("2026-11-24T10:15:00Z");
    finding.since = finding.at - Seconds{3900};
    finding.rule = Rule::PuckWet;
    finding.measure = Measure::None;
    finding.detail = "Under the sink, kitchen";
    EXPECT_EQ(sentence(finding, denver()),
              "The leak puck (Under the sink, kitchen) feels water, since 02:10. Look after it at once.");
    finding.rule = Rule::PuckBattery;
    finding.measure = Measure::Percent;
    finding.observed = 12;
    finding.limit = 15;
    EXPECT_EQ(sentence(finding, denver()),
              "The battery of the leak puck (Under the sink, kitchen) is down to 12 %. Change it soon.");
    finding.measure = Measure::None;
    EXPECT_EQ(sentence(finding, denver()),
              "The battery of the leak puck (Under the sink, kitchen) is low, it says. Change it soon.");
}

TEST(Wording, TellsSystemRulesInTheirNumbers) {
    Finding finding;
    finding.at = *base::from_rfc3339("2026-11-24T10:15:00Z");
    finding.since = finding.at - Seconds{3900};
    finding.rule = Rule::BatteryLow;
    finding.measure = Measure::Millivolts;
    finding.observed = 2'440;
    finding.limit = 2'500;
    EXPECT_EQ(sentence(finding, denver()),
              "The sensor's batteries are down to 2.44 V, under 2.50 V. Change them soon.");
    finding.rule = Rule::SensorSilent;
    finding.measure = Measure::Duration;
    finding.observed = 3'900'000;
    finding.limit = 3'600'000;
    finding.source = LimitSource::Owner;
    EXPECT_EQ(
        sentence(finding, denver()),
        "Nothing was heard of the sensor for 1 h 5 min, since 02:10, though its bridge is connected; the limit you "
        "set is 1 h. Leaks cannot be seen meanwhile.");
    finding.rule = Rule::DeviceMoved;
    finding.measure = Measure::None;
    finding.detail = "x=3";
    EXPECT_EQ(sentence(finding, denver()),
              "The sensor was moved, it says, at 02:10 (x=3). If that was nobody of the house, look after it.");
}

TEST(Wording, ABudgetIsToldInTheOwnersUnit) {
    Finding finding;
    finding.rule = Rule::BudgetDay;
    finding.measure = Measure::Amount;
    finding.source = LimitSource::Owner;
    finding.since = *base::from_rfc3339("2026-11-24T07:00:00Z");
    finding.at = *base::from_rfc3339("2026-11-24T22:15:00Z");
    finding.observed = 412'000'000;
    finding.limit = 500'000'000;
    EXPECT_EQ(sentence(finding, denver(base::VolumeUnit::Litre)),
              "The day's water has reached 412 L since 00:00: 82 % of the budget of a day, 500 L.");
    finding.observed = 499'999'999;
    EXPECT_THAT(sentence(finding, denver()), HasSubstr("132 gal since 00:00: 99 % of the budget of a day, 132 gal."));
    finding.observed = 500'000'000;
    EXPECT_EQ(sentence(finding, denver(base::VolumeUnit::Litre)),
              "The day's water has reached 500 L since 00:00: the budget of a day, 500 L, is used up.");
    finding.rule = Rule::BudgetWeek;
    finding.since = *base::from_rfc3339("2026-11-23T07:00:00Z");
    EXPECT_EQ(sentence(finding, denver(base::VolumeUnit::Litre)),
              "The week's water has reached 500 L since 23 Nov, 00:00: the budget of a week, 500 L, is used up.");
    finding.rule = Rule::BudgetMonth;
    EXPECT_THAT(sentence(finding, denver()), HasSubstr("The month's water has reached 132 gal since"));
}

TEST(Wording, AVoltageHoldsWhenItFalls) {
    Finding finding;
    finding.measure = Measure::Millivolts;
    finding.limit = 2'500;
    finding.observed = 2'501;
    EXPECT_FALSE(finding.holds());
    finding.observed = 2'500;
    EXPECT_TRUE(finding.holds());
}

TEST(Wording, Durations) {
    EXPECT_EQ(duration_text(Milliseconds{-5}), "0 s");
    EXPECT_EQ(duration_text(Seconds{40}), "40 s");
    EXPECT_EQ(duration_text(Seconds{60}), "1 min");
    EXPECT_EQ(duration_text(Seconds{150}), "2 min 30 s");
    EXPECT_EQ(duration_text(Seconds{2'340}), "39 min");
    EXPECT_EQ(duration_text(Seconds{3'900}), "1 h 5 min");
    EXPECT_EQ(duration_text(Seconds{47 * 3'600}), "47 h");
    EXPECT_EQ(duration_text(Seconds{75 * 3'600}), "3 days 3 h");
}

}  // namespace
}  // namespace millrace::detect
