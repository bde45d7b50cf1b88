#include "hub/watch_choices.h"

#include <gtest/gtest.h>

namespace millrace::hub {
namespace {

detect::Settings made_up_settings() {
    detect::Settings settings;
    settings.burst_rate = base::FlowRate{400'000};
    settings.burst_after = base::Seconds{90};
    settings.continuous_after = base::Seconds{5'400};
    settings.away_after = base::Seconds{30};
    settings.off = {detect::Rule::LongUse, detect::Rule::BatteryLow};
    settings.irrigation = {{0x15, 300, 360}};
    settings.modes = {{detect::Mode::Vacation, {0x60, 1'320, 360}}};
    settings.sensor_silent_after = base::Seconds{7'200};
    settings.bridge_offline_after = base::Seconds{60};
    settings.battery_low_mv = 2'400;
    settings.budget_day = base::Volume{500'000'000};
    settings.budget_week = base::Volume{3'000'000'000};
    settings.budget_month = base::Volume{1'000'000'000'000};
    return settings;
}

HabitWords made_up_words() {
    detect::Habit habit;
    habit.number = 7;
    habit.source = detect::HabitSource::Owner;
    habit.on = false;
    habit.label = "front \"lawn\"";
    habit.days = 0x2a;
    habit.start_minute = 330;
    habit.start_slack = 5;
    habit.length = base::Seconds{1'200};
    habit.flow = {250'000};
    habit.volume = {300'000'000};
    habit.seen = 12;
    habit.last_seen = base::from_unix_ms(1'764'000'000'123);
    return {{habit}, {{base::from_unix_ms(1'763'000'000'000), 600}}};
}

std::vector<detect::Finding> made_up_findings() {
    detect::Finding finding;
    finding.rule = detect::Rule::RunningToilet;
    finding.severity = detect::Severity::Critical;
    finding.since = base::from_unix_ms(1'764'000'000'123);
    finding.at = base::from_unix_ms(1'764'000'900'456);
    finding.volume = {1};
    finding.rate = {2};
    finding.at_least = {3};
    finding.measure = detect::Measure::Count;
    finding.observed = 6;
    finding.limit = 5;
    finding.source = detect::LimitSource::Learned;
    finding.usual = 2;
    finding.learned_days = 28;
    finding.detail = "x";
    return {finding, detect::Finding{}};
}

TEST(WatchChoices, ReadBackAsTheyWereWritten) {
    EXPECT_EQ(settings_from(to_text(detect::Settings{})), detect::Settings{});
    EXPECT_EQ(settings_from(to_text(made_up_settings())), made_up_settings());
    EXPECT_EQ(habit_words_from(to_text(HabitWords{})), HabitWords{});
    EXPECT_EQ(habit_words_from(to_text(made_up_words())), made_up_words());
    EXPECT_EQ(findings_from(to_text(made_up_findings())), made_up_findings());
    EXPECT_EQ(chosen_time_from(to_text(ChosenTime{})), ChosenTime{});
    const ChosenTime time{base::from_unix_ms(1'764'000'000'123)};
    EXPECT_EQ(chosen_time_from(to_text(time)), time);
}

TEST(WatchChoices, WithoutBudgetsRulesAreTheTextTheyWereBeforeThereWereAny) {
    EXPECT_EQ(to_text(detect::Settings{}),
              R"({"away_after_s":60,"battery_low_mv":2500,"bridge_offline_after_s":300,"irrigation":[],"modes":[],)"
              R"("off":[],"sensor_silent_after_s":3600})");
    detect::Settings week_only;
    week_only.budget_week = base::Volume{1};
    EXPECT_EQ(settings_from(to_text(week_only)), week_only);
}

TEST(WatchChoices, TextCutShortIsNothing) {
    const std::string settings = to_text(made_up_settings());
    const std::string words = to_text(made_up_words());
    const std::string findings = to_text(made_up_findings());
    for (std::size_t i = 0; i < settings.size(); ++i) EXPECT_FALSE(settings_from(settings.substr(0, i)));
    for (std::size_t i = 0; i < words.size(); ++i) EXPECT_FALSE(habit_words_from(words.substr(0, i)));
    for (std::size_t i = 0; i < findings.size(); ++i) EXPECT_FALSE(findings_from(findings.substr(0, i)));
}

TEST(WatchChoices, OtherJsonIsNothing) {
    for (const char* text :
         {"", "null", "7", "\"away\"", "[1]", "[[]]", "{\"set\":7,\"forgotten\":[]}", "{\"set\":[{}],\"forgotten\":[]}",
          "[{\"rule\":\"none\"}]", "{\"at\":\"noon\"}", "{\"at\":1e99}"}) {
        EXPECT_FALSE(settings_from(text)) << text;
        EXPECT_FALSE(habit_words_from(text)) << text;
        EXPECT_FALSE(findings_from(text)) << text;
        const bool may_be_none = text[0] == '{' && text[2] != 'a';
        EXPECT_EQ(chosen_time_from(text).has_value(), may_be_none) << text;
    }
}

TEST(WatchChoices, NumbersOutOfRangeAreNothing) {
    const auto with = [](const std::string& from, const std::string& to) {
        std::string text = to_text(made_up_settings());
        text.replace(text.find(from), from.size(), to);
        return settings_from(text);
    };
    EXPECT_TRUE(with("\"from\":300", "\"from\":301"));
    EXPECT_FALSE(with("\"from\":300", "\"from\":1440"));
    EXPECT_FALSE(with("\"days\":21", "\"days\":128"));
    EXPECT_FALSE(with("\"vacation\"", "\"mars\""));
    EXPECT_FALSE(with("\"long_use\"", "\"long_uses\""));
    EXPECT_FALSE(with("\"away_after_s\":30", "\"away_after_s\":-1"));
    EXPECT_FALSE(with("\"budget_day\":5", "\"budget_day\":-5"));
    EXPECT_FALSE(with("\"away_after_s\":30", "\"away_after_s\":18446744073709551615"));
}

TEST(WatchChoices, ALabelThatIsNoTextDoesNotThrow) {
    HabitWords words = made_up_words();
    words.set.front().label = "\xff";
    EXPECT_TRUE(habit_words_from(to_text(words)));
}

}  // namespace
}  // namespace millrace::hub
