#include "hub/budget_rules.h"

#include "hub/hub.h"
#include "hub/water_totals.h"
#include "unit/hub/watch_fixture.h"

namespace millrace::hub {
namespace {

using base::Seconds;
using base::Volume;
using detect::Change;
using detect::Rule;
using detect::Severity;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kLitre = 1'000'000;

class BudgetTest : public WatchTest {
protected:
    BudgetTest() {
        rules_.budget_day = Volume{500 * kLitre};
        begin_at("2026-11-24T08:00:00-07:00");  // a Tuesday
    }
    void begin_at(const char* time) {
        clock_ = support::FakeClock{*base::from_rfc3339(time)};
        bridge().last_seen = clock_.wall_now();
        hear();
        used({0}, {0}, {0});
        start(stored());
    }
    void used(Volume day, Volume week, Volume month) {
        const CalendarStarts starts = calendar_starts(clock_.wall_now(), zone_);
        sensor().day_start = starts.day;
        sensor().week_start = starts.week;
        sensor().month_start = starts.month;
        sensor().today = day;
        sensor().week = week;
        sensor().month = month;
        sensor().totals_known = true;
    }
    void used_today(std::int64_t microlitres) { used({microlitres}, {microlitres}, {microlitres}); }
    void pass_until(const char* time) {
        pass(std::chrono::duration_cast<Seconds>(*base::from_rfc3339(time) - clock_.wall_now()));
    }
    // What changes while that long nothing else happens.
    Changes after(Seconds how_long = Seconds{1}) {
        pass(how_long);
        return changes();
    }
};

TEST_F(BudgetTest, IsToldAtThreeQuartersAndWhenItIsUsedUpAndNotBefore) {
    used_today(375 * kLitre - 1);
    EXPECT_THAT(after(), IsEmpty());
    used_today(375 * kLitre);
    pass(Seconds{1});
    ASSERT_THAT(told_, SizeIs(1));
    const detect::Finding& finding = told_[0].incident.finding;
    EXPECT_EQ(told_[0].incident.device, kSensor);
    EXPECT_EQ(finding.rule, Rule::BudgetDay);
    EXPECT_EQ(finding.severity, Severity::Info);
    EXPECT_EQ(finding.since, *base::from_rfc3339("2026-11-24T00:00:00-07:00"));
    EXPECT_EQ(finding.volume, Volume{375 * kLitre});
    EXPECT_EQ(finding.observed, 375 * kLitre);
    EXPECT_EQ(finding.limit, 500 * kLitre);
    EXPECT_EQ(finding.source, detect::LimitSource::Owner);
    changes();
    used_today(500 * kLitre - 1);
    EXPECT_THAT(after(), IsEmpty());
    used_today(500 * kLitre);
    pass(Seconds{1});
    ASSERT_THAT(told_, SizeIs(1));
    EXPECT_EQ(told_[0].change, Change::Escalated);
    EXPECT_EQ(told_[0].incident.finding.severity, Severity::Warning);
    changes();
    used_today(900 * kLitre);
    EXPECT_THAT(after(Seconds{3'600}), IsEmpty());
}

TEST_F(BudgetTest, IsPendingFromHalfOfItUntilItIsTold) {
    const auto pending = [this] { return watch_->alarms().sensors.at(0).pending; };
    used_today(250 * kLitre - 1);
    after();
    EXPECT_THAT(pending(), IsEmpty());
    used_today(250 * kLitre);
    after();
    ASSERT_THAT(pending(), SizeIs(1));
    EXPECT_EQ(pending()[0].rule, Rule::BudgetDay);
    EXPECT_EQ(pending()[0].observed, 250 * kLitre);
    EXPECT_FALSE(pending()[0].holds());
    sensor().totals_known = false;
    after();
    EXPECT_THAT(pending(), IsEmpty()) << "nobody knows how much it is";
    used_today(375 * kLitre);
    EXPECT_THAT(after(), ElementsAre(Change::Raised));
    EXPECT_THAT(pending(), IsEmpty()) << "it is an alarm";
    used_today(300 * kLitre);
    detect::Settings off = rules_;
    off.off = {Rule::BudgetDay};
    watch_->set_rules(off, noted());
    after();
    EXPECT_THAT(pending(), IsEmpty());
}

TEST_F(BudgetTest, WithoutABudgetThereIsNoAlarm) {
    rules_.budget_day.reset();
    restart();
    used_today(100'000 * kLitre);
    EXPECT_THAT(after(Seconds{60}), IsEmpty());
}

TEST_F(BudgetTest, DayWeekAndMonthAreJudgedEachByItself) {
    rules_.budget_week = Volume{3'000 * kLitre};
    rules_.budget_month = Volume{10'000 * kLitre};
    restart();
    used({100 * kLitre}, {2'250 * kLitre}, {10'000 * kLitre});
    EXPECT_THAT(after(), ElementsAre(Change::Raised, Change::Raised));
    EXPECT_THAT(open_rules(), ElementsAre("budget_month", "budget_week"));
    used({600 * kLitre}, {2'750 * kLitre}, {10'500 * kLitre});
    EXPECT_THAT(after(), ElementsAre(Change::Raised));
    EXPECT_EQ(watch_->alarms().incidents.back().finding.since, *base::from_rfc3339("2026-11-23T00:00:00-07:00"));
}

TEST_F(BudgetTest, ANewDayEndsIt) {
    used_today(600 * kLitre);
    EXPECT_THAT(after(), ElementsAre(Change::Raised));
    pass_until("2026-11-24T23:59:59-07:00");
    EXPECT_THAT(changes(), IsEmpty());
    pass(Seconds{1});
    used_today(0);
    EXPECT_THAT(after(Seconds{2}), ElementsAre(Change::Cleared));
    // What runs in the first hours of the new day is the new day's.
    used_today(400 * kLitre);
    EXPECT_THAT(after(), ElementsAre(Change::Raised));
    EXPECT_EQ(store_.all<ports::AlarmRecord>().back().event.incident.reopened, 0);
}

TEST_F(BudgetTest, ADayOfTwentyFiveHoursIsOneDay) {
    begin_at("2026-11-01T00:30:00-06:00");
    used_today(400 * kLitre);
    EXPECT_THAT(after(), ElementsAre(Change::Raised));
    const base::WallTime end = *base::from_rfc3339("2026-11-01T23:59:59-07:00");
    EXPECT_GT(end - clock_.wall_now(), Seconds{24 * 3'600});
    while (clock_.wall_now() < end) {
        clock_.advance(Seconds{600});
        used_today(clock_.wall_now() < end ? 400 * kLitre : 0);
        hear();
        look();
        if (clock_.wall_now() < end) {
            ASSERT_THAT(changes(), IsEmpty()) << base::to_rfc3339(clock_.wall_now());
        }
    }
    EXPECT_THAT(after(Seconds{2}), ElementsAre(Change::Cleared));
}

TEST_F(BudgetTest, ARaisedBudgetIsOverOrBegunAgain) {
    used_today(510 * kLitre);
    EXPECT_THAT(after(), ElementsAre(Change::Raised));
    detect::Settings chosen = rules_;
    chosen.budget_day = Volume{600 * kLitre};
    watch_->set_rules(chosen, noted());
    EXPECT_THAT(after(), ElementsAre(Change::Cleared, Change::Raised));
    EXPECT_EQ(watch_->alarms().incidents.front().finding.severity, Severity::Info);
    used_today(600 * kLitre);
    EXPECT_THAT(after(), ElementsAre(Change::Escalated));
    chosen.budget_day = Volume{1'000 * kLitre};
    watch_->set_rules(chosen, noted());
    EXPECT_THAT(after(Seconds{2}), ElementsAre(Change::Cleared));
    chosen.budget_day.reset();
    watch_->set_rules(chosen, noted());
    used_today(9'000 * kLitre);
    EXPECT_THAT(after(Seconds{2}), IsEmpty());
}

TEST_F(BudgetTest, IsNotJudgedBeforeTheTotalsAreKnown) {
    used_today(900 * kLitre);
    sensor().totals_known = false;
    EXPECT_THAT(after(Seconds{60}), IsEmpty());
    sensor().totals_known = true;
    EXPECT_THAT(after(), ElementsAre(Change::Raised));
}

TEST_F(BudgetTest, AfterARestartItGoesOnAndIsNeitherEndedNorRaisedAgain) {
    used_today(900 * kLitre);
    EXPECT_THAT(after(), ElementsAre(Change::Raised));
    restart();
    used_today(0);
    sensor().totals_known = false;
    EXPECT_THAT(after(Seconds{3'600}), IsEmpty());
    EXPECT_THAT(open_rules(), ElementsAre("budget_day"));
    used_today(950 * kLitre);
    EXPECT_THAT(after(Seconds{3'600}), IsEmpty());
    EXPECT_EQ(watch_->alarms().incidents.front().finding.observed, 950 * kLitre);
}

TEST_F(BudgetTest, WhatYesterdayReachedIsOverAfterARestartEvenIfTodaysTotalsAreNotKnown) {
    used_today(900 * kLitre);
    EXPECT_THAT(after(), ElementsAre(Change::Raised));
    begin_at("2026-11-25T08:00:00-07:00");
    sensor().totals_known = false;
    EXPECT_THAT(after(Seconds{2}), ElementsAre(Change::Cleared));
}

TEST_F(BudgetTest, ItGoesByTheCalendarWhileTheBridgeIsAway) {
    rules_.bridge_offline_after = Seconds{1'000'000};
    restart();
    used_today(900 * kLitre);
    EXPECT_THAT(after(), ElementsAre(Change::Raised));
    bridge().connected = false;
    EXPECT_THAT(after(Seconds{3'600}), IsEmpty());
    sensor().day_start = *base::from_rfc3339("2026-11-25T00:00:00-07:00");
    sensor().today = {0};
    EXPECT_THAT(after(Seconds{2}), ElementsAre(Change::Cleared));
}

TEST_F(BudgetTest, ARuleThatIsOffSaysNothing) {
    rules_.off = {Rule::BudgetDay};
    restart();
    used_today(900 * kLitre);
    EXPECT_THAT(after(Seconds{60}), IsEmpty());
}

// Through the hub, whose totals it is judged by.
TEST_F(BudgetTest, WaterOfTheDayThatIsCountedReachesIt) {
    Settings settings;
    settings.zone = zone_;
    Hub hub(settings, {}, Surroundings{store_, store_, clock_, random_, notices_, watch_.get()});
    hub.on_opened({1, ports::Door::StandIn, kBridge, "127.0.0.1:5", clock_.wall_now()}, nullptr);
    hub.on_frame(1, upstream(7, kBridge, kBridgeBoot), 0);
    hub.on_frame(1, upstream(7, kSensor, kSensorBoot), 0);
    hub.tick();
    EXPECT_THAT(changes(), IsEmpty());
    WaterTotals totals;
    totals.start_with(calendar_starts(clock_.wall_now(), zone_).day, Volume{499 * kLitre});
    hub.set_totals(kSensor, totals);
    clock_.advance(Seconds{1});
    hub.tick();
    EXPECT_THAT(changes(), ElementsAre(Change::Raised));
    EXPECT_TRUE(hub.live().sensors.front().totals_known);
    totals.lack_past();
    hub.set_totals(kSensor, totals);
    EXPECT_FALSE(hub.live().sensors.front().totals_known);
}

}  // namespace
}  // namespace millrace::hub
