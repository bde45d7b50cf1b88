#include "publish/rule_limits.h"

#include <gtest/gtest.h>

#include "publish/commands.h"
#include "publish/message.h"

namespace millrace::publish {
namespace {

using base::VolumeUnit;

const RuleLimit& limit(std::string_view key) {
    for (const RuleLimit& each : rule_limits()) {
        if (each.key == key) return each;
    }
    throw std::runtime_error("no such limit");
}

TEST(RuleLimits, WhatIsLearnedHasNoNumber) {
    EXPECT_EQ(limit_text(limit("rules_burst_rate"), {}, VolumeUnit::Litre), "None");
    EXPECT_EQ(limit_text(limit("rules_away_minutes"), {}, VolumeUnit::Litre), "1");
    EXPECT_EQ(limit_text(limit("rules_battery_low_mv"), {}, VolumeUnit::Litre), "2500");
}

TEST(RuleLimits, EveryLimitTakesBothEndsOfWhatItShowsAndNothingBeyond) {
    for (const VolumeUnit unit :
         {VolumeUnit::Litre, VolumeUnit::CubicMetre, VolumeUnit::Gallon, VolumeUnit::CubicFoot, VolumeUnit::Ccf}) {
        for (const RuleLimit& each : rule_limits()) {
            SCOPED_TRACE(each.key);
            const detect::LimitRange shown = shown_range(each, unit);
            for (const double value : {shown.least, shown.most}) {
                const auto wanted = parse_limit(each, std::to_string(value), unit);
                ASSERT_TRUE(wanted && wanted->value);
                EXPECT_GE(*wanted->value, each.range.least);
                EXPECT_LE(*wanted->value, each.range.most);
                detect::Settings rules;
                each.set(rules, wanted->value);
                const double now = std::stod(limit_text(each, rules, unit));
                EXPECT_GE(now, shown.least) << "Home Assistant refuses a state outside of the range";
                EXPECT_LE(now, shown.most);
            }
            EXPECT_FALSE(parse_limit(each, std::to_string(shown.least - 0.01), unit));
            EXPECT_FALSE(parse_limit(each, std::to_string(shown.most + 0.01), unit));
        }
    }
}

TEST(RuleLimits, GallonsBecomeLitres) {
    const auto wanted = parse_limit(limit("rules_burst_rate"), "10", VolumeUnit::Gallon);
    ASSERT_TRUE(wanted && wanted->value);
    EXPECT_NEAR(*wanted->value, 37.854, 0.001);
    detect::Settings rules;
    limit("rules_burst_rate").set(rules, wanted->value);
    EXPECT_EQ(limit_text(limit("rules_burst_rate"), rules, VolumeUnit::Gallon), "10");
    limit("rules_burst_rate").set(rules, std::nullopt);
    EXPECT_FALSE(rules.burst_rate);
}

TEST(RuleLimits, ABudgetIsReadAndShownInTheSitesUnit) {
    for (const auto& [unit, payload] : {std::pair{VolumeUnit::Litre, "492.104"},
                                        {VolumeUnit::CubicMetre, "0.492"},
                                        {VolumeUnit::Gallon, "130"},
                                        {VolumeUnit::Ccf, "0.174"}}) {
        const auto wanted = parse_limit(limit("budget_month"), payload, unit);
        ASSERT_TRUE(wanted && wanted->value) << payload;
        EXPECT_NEAR(*wanted->value, 492.1, 1);
        detect::Settings rules;
        limit("budget_month").set(rules, wanted->value);
        EXPECT_EQ(limit_text(limit("budget_month"), rules, unit), payload);
        limit("budget_month").set(rules, std::nullopt);
        EXPECT_EQ(limit_text(limit("budget_month"), rules, unit), "None");
        EXPECT_EQ(rules, detect::Settings{});
    }
}

TEST(RuleLimits, WhatIsNoNumberIsNoCommand) {
    for (const char* key : {"rules_away_minutes", "budget_day", "budget_week", "budget_month"}) {
        const std::string topic = command_topic(house_topic(Settings{}, key));
        for (const char* payload : {"", " 5", "5 ", "5min", "nan", "inf", "-1", "1e9", "0x10", "none", "0"}) {
            EXPECT_FALSE(parse_command(Settings{}, topic, payload)) << payload;
        }
        EXPECT_TRUE(parse_command(Settings{}, topic, "5.5"));
        EXPECT_TRUE(parse_command(Settings{}, topic, "None"));
    }
}

}  // namespace
}  // namespace millrace::publish
