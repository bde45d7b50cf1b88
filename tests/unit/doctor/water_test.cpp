#include "unit/doctor/facts.h"

namespace millrace::doctor {
namespace {

using ports::CheckState;

Findings water_findings(const Known& known) {
    Findings findings;
    judge_water(known, findings);
    return findings;
}

CheckState water_state(const Known& known, const std::string& id) {
    return find(water_findings(known), id).state;
}

TEST(Bridge, ThatNobodyHasHeardOfIsAWarningAndTheRestIsLeftOut) {
    Known known = good_known();
    known.house->live = {};
    EXPECT_EQ(water_state(known, "bridge"), CheckState::Warning);
    EXPECT_EQ(water_findings(known).size(), 1U);
}

TEST(Bridge, ThatIsAwayIsAWarning) {
    Known known = good_known();
    known.house->live.bridges[0].connected = false;
    EXPECT_EQ(water_state(known, "bridge"), CheckState::Warning);
    known.watched = true;  // where nobody connects to us
    EXPECT_EQ(water_state(known, "bridge"), CheckState::Ok);
}

TEST(Key, ThatIsMissingIsAProblemWithTheWayToHandItOver) {
    Known known = good_known();
    EXPECT_EQ(water_state(known, "key"), CheckState::Ok);
    known.house->live.bridges[0].frames_opened = 0;
    EXPECT_FALSE(has(water_findings(known), "key"));
    known.house->live.bridges[0].frames_unopened = 4;
    const auto check = find(water_findings(known), "key");
    EXPECT_EQ(check.state, CheckState::Problem);
    EXPECT_NE(check.remedy.find("millrace key add"), std::string::npos);
}

TEST(Key, OfASensorWhoseReadingsAreSealedIsMissingToo) {
    Known known = good_known();
    known.house->live.sensors[0].readings_known = false;
    EXPECT_EQ(water_state(known, "key"), CheckState::Problem);
}

TEST(Key, WithoutADaemonIsOnlyCounted) {
    Known known = without_daemon();
    EXPECT_TRUE(water_findings(known).empty());
    known.keys = false;
    EXPECT_NE(find(water_findings(known), "key").summary.find("no key"), std::string::npos);
    known.keys = true;
    EXPECT_NE(find(water_findings(known), "key").summary.find("There is a key"), std::string::npos);
}

TEST(Sensor, ThatIsMissingBesideABridgeIsAWarning) {
    Known known = good_known();
    known.house->live.sensors.clear();
    EXPECT_EQ(water_state(known, "sensor"), CheckState::Warning);
}

TEST(Sensor, SilentForMoreThanAnHourIsAWarning) {
    Known known = good_known();
    auto& sensor = known.house->live.sensors[0];
    sensor.last_seen = sensor.last_reading = kNow - base::Seconds{3'600};
    EXPECT_EQ(water_state(known, "sensor"), CheckState::Ok);
    sensor.last_seen = sensor.last_reading = kNow - base::Seconds{3'601};
    EXPECT_EQ(water_state(known, "sensor"), CheckState::Warning);
}

TEST(Sensor, WhoseReadingsAreFromTheFutureIsAProblemOfAClock) {
    Known known = good_known();
    known.house->live.sensors[0].last_reading = kNow + base::Seconds{120};
    EXPECT_EQ(water_state(known, "sensor"), CheckState::Ok);
    known.house->live.sensors[0].last_reading = kNow + base::Milliseconds{120'001};
    EXPECT_EQ(water_state(known, "sensor"), CheckState::Problem);
}

TEST(Calibration, ThatIsMissingIsAWarningOnceThereAreReadings) {
    Known known = good_known();
    EXPECT_EQ(water_state(known, "calibration"), CheckState::Ok);
    known.house->live.sensors[0].calibrated = false;
    EXPECT_EQ(water_state(known, "calibration"), CheckState::Warning);
    known.house->live.sensors[0].last_reading.reset();
    EXPECT_FALSE(has(water_findings(known), "calibration"));
}

}  // namespace
}  // namespace millrace::doctor
