#include <gtest/gtest.h>

#include "settings/settings.h"

namespace millrace::settings {
namespace {

using meter::Money;

std::string wrong(std::string_view text) {
    const auto settings = parse(text, "/");
    std::string all;
    if (settings) return all;
    for (const Problem& problem : settings.error()) all += to_line("c", problem) + '\n';
    return all;
}

meter::Tariff tariff(std::string_view text) {
    const auto settings = parse(text, "/");
    EXPECT_EQ(wrong(text), "");
    return settings && settings->publish.tariff ? *settings->publish.tariff : meter::Tariff{};
}

TEST(TariffSettings, WithoutTheSectionThereIsNone) {
    EXPECT_FALSE(parse("", "/")->publish.tariff);
    EXPECT_FALSE(parse("tariff:\n", "/")->publish.tariff);
}

TEST(TariffSettings, AFixedPriceIsReadExactly) {
    const auto read = tariff("site: {units: us}\ntariff: {currency: USD, price: 0.012345, monthly_charge: 12.5}\n");
    EXPECT_EQ(read.currency, "USD");
    EXPECT_EQ(read.unit, base::VolumeUnit::Gallon);
    EXPECT_EQ(read.monthly_charge, Money{12'500'000});
    ASSERT_EQ(read.seasons.size(), 1u);
    EXPECT_EQ(read.seasons[0], (meter::Season{0x0fff, {{std::nullopt, {12'345}}}}));
}

TEST(TariffSettings, TiersAndSeasonsAreReadInTheirUnit) {
    const auto read = tariff(R"(
tariff:
  currency: EUR
  unit: ccf
  tiers: ["2 up to 10.5", "3"]
  seasons:
  - months: [6, 7]
    price: 4
)");
    ASSERT_EQ(read.seasons.size(), 2u);
    EXPECT_EQ(read.seasons[0], (meter::Season{0x0060, {{std::nullopt, {4'000'000}}}}));
    const std::int64_t edge = meter::nanolitres_of(base::VolumeUnit::Ccf) * 105 / 10;
    EXPECT_EQ(read.seasons[1], (meter::Season{0x0fff, {{edge, {2'000'000}}, {std::nullopt, {3'000'000}}}}));
}

TEST(TariffSettings, SeasonsOfAllMonthsNeedNoOtherPrice) {
    EXPECT_EQ(
        tariff("tariff: {currency: EUR, seasons: [{months: [1,2,3,4,5,6,7,8,9,10,11,12], price: 1}]}").seasons.size(),
        1u);
}

TEST(TariffSettings, EachMistakeIsNamedWithItsKey) {
    const std::pair<const char*, const char*> mistakes[] = {
        {"{price: 1}", "lacks `currency`"},
        {"{currency: usd, price: 1}", "tariff.currency: must be the three capital letters"},
        {"{currency: USD}", "either `price` or `tiers`"},
        {"{currency: USD, price: 1, tiers: [\"2\"]}", "either `price` or `tiers`"},
        {"{currency: USD, price: 0.0000001}", "tariff.price: must be a decimal"},
        {"{currency: USD, price: -1}", "tariff.price: must be a decimal"},
        {"{currency: USD, price: 1e3}", "tariff.price: must be a decimal"},
        {"{currency: USD, tiers: [\"1 up to 5\"]}", "tariff.tiers[0]: is the last"},
        {"{currency: USD, tiers: [\"1\", \"2\"]}", "tariff.tiers[0]: must have an \"up to\""},
        {"{currency: USD, tiers: [\"1 up to 5\", \"2 up to 5\", \"3\"]}", "tariff.tiers[1]: must end above"},
        {"{currency: USD, tiers: [\"1 upto 5\", \"3\"]}", "tariff.tiers[0]: must be as"},
        {"{currency: USD, price: 1, seasons: [{price: 2}]}", "tariff.seasons[0]: lacks `months`"},
        {"{currency: USD, price: 1, seasons: [{months: [13], price: 2}]}", "numbers from 1 (January) to 12"},
        {"{currency: USD, price: 1, seasons: [{months: [1], price: 2}, {months: [1], price: 3}]}",
         "tariff.seasons[1]: has a month of a season before it"},
        {"{currency: USD, seasons: [{months: [1], price: 2}]}", "for every month that no season has"},
    };
    for (const auto& [text, message] : mistakes) {
        EXPECT_NE(wrong("tariff: " + std::string(text)).find(message), std::string::npos)
            << text << ": " << wrong("tariff: " + std::string(text));
    }
}

TEST(TariffSettings, EntitiesAreSwitchedOffByKey) {
    EXPECT_EQ(parse("mqtt: {without: [rssi, leak_toilet]}", "/")->publish.without,
              (std::vector<std::string>{"rssi", "leak_toilet"}));
    EXPECT_NE(wrong("mqtt: {without: [\"Wi-Fi signal\"]}").find("is no key of an entity"), std::string::npos);
}

}  // namespace
}  // namespace millrace::settings
