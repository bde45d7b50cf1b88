// Leak pucks under watch.
#include "unit/hub/watch_fixture.h"

namespace millrace::hub {
namespace {

using detect::Change;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

const base::DeviceId kPuck = *base::DeviceId::parse("A4C138FFFE001122");

class WatchPucksTest : public WatchTest {
protected:
    WatchPucksTest() {
        live_.hears_bluetooth = true;
        live_.pucks.push_back({});
        puck().id = kPuck;
        puck().says.name = "Boiler";
        puck().last_seen = clock_.wall_now();
        puck().wet = false;
    }
    ports::LivePuck& puck() { return live_.pucks.front(); }
    void says(bool wet) {
        puck().last_seen = clock_.wall_now();
        if (wet && !puck().wet.value_or(false)) puck().wet_since = clock_.wall_now();
        puck().wet = wet;
        watch_->on_puck(puck(), clock_.wall_now());
    }
};

TEST_F(WatchPucksTest, WaterIsAnAlarmAtOnce) {
    pass(base::Seconds{2});
    says(true);
    EXPECT_THAT(changes(), ElementsAre(Change::Raised));
    EXPECT_THAT(open_rules(), ElementsAre("puck_wet"));
    EXPECT_EQ(watch_->alarms().incidents.front().device, kPuck);
    EXPECT_EQ(watch_->alarms().incidents.front().finding.detail, "Boiler");
}

TEST_F(WatchPucksTest, ItClearsSomeTimeAfterThePuckIsDry) {
    says(true);
    pass(base::Seconds{600});
    EXPECT_THAT(open_rules(), ElementsAre("puck_wet"));
    says(false);
    pass(base::Seconds{5});
    EXPECT_THAT(open_rules(), ElementsAre("puck_wet"));
    pass(base::Seconds{120});
    EXPECT_THAT(open_rules(), IsEmpty());
}

TEST_F(WatchPucksTest, ItStandsOverARestart) {
    says(true);
    const base::WallTime since = clock_.wall_now();
    puck().wet_since.reset();  // no longer known
    restart();
    told_.clear();
    pass(base::Seconds{600});
    EXPECT_THAT(changes(), IsEmpty());
    EXPECT_EQ(watch_->alarms().incidents.front().finding.since, since);
}

TEST_F(WatchPucksTest, ASilentOneIsToldOfAndAlsoAfterARestart) {
    pass(kPuckSilentAfter + base::Seconds{60});
    EXPECT_THAT(open_rules(), Contains("puck_silent"));
    restart();
    pass(base::Seconds{600});
    EXPECT_THAT(open_rules(), Contains("puck_silent"));
    says(false);
    pass(base::Seconds{130});
    EXPECT_THAT(open_rules(), Not(Contains("puck_silent")));
}

TEST_F(WatchPucksTest, NobodyIsSilentWhileNobodyListens) {
    live_.hears_bluetooth = false;
    pass(2 * kPuckSilentAfter);
    EXPECT_THAT(open_rules(), Not(Contains("puck_silent")));
}

TEST_F(WatchPucksTest, OneThatIsForgottenHasNoAlarms) {
    says(true);
    live_.pucks.clear();
    pass(base::Seconds{130});
    EXPECT_THAT(open_rules(), IsEmpty());
}

TEST_F(WatchPucksTest, ARuleThatIsOffIsOff) {
    rules_.off.push_back(detect::Rule::PuckWet);
    start({});
    says(true);
    EXPECT_THAT(open_rules(), IsEmpty());
}

}  // namespace
}  // namespace millrace::hub
