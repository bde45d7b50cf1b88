#include "hub/puck_rules.h"

#include <gtest/gtest.h>

namespace millrace::hub {
namespace {

using detect::Rule;

const base::WallTime kSeen = base::from_unix_s(1'790'000'000);

PuckSight under_the_sink() {
    PuckSight puck;
    puck.live.says.name = "Under the sink";
    puck.live.says.room = "kitchen";
    puck.live.last_seen = kSeen;
    return puck;
}

std::vector<Rule> rules_of(const PuckSight& puck, base::WallTime now = kSeen) {
    std::vector<Rule> rules;
    for (const auto& finding : puck_findings(puck, now)) {
        EXPECT_TRUE(finding.holds());
        rules.push_back(finding.rule);
    }
    return rules;
}

TEST(PuckRules, ADryPuckSaysNothing) {
    PuckSight puck = under_the_sink();
    EXPECT_EQ(rules_of(puck), std::vector<Rule>{});
    puck.live.wet = false;
    puck.live.says.battery_percent = 80;
    EXPECT_EQ(rules_of(puck), std::vector<Rule>{});
}

TEST(PuckRules, AWetOneIsCriticalAndSaysWhere) {
    PuckSight puck = under_the_sink();
    puck.live.wet = true;
    puck.live.wet_since = kSeen - base::Seconds{60};
    const auto findings = puck_findings(puck, kSeen);
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].rule, Rule::PuckWet);
    EXPECT_EQ(findings[0].severity, detect::Severity::Critical);
    EXPECT_EQ(findings[0].since, kSeen - base::Seconds{60});
    EXPECT_EQ(findings[0].detail, "Under the sink, kitchen");
}

TEST(PuckRules, SilenceCountsOnlyWhileSomebodyListens) {
    PuckSight puck = under_the_sink();
    const auto later = kSeen + 3 * kPuckSilentAfter;
    EXPECT_EQ(rules_of(puck, later), std::vector<Rule>{});
    puck.unheard = kPuckSilentAfter;
    EXPECT_EQ(rules_of(puck, later), std::vector<Rule>{Rule::PuckSilent});
}

TEST(PuckRules, ABatteryIsLowByItsChargeOrByItsOwnWord) {
    PuckSight puck = under_the_sink();
    puck.live.says.battery_percent = kPuckBatteryLowPercent;
    EXPECT_EQ(rules_of(puck), std::vector<Rule>{Rule::PuckBattery});
    puck.live.says.battery_percent = kPuckBatteryLowPercent + 1;
    EXPECT_EQ(rules_of(puck), std::vector<Rule>{});
    puck.battery_low_since = kSeen;  // it has recovered a little
    EXPECT_EQ(rules_of(puck), std::vector<Rule>{Rule::PuckBattery});
    puck.live.says.battery_percent = kPuckBatteryLowPercent + kPuckBatteryHysteresisPercent + 1;
    EXPECT_EQ(rules_of(puck), std::vector<Rule>{});
    puck.live.says.battery_low = true;
    EXPECT_EQ(rules_of(puck), std::vector<Rule>{Rule::PuckBattery});
}

}  // namespace
}  // namespace millrace::hub
