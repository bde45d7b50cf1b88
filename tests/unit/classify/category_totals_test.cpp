#include "classify/category_totals.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

namespace millrace::classify {
namespace {

using base::Volume;

Volume litres(std::int64_t number) {
    return {number * 1'000'000};
}

TEST(CategoryTotals, AWrongWordIsMadeGoodWithoutFalling) {
    CategoryTotals totals;
    totals.add(Category::Faucet, litres(50));
    totals.move(Category::Faucet, Category::Shower, litres(40));
    EXPECT_EQ(totals.told[index_of(Category::Faucet)], litres(50));
    EXPECT_EQ(totals.told[index_of(Category::Shower)], litres(40));
    totals.add(Category::Faucet, litres(30));
    EXPECT_EQ(totals.told[index_of(Category::Faucet)], litres(50));
    totals.add(Category::Faucet, litres(30));
    EXPECT_EQ(totals.told[index_of(Category::Faucet)], litres(70)) << "50 and 60 less 40";
}

TEST(CategoryTotals, WhatNoUseTookIsTheRest) {
    CategoryTotals totals;
    totals.note_rest(litres(1'000));
    EXPECT_EQ(totals.uncategorised, litres(1'000)) << "from before uses were told";
    totals.add(Category::Toilet, litres(9));
    totals.note_rest(litres(1'010));
    EXPECT_EQ(totals.uncategorised, litres(1'001));
    totals.note_rest(litres(1'005));
    EXPECT_EQ(totals.uncategorised, litres(1'001));
}

RC_GTEST_PROP(CategoryTotals, NeverFallAndComeOutEven, ()) {
    CategoryTotals totals;
    std::array<std::int64_t, kCategories> truth{};
    std::vector<std::pair<Category, std::int64_t>> uses;
    const auto any = [] { return static_cast<Category>(*rc::gen::inRange(0, static_cast<int>(kCategories))); };
    for (int i = 0; i < 40; ++i) {
        const CategoryTotals before = totals;
        if (uses.empty() || *rc::gen::arbitrary<bool>()) {
            uses.emplace_back(any(), *rc::gen::inRange(1, 500));
            totals.add(uses.back().first, {uses.back().second});
            truth[index_of(uses.back().first)] += uses.back().second;
        } else {
            auto& [category, volume] =
                uses[static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(uses.size())))];
            const Category to = any();
            totals.move(category, to, {volume});
            truth[index_of(category)] -= volume;
            truth[index_of(to)] += volume;
            category = to;
        }
        for (std::size_t c = 0; c < kCategories; ++c) {
            RC_ASSERT(totals.told[c] >= before.told[c]);
            RC_ASSERT((totals.told[c] - totals.owed[c]).microlitres == truth[c]);
        }
    }
}

}  // namespace
}  // namespace millrace::classify
