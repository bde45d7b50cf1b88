#include "publish/log_budget.h"

#include <gtest/gtest.h>

namespace millrace::publish {
namespace {

using base::Milliseconds;

TEST(LogBudget, AllowsABurstAndThenOneLineAPeriod) {
    LogBudget budget;
    base::SteadyTime now{};
    for (int i = 0; i < LogBudget::kBurst; ++i) EXPECT_TRUE(budget.allow(now));
    EXPECT_FALSE(budget.allow(now));
    EXPECT_FALSE(budget.allow(now + LogBudget::kRefill - Milliseconds{1}));
    EXPECT_TRUE(budget.allow(now + LogBudget::kRefill));
    EXPECT_FALSE(budget.allow(now + LogBudget::kRefill));
    EXPECT_TRUE(budget.allow(now + 3 * LogBudget::kRefill));
    EXPECT_TRUE(budget.allow(now + 3 * LogBudget::kRefill));
    EXPECT_FALSE(budget.allow(now + 3 * LogBudget::kRefill));
}

}  // namespace
}  // namespace millrace::publish
