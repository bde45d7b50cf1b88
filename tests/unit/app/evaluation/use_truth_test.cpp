#include "app/evaluation/use_truth.h"

#include <gtest/gtest.h>

namespace millrace::app {
namespace {

using classify::Category;

detect::Use cut_use(std::int64_t from_s, std::int64_t to_s, double litres) {
    detect::Use use;
    use.start = base::from_unix_s(from_s);
    use.end = base::from_unix_s(to_s);
    use.volume = {static_cast<std::int64_t>(litres * 1e6)};
    return use;
}

LabelledEvent event(std::int64_t from_s, std::int64_t to_s, double litres, Category category) {
    return {from_s, to_s, {static_cast<std::int64_t>(litres * 1e6)}, category};
}

TEST(UseTruth, AUseIsTheEventOfItsTime) {
    const auto truth = find_truth({cut_use(1'000, 1'060, 9), cut_use(2'000, 2'010, 1), cut_use(3'000, 3'010, 1)},
                                  {event(1'001, 1'059, 9, Category::Toilet), event(2'001, 2'012, 1, Category::Faucet)});
    EXPECT_EQ(truth.main_category(0), Category::Toilet);
    EXPECT_EQ(truth.main_category(1), Category::Faucet);
    EXPECT_FALSE(truth.main_category(2));
    EXPECT_EQ(truth.of_events[1], 1U);
}

TEST(UseTruth, OneUseOfTwoEventsIsMostlyTheLargerOne) {
    const auto truth = find_truth({cut_use(1'000, 1'080, 11)},
                                  {event(1'000, 1'060, 9, Category::Toilet), event(1'065, 1'080, 2, Category::Faucet)});
    EXPECT_EQ(truth.main_category(0), Category::Toilet);
    EXPECT_NEAR(truth.of_uses[0][index_of(Category::Faucet)], 2, 1e-9);
    EXPECT_EQ(truth.of_events[1], 0U);
}

TEST(UseTruth, ATapInTheMiddleOfACycleKeepsItsWater) {
    const auto truth =
        find_truth({cut_use(1'000, 1'060, 3), cut_use(1'300, 1'320, 2), cut_use(1'900, 1'960, 3)},
                   {event(1'000, 1'960, 6, Category::Dishwasher), event(1'300, 1'320, 2, Category::Faucet)});
    EXPECT_EQ(truth.main_category(0), Category::Dishwasher);
    EXPECT_EQ(truth.main_category(1), Category::Faucet);
    EXPECT_EQ(truth.main_category(2), Category::Dishwasher);
    EXPECT_NEAR(truth.of_uses[2][index_of(Category::Dishwasher)], 3, 0.1);
}

TEST(UseTruth, AnEventThatNoUseHasIsMissed) {
    const auto truth = find_truth({cut_use(1'000, 1'060, 9)}, {event(5'000, 5'010, 1, Category::Faucet)});
    EXPECT_FALSE(truth.of_events[0]);
}

}  // namespace
}  // namespace millrace::app
