#include "meter/tariff.h"

#include <gtest/gtest.h>

namespace millrace::meter {
namespace {

using base::Volume;
using base::VolumeUnit;

constexpr std::int64_t kCubicMetre = 1'000'000'000;  // in microlitres

Tariff tiered() {
    const std::int64_t unit = nanolitres_of(VolumeUnit::CubicMetre);
    Tariff tariff;
    tariff.currency = "EUR";
    tariff.unit = VolumeUnit::CubicMetre;
    tariff.seasons.push_back({0x01c0, {{10 * unit, {3'000'000}}, {std::nullopt, {9'000'000}}}});  // July to September
    tariff.seasons.push_back(
        {0x0fff, {{10 * unit, {2'000'000}}, {20 * unit, {4'000'000}}, {std::nullopt, {6'000'000}}}});
    tariff.monthly_charge = {5'000'000};
    return tariff;
}

TEST(Tariff, AnUnusedMonthCostsItsCharge) {
    EXPECT_EQ(cost_of_month(tiered(), 1, Volume{}), Money{5'000'000});
}

TEST(Tariff, EachTierCostsItsOwnPriceUpToItsEdge) {
    EXPECT_EQ(cost_of_month(tiered(), 1, Volume{10 * kCubicMetre}), Money{25'000'000});
    EXPECT_EQ(cost_of_month(tiered(), 1, Volume{11 * kCubicMetre}), Money{29'000'000});
    EXPECT_EQ(cost_of_month(tiered(), 1, Volume{21 * kCubicMetre}), Money{71'000'000});
}

TEST(Tariff, TheNextDropHasThePriceOfItsTier) {
    EXPECT_EQ(price_now(tiered(), 1, Volume{10 * kCubicMetre - 1}), Money{2'000'000});
    EXPECT_EQ(price_now(tiered(), 1, Volume{10 * kCubicMetre}), Money{4'000'000});
    EXPECT_EQ(price_now(tiered(), 1, Volume{99 * kCubicMetre}), Money{6'000'000});
}

TEST(Tariff, SeasonsChangeWithTheMonth) {
    EXPECT_EQ(price_now(tiered(), 6, Volume{}), Money{2'000'000});
    EXPECT_EQ(price_now(tiered(), 7, Volume{}), Money{3'000'000});
    EXPECT_EQ(price_now(tiered(), 9, Volume{10 * kCubicMetre}), Money{9'000'000});
    EXPECT_EQ(price_now(tiered(), 10, Volume{}), Money{2'000'000});
}

TEST(Tariff, MonthsBeginInTheSitesTimeZone) {
    const base::TimeZone denver = base::TimeZone::load("America/Denver").value();
    EXPECT_EQ(month_of(*base::from_rfc3339("2024-07-01T05:59:59Z"), denver), 6);
    EXPECT_EQ(month_of(*base::from_rfc3339("2024-07-01T06:00:00Z"), denver), 7);
    EXPECT_EQ(month_of(*base::from_rfc3339("2024-01-01T00:00:00Z"), base::TimeZone{}), 1);
    EXPECT_EQ(month_of(*base::from_rfc3339("2023-12-31T23:59:59Z"), base::TimeZone{}), 12);
}

TEST(Tariff, DaysAddUpToTheMonthToTheLastMillionth) {
    Tariff tariff = tiered();
    tariff.unit = VolumeUnit::Gallon;
    tariff.seasons = {{0x0fff, {{nanolitres_of(VolumeUnit::Gallon) * 3'000, {10'007}}, {std::nullopt, {20'011}}}}};
    Volume used;
    Money sum = tariff.monthly_charge;
    for (std::int64_t day = 0; day < 31; ++day) {
        const Volume today{777'777'777 + day * 1'234'567};
        sum = sum + cost_within_month(tariff, 3, used, today);
        used += today;
    }
    EXPECT_EQ(sum, cost_of_month(tariff, 3, used));
}

TEST(Tariff, AGallonCostsExactlyItsPriceAndHalfAMillionthRoundsUp) {
    Tariff tariff;
    tariff.unit = VolumeUnit::Gallon;
    tariff.seasons = {{0x0fff, {{std::nullopt, {12'000}}}}};
    // A thousand gallons are a whole number of microlitres.
    EXPECT_EQ(cost_of_month(tariff, 1, Volume{3'785'411'784}), Money{12'000'000});
    tariff.unit = VolumeUnit::Litre;
    tariff.seasons = {{0x0fff, {{std::nullopt, {1}}}}};
    EXPECT_EQ(cost_of_month(tariff, 1, Volume{499'999}), Money{0});
    EXPECT_EQ(cost_of_month(tariff, 1, Volume{500'000}), Money{1});
}

TEST(Tariff, TheLargestVolumesStayInRange) {
    Tariff tariff;
    tariff.unit = VolumeUnit::CubicMetre;
    tariff.seasons = {{0x0fff, {{std::nullopt, {100'000'000}}}}};
    EXPECT_EQ(cost_of_month(tariff, 1, Volume{1'000'000'000 * kCubicMetre}).millionths, 100'000'000'000'000'000);
}

}  // namespace
}  // namespace millrace::meter
