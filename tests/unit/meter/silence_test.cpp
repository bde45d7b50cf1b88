#include "meter/silence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace millrace::meter {
namespace {

using base::WallTime;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const WallTime kMidnight = base::from_unix_s(1'780'000'000);
const CalibrationTable kTable({{base::from_unix_s(0), {1000}}});

WallTime at(double minute) {
    return kMidnight + base::Milliseconds{static_cast<std::int64_t>(minute * 60'000)};
}

// A day in which all went well but that nothing is heard yet.
SilenceEvidence day() {
    SilenceEvidence evidence;
    evidence.from = kMidnight;
    evidence.to = at(1440);
    evidence.to_is_now = true;
    evidence.ran = {{at(-1000), at(1440)}};
    evidence.connected = {{at(-900), at(1440)}};
    return evidence;
}

void hear(SilenceEvidence& evidence, double from, double to, double step = 10) {
    for (double minute = from; minute <= to; minute += step) evidence.heard.push_back(at(minute));
}

Reading reading(double own, double received, std::int64_t total, ReadingKind kind = ReadingKind::Advance,
                std::int64_t advance = 0) {
    Reading result;
    result.time = at(own);
    result.received = at(received);
    result.total = {total};
    result.advance = {advance};
    result.kind = kind;
    return result;
}

TEST(Gaps, StateReportsWithoutWaterAreNoGap) {
    SilenceEvidence evidence = day();
    hear(evidence, -5, 1435);
    EXPECT_THAT(gaps(evidence, kTable), IsEmpty());
}

TEST(Gaps, OneLostReportIsNoneYetTwoAre) {
    SilenceEvidence evidence = day();
    hear(evidence, 0, 600);
    hear(evidence, 625, 1435);
    EXPECT_THAT(gaps(evidence, kTable), IsEmpty());
    evidence.heard.clear();
    hear(evidence, 0, 600);
    hear(evidence, 625.01, 1435);
    EXPECT_EQ(gaps(evidence, kTable).size(), 1u);
}

TEST(Gaps, SilenceWithoutAReasonIsUnknown) {
    SilenceEvidence evidence = day();
    hear(evidence, 0, 600);
    hear(evidence, 700, 1435);
    EXPECT_THAT(gaps(evidence, kTable), ElementsAre(Gap{at(600), at(700), false, GapCause::Unknown, {}, {}}));
}

TEST(Gaps, TellsTheDaemonDownFromTheBridgeOffline) {
    SilenceEvidence evidence = day();
    hear(evidence, 0, 300);
    hear(evidence, 400, 800);
    hear(evidence, 900, 1435);
    evidence.ran = {{at(-10), at(305)}, {at(392), at(1440)}};
    evidence.connected = {{at(-10), at(305)}, {at(393), at(801)}, {at(899), at(1440)}};
    EXPECT_THAT(gaps(evidence, kTable), ElementsAre(Gap{at(300), at(400), false, GapCause::DaemonDown, {}, {}},
                                                    Gap{at(800), at(900), false, GapCause::BridgeOffline, {}, {}}));
}

TEST(Gaps, CloudAwayExplainsOnlyABridgeThatIsNotConnected) {
    SilenceEvidence evidence = day();
    hear(evidence, 0, 300);
    hear(evidence, 400, 800);
    hear(evidence, 900, 1435);
    evidence.cloud_away = {{at(290), at(399)}, {at(790), at(899)}};
    evidence.connected = {{at(-10), at(301)}, {at(399), at(1440)}};
    EXPECT_THAT(gaps(evidence, kTable), ElementsAre(Gap{at(300), at(400), false, GapCause::CloudAway, {}, {}},
                                                    Gap{at(800), at(900), false, GapCause::Unknown, {}, {}}));
}

TEST(Gaps, RadioIsLostFromThirtyFiveMinutesBeforeTheBridgeSaysSo) {
    SilenceEvidence evidence = day();
    hear(evidence, 0, 300);
    hear(evidence, 500, 1435);
    evidence.radio = {{at(100), true}, {at(336), false}, {at(498), true}};
    EXPECT_THAT(gaps(evidence, kTable), ElementsAre(Gap{at(300), at(500), false, GapCause::RadioLost, {}, {}}));
}

TEST(Gaps, AnOldLossOfRadioEndsWhenTheSensorIsHeardAgain) {
    SilenceEvidence evidence = day();
    hear(evidence, 0, 300);
    hear(evidence, 500, 800);
    hear(evidence, 900, 1435);
    evidence.radio = {{at(336), false}};  // and no word of the link being up
    const auto found = gaps(evidence, kTable);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].cause, GapCause::RadioLost);
    EXPECT_EQ(found[1].cause, GapCause::Unknown);
}

TEST(Gaps, ASilenceIsCutWhereItsCauseChanges) {
    SilenceEvidence evidence = day();
    hear(evidence, 0, 100);
    hear(evidence, 500, 1435);
    evidence.ran = {{at(-10), at(200)}, {at(300), at(1440)}};
    evidence.connected = {{at(-10), at(102)}, {at(498), at(1440)}};
    EXPECT_THAT(gaps(evidence, kTable), ElementsAre(Gap{at(100), at(200), false, GapCause::BridgeOffline, {}, {}},
                                                    Gap{at(200), at(300), false, GapCause::DaemonDown, {}, {}},
                                                    Gap{at(300), at(500), false, GapCause::BridgeOffline, {}, {}}));
}

TEST(Gaps, ARestartWithinALongSilenceDoesNotNameIt) {
    SilenceEvidence evidence = day();
    hear(evidence, 0, 100);
    hear(evidence, 500, 1435);
    evidence.ran = {{at(-10), at(200)}, {at(201), at(1440)}};
    evidence.connected = {{at(-10), at(200)}, {at(202), at(1440)}};
    EXPECT_THAT(gaps(evidence, kTable), ElementsAre(Gap{at(100), at(500), false, GapCause::Unknown, {}, {}}));
}

TEST(Gaps, MinutesOfNormalSilenceAroundAnOutageBelongToIt) {
    SilenceEvidence evidence = day();
    hear(evidence, 0, 100);
    hear(evidence, 130, 1435);
    evidence.ran = {{at(-10), at(112)}, {at(120), at(1440)}};  // 12 min unknown, 8 min down, 10 min unknown
    evidence.connected = evidence.ran;
    EXPECT_THAT(gaps(evidence, kTable), ElementsAre(Gap{at(100), at(130), false, GapCause::DaemonDown, {}, {}}));
}

TEST(Gaps, WhatNoDiaryTellsOfIsNotCalledDown) {
    SilenceEvidence evidence = day();
    hear(evidence, 0, 100);
    hear(evidence, 500, 1435);
    evidence.ran = {{at(1000), at(1440)}};
    evidence.connected = {};
    EXPECT_THAT(gaps(evidence, kTable), ElementsAre(Gap{at(100), at(500), false, GapCause::Unknown, {}, {}}));
    evidence.ran = {};
    EXPECT_EQ(gaps(evidence, kTable).at(0).cause, GapCause::Unknown);
}

TEST(Gaps, LastWordMayLieBeforeTheRange) {
    SilenceEvidence evidence = day();
    evidence.heard = {at(-100)};
    hear(evidence, 50, 1435);
    evidence.connected = {{at(49), at(1440)}};
    EXPECT_THAT(gaps(evidence, kTable), ElementsAre(Gap{at(-100), at(50), false, GapCause::BridgeOffline, {}, {}}));
}

TEST(Gaps, ASilenceThatLastsIsOpen) {
    SilenceEvidence evidence = day();
    hear(evidence, 0, 1400);
    evidence.to = at(1424);
    EXPECT_THAT(gaps(evidence, kTable), IsEmpty());
    evidence.to = at(1426);
    EXPECT_THAT(gaps(evidence, kTable), ElementsAre(Gap{at(1400), std::nullopt, true, GapCause::Unknown, {}, {}}));
    evidence.to_is_now = false;
    EXPECT_THAT(gaps(evidence, kTable), ElementsAre(Gap{at(1400), std::nullopt, false, GapCause::Unknown, {}, {}}));
}

TEST(Gaps, ASensorNeverHeardHasNone) {
    EXPECT_THAT(gaps(day(), kTable), IsEmpty());
}

TEST(Gaps, StoredSamplesThatArriveLateAreRecovered) {
    SilenceEvidence evidence = day();
    hear(evidence, 0, 300);
    hear(evidence, 400, 1435);
    evidence.ran = {{at(-10), at(300)}, {at(399), at(1440)}};
    evidence.connected = evidence.ran;
    evidence.readings = {reading(299.8, 300, 1000, ReadingKind::Advance, 5), reading(320, 400, 1040),
                         reading(350, 401, 1100), reading(399.8, 400.1, 1103), reading(450, 450.3, 1500)};
    EXPECT_THAT(gaps(evidence, kTable),
                ElementsAre(Gap{at(300), at(400), false, GapCause::DaemonDown, {100}, {100'000}}));
}

TEST(Gaps, TheRiseThatClosedAGapIsRecovered) {
    SilenceEvidence evidence = day();
    hear(evidence, 0, 300);
    hear(evidence, 400, 1435);
    evidence.readings = {reading(290, 290.2, 1000), reading(405, 405.2, 1700, ReadingKind::CatchUp, 700),
                         reading(410, 410.2, 1720)};
    EXPECT_EQ(gaps(evidence, kTable).at(0).recovered.value, 700);
    // A rise after a pause that does not reach back into the gap is no part of it.
    evidence.readings = {reading(401, 401.2, 1000), reading(405, 405.2, 1700, ReadingKind::CatchUp, 700)};
    EXPECT_EQ(gaps(evidence, kTable).at(0).recovered.value, 0);
}

TEST(Gaps, RepeatsRecoverNothing) {
    SilenceEvidence evidence = day();
    hear(evidence, 0, 300);
    hear(evidence, 400, 1435);
    evidence.readings = {reading(290, 290.2, 1000), reading(320, 400, 1040),
                         reading(320, 401, 1040, ReadingKind::Repeat), reading(310, 402, 1010, ReadingKind::Late)};
    EXPECT_EQ(gaps(evidence, kTable).at(0).recovered.value, 40);
}

TEST(Gaps, RecoveredVolumeIsAtItsOwnTimesCalibration) {
    SilenceEvidence evidence = day();
    hear(evidence, 0, 300);
    hear(evidence, 400, 1435);
    evidence.readings = {reading(290, 290.2, 1000), reading(320, 400, 1010), reading(350, 400, 1020)};
    const CalibrationTable table({{base::from_unix_s(0), {1000}}, {at(340), {2000}}});
    EXPECT_EQ(gaps(evidence, table).at(0).recovered_volume.microlitres, 30'000);
}

// Whatever spans there are: gaps are in order, do not overlap, and together are the silences.
RC_GTEST_PROP(GapsProperty, GapsCoverExactlyTheSilences, ()) {
    SilenceEvidence evidence = day();
    const auto spans = [] {
        std::vector<Span> result;
        for (int count = *rc::gen::inRange(0, 12); count > 0; --count) {
            const int from = *rc::gen::inRange(-100, 1440);
            result.push_back({at(from), at(from + *rc::gen::inRange(0, 300))});
        }
        return result;
    };
    evidence.ran = spans();
    evidence.connected = spans();
    evidence.cloud_away = spans();
    double minute = *rc::gen::inRange(-200, 30);
    while (minute < 1440) {
        evidence.heard.push_back(at(minute));
        minute += *rc::gen::oneOf(rc::gen::inRange(1, 26), rc::gen::inRange(1, 400));
    }
    base::Milliseconds silent{0};
    for (std::size_t i = 0; i < evidence.heard.size(); ++i) {
        const WallTime end = i + 1 < evidence.heard.size() ? evidence.heard[i + 1] : evidence.to;
        if (end > evidence.from && end - evidence.heard[i] > kSilence) silent += end - evidence.heard[i];
    }
    WallTime last = at(-1000);
    for (const Gap& gap : gaps(evidence, kTable)) {
        const WallTime end = gap.to.value_or(evidence.to);
        RC_ASSERT(gap.from >= last);
        RC_ASSERT(end - gap.from >= kSilence);
        silent -= end - gap.from;
        last = end;
    }
    RC_ASSERT(silent.count() == 0);
}

}  // namespace
}  // namespace millrace::meter
