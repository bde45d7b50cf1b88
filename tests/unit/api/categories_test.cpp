#include "api/categories.h"

#include <gmock/gmock.h>

#include "unit/api/site_fixture.h"

namespace millrace::api {
namespace {

using classify::Category;
using nlohmann::json;

const std::string kOfSensor = "/api/v1/sensors/0123456789ABCDEF/";

class CategoriesRoute : public SiteTest {
protected:
    // From the first day on, of today, of this month, of the last week.
    CategoriesRoute() {
        std::vector<ports::CategorySums> sums(4);
        const auto put_sum = [&](std::size_t range, Category category, std::int64_t uses, std::int64_t litres,
                                 std::int64_t seconds = 0) {
            sums[range][index_of(category)] = {uses, {litres * 1'000'000}, base::Seconds{seconds}};
        };
        put_sum(0, Category::Toilet, 100, 900);
        put_sum(0, Category::Shower, 20, 1'000);
        put_sum(0, Category::Leak, 2, 80);
        put_sum(1, Category::Toilet, 3, 27);
        put_sum(2, Category::Toilet, 40, 360);
        put_sum(2, Category::Shower, 4, 200, 4 * 450);
        put_sum(2, Category::Leak, 1, 50);
        put_sum(3, Category::Irrigation, 3, 3'200);
        history_.sums = std::move(sums);
        ports::LiveSensor& sensor = live_.state.sensors.front();
        sensor.lifetime = {2'500'000'000};
        sensor.today = {30'000'000};
        sensor.month = {1'000'000'000};
    }
};

TEST_F(CategoriesRoute, TellsWhatUsedTheWater) {
    const json document = parsed(get(kOfSensor + "categories"));
    EXPECT_EQ(document["unit"], "L");
    ASSERT_EQ(document["categories"].size(), 4U);
    EXPECT_EQ(document["categories"][0], json::parse(R"({"category": "toilet", "name": "Toilet", "total": 900.0,
        "today": 27.0, "month": 360.0, "month_share": 0.36, "month_uses": 40})"));
    EXPECT_EQ(document["categories"][1]["category"], "shower");
    EXPECT_EQ(document["categories"][3], json::parse(R"({"category": "uncategorised", "name": "Uncategorised",
        "total": 520.0, "today": 3.0, "month": 390.0, "month_share": 0.39, "month_uses": 0})"));
    const auto& ranges = history_.sums_queries.at(0).ranges;
    ASSERT_EQ(ranges.size(), 4U);
    EXPECT_EQ(ranges[1].first, site_->settings.zone.start_of(base::CalendarUnit::Day, clock_.wall));
    EXPECT_EQ(ranges[3].first, clock_.wall - std::chrono::hours{7 * 24});
}

TEST_F(CategoriesRoute, HintsAreNumbersForPeople) {
    EXPECT_EQ(parsed(get(kOfSensor + "categories"))["hints"],
              json::parse(R"([{"kind": "toilet_flush", "flushes": 40, "volume_per_flush": 9.0},
        {"kind": "shower_length", "showers": 4, "minutes": 7.5, "volume_per_shower": 50.0},
        {"kind": "irrigation_week", "volume": 3200.0},
        {"kind": "leak_cost", "volume": 50.0, "cost": null, "currency": null}])"));
    meter::Tariff tariff;
    tariff.currency = "EUR";
    // 4 a cubic metre, and 10 past 990 litres of a month.
    tariff.seasons = {{0x0fff, {{990'000'000'000, {4'000'000}}, {std::nullopt, {10'000'000}}}}};
    site_->settings.tariff = tariff;
    const json leak = parsed(get(kOfSensor + "categories"))["hints"][3];
    EXPECT_EQ(leak["currency"], "EUR");
    EXPECT_NEAR(leak["cost"].get<double>(), 0.04 * 4 + 0.01 * 10, 1e-6);
}

TEST_F(CategoriesRoute, ARunningToiletCostsWhatItsAlarmKnows) {
    history_.sums = std::vector<ports::CategorySums>(4);
    detect::Incident toilet;
    toilet.device = kSensor;
    toilet.finding.rule = detect::Rule::RunningToilet;
    toilet.finding.volume = {70'000'000};
    detect::Incident elsewhere = toilet;
    elsewhere.device = {};
    detect::Incident budget = toilet;
    budget.finding.rule = detect::Rule::BudgetDay;
    alarms_.state.incidents = {toilet, elsewhere, budget};
    EXPECT_EQ(parsed(get(kOfSensor + "categories"))["hints"],
              json::parse(R"([{"kind": "leak_cost", "volume": 70.0, "cost": null, "currency": null}])"));
}

TEST_F(CategoriesRoute, WithoutUsesThereAreNoHints) {
    history_.sums = std::vector<ports::CategorySums>(4);
    const json document = parsed(get(kOfSensor + "categories?unit=gal"));
    EXPECT_EQ(document["unit"], "gal");
    EXPECT_EQ(document["categories"].size(), 1U);
    EXPECT_TRUE(document["hints"].empty());
    EXPECT_EQ(get(kOfSensor + "categories?unit=pint").status, 400u);
    EXPECT_EQ(get("/api/v1/sensors/0000000000000000/categories").status, 404u);
    history_.sums = base::failure(base::Error{"no disk"});
    EXPECT_EQ(get(kOfSensor + "categories").status, 503u);
}

TEST_F(CategoriesRoute, ThePastIsToldAnewOnRequest) {
    EXPECT_EQ(post(kOfSensor + "categories/judge-again", "").status, 204u);
    EXPECT_EQ(post(kOfSensor + "categories/judge-again", R"({"since": 1})").status, 400u);
    EXPECT_EQ(alarms_.judged_again, std::vector{kSensor});
    EXPECT_EQ(post("/api/v1/sensors/0000000000000000/categories/judge-again", "").status, 404u);
    alarms_.failure = "no disk";
    EXPECT_EQ(post(kOfSensor + "categories/judge-again", "").status, 503u);
}

}  // namespace
}  // namespace millrace::api
