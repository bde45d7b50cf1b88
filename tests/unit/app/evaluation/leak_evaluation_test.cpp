#include "app/evaluation/leak_evaluation.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "app/evaluation/leak_report.h"
#include "trace_folder.h"

namespace millrace::app {
namespace {

using Json = nlohmann::json;

LeakEvaluation evaluated(const LeakOptions& options) {
    auto result = evaluate_homes(options);
    if (!result) ADD_FAILURE() << result.error().message;
    return result ? std::move(*result) : LeakEvaluation{};
}

std::string json_of(const LeakEvaluation& result) {
    std::ostringstream out;
    print_leak_json(result, {true, true}, out);
    return out.str();
}

LeakOptions some_leaks(const TraceFolder& folder) {
    LeakOptions options;
    options.paths = {folder.path()};
    options.kinds = {"steady_0.02_gpm", "steady_10_gpm"};
    options.leaks = 2;
    options.variants = 2;
    return options;
}

TEST(LeakEvaluation, GivesTheAgreedJson) {
    const TraceFolder folder;
    folder.write_home("plain", "ml", "1", "UTC", plain_days(18));
    const Json json = Json::parse(json_of(evaluated(some_leaks(folder))));
    EXPECT_EQ(json["homes"], 1);
    EXPECT_NEAR(json["home_months"].get<double>(), 18 / 30.44, 0.001);
    const Json& rate = json["false_alarms_per_home_month"];
    for (const char* member : {"value", "upper95", "count", "by_rule", "first_14_days", "after"}) {
        EXPECT_TRUE(rate.contains(member)) << member;
    }
    EXPECT_GE(rate["upper95"].get<double>(), rate["value"].get<double>());
    EXPECT_TRUE(json["false_alarms"].is_array());
    EXPECT_TRUE(json["misses"].is_array());
    const Json& burst = json["kinds"]["steady_10_gpm"];
    EXPECT_GE(burst["injected"], 2);
    for (const char* share : {"found_1h", "found_2h", "found_24h", "found_48h", "named"}) {
        EXPECT_GE(burst[share].get<double>(), 0) << share;
        EXPECT_LE(burst[share].get<double>(), 1) << share;
    }
    EXPECT_EQ(burst["found_48h"], 1) << "10 gallons a minute for two days went unnoticed";
    EXPECT_GT(burst["median_min"].get<double>(), 0);
    EXPECT_LE(burst["median_min"].get<double>(), burst["p90_min"].get<double>());
    for (const char* number : {"gallons_lost_median", "notices"}) EXPECT_TRUE(burst[number].is_number()) << number;
    for (const char* member : {"clear_median_min", "clear_p90_min"}) EXPECT_TRUE(burst.contains(member)) << member;
}

TEST(LeakEvaluation, TellsFineFromCoarseMetersAndStalledOnes) {
    const TraceFolder folder;
    folder.write_home("plain", "ml", "1", "UTC", plain_days(18));
    LeakOptions options = some_leaks(folder);
    options.clean = true;
    const LeakEvaluation result = evaluated(options);
    std::map<std::string, int> injected;
    for (const auto& [name, figures] : result.kinds) injected[name] = figures.injected();
    EXPECT_EQ(injected["steady_0.02_gpm_fine"], 2);
    EXPECT_EQ(injected["steady_0.02_gpm_coarse"], 2);
    EXPECT_EQ(injected["steady_0.02_gpm"], 4);
    EXPECT_EQ(injected.count("steady_10_gpm_fine"), 0U);
    // Among some meters there is one that a leak of 0.02 gallons a minute does not turn.
    options.clean = false;
    options.variants = 6;
    options.leaks = 1;
    options.kinds = {"steady_0.02_gpm"};
    const LeakEvaluation stalling = evaluated(options);
    bool stalled = false;
    for (const auto& [name, figures] : stalling.kinds) {
        if (name != "steady_0.02_gpm_stalled") continue;
        stalled = true;
        EXPECT_EQ(figures.found(), 0);
    }
    EXPECT_TRUE(stalled);
}

TEST(LeakEvaluation, IsTheSameEachTime) {
    const TraceFolder folder;
    folder.write_home("plain", "ml", "1", "UTC", plain_days(18));
    LeakOptions options = some_leaks(folder);
    options.irrigation = true;
    options.kinds = {"flapper_0.05_gpm"};
    const std::string one = json_of(evaluated(options));
    EXPECT_EQ(json_of(evaluated(options)), one);
    options.seed = 2;
    EXPECT_NE(json_of(evaluated(options)), one);
}

TEST(LeakEvaluation, AHomeThatLeaksAllAlongIsAFalseAlarmBecauseNoLeakWasLetIn) {
    const TraceFolder folder;
    std::string trace = plain_days(16);
    std::int64_t total = 10'000'000;
    const std::int64_t begin = kMonday + 16 * kSecondsPerDay;
    for (std::int64_t at = begin; at < begin + 2 * kSecondsPerDay;) {
        trace += std::to_string(at += 10) + "," + std::to_string(total += 300) + "\n";
    }
    folder.write_home("leaky", "ml", "1", "UTC", trace);
    LeakOptions options;
    options.paths = {folder.file("trace_leaky.csv")};
    options.leaks = 0;
    options.variants = 1;
    options.clean = true;
    const LeakEvaluation result = evaluated(options);
    EXPECT_TRUE(result.kinds.empty());
    ASSERT_GE(result.false_alarms.size(), 1U);
    EXPECT_EQ(result.all.count, static_cast<std::int64_t>(result.false_alarms.size()));
    EXPECT_EQ(result.after.count + result.first_14_days.count, result.all.count);
    EXPECT_FALSE(result.false_alarms.front().sentence.empty());
    std::ostringstream table;
    print_leak_table(result, {true, true}, table);
    for (const char* words : {"False alarms per home-month", "leaky", "by rule", "at 95 %"}) {
        EXPECT_THAT(table.str(), testing::HasSubstr(words));
    }
}

TEST(LeakEvaluation, KeepsShortHomesApart) {
    const TraceFolder folder;
    folder.write_home("short", "ml", "1", "UTC", plain_days(4));
    LeakOptions options = some_leaks(folder);
    options.kinds = {"flapper_0.05_gpm"};
    const LeakEvaluation result = evaluated(options);
    EXPECT_TRUE(result.kinds.empty());
    EXPECT_FALSE(result.short_homes.empty());
    EXPECT_TRUE(result.homes.front().is_short);
}

TEST(LeakEvaluation, SaysWhichHomeOrKindThereIsNot) {
    const TraceFolder folder;
    folder.write_home("plain", "ml", "1", "UTC", plain_days(2));
    LeakOptions options = some_leaks(folder);
    options.homes = {"other"};
    EXPECT_THAT(evaluate_homes(options).error().message, testing::HasSubstr("names the home other"));
    EXPECT_FALSE(check(options));
    options.kinds = {"flood"};
    EXPECT_THAT(check(options)->message, testing::HasSubstr("no leak is called flood; there are drip_0.006_gpm, "));
}

TEST(AlarmRate, CountsTheSameWaterOnceWhateverTheNumberOfMeters) {
    const AlarmRate rate{2, 10, 4};
    EXPECT_DOUBLE_EQ(rate.value(), 0.2);
    EXPECT_NEAR(rate.upper95(), 0.6296, 0.001);  // two alarms in ten home-months
    const AlarmRate none{2, 30, 0};
    EXPECT_NEAR(none.upper95(), 0.0999, 0.001);
    EXPECT_EQ(AlarmRate{}.value(), 0);
}

}  // namespace
}  // namespace millrace::app
