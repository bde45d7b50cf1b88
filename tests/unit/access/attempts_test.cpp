#include "access/attempts.h"

#include <gtest/gtest.h>

namespace millrace::access {
namespace {

constexpr base::SteadyTime kStart{base::Seconds{1000}};

void fail_often(Attempts& attempts, const std::string& address, int times) {
    for (int i = 0; i < times; ++i) attempts.failed(address, kStart);
}

TEST(Attempts, ABurstIsFreeAndTheNextWaits) {
    Attempts attempts;
    EXPECT_EQ(attempts.wait("a", kStart).count(), 0);
    fail_often(attempts, "a", Attempts::kBurst - 1);
    EXPECT_EQ(attempts.wait("a", kStart).count(), 0);
    attempts.failed("a", kStart);
    EXPECT_EQ(attempts.wait("a", kStart), Attempts::kRefill);
    EXPECT_EQ(attempts.wait("b", kStart).count(), 0);
    EXPECT_EQ(attempts.wait("a", kStart + Attempts::kRefill).count(), 0);
}

TEST(Attempts, FailuresArePaidOffByTime) {
    Attempts attempts;
    fail_often(attempts, "a", Attempts::kBurst);
    const auto later = kStart + Attempts::kBurst * Attempts::kRefill;
    for (int i = 0; i < Attempts::kBurst - 1; ++i) attempts.failed("a", later);
    EXPECT_EQ(attempts.wait("a", later).count(), 0);
}

TEST(Attempts, ManyAddressesPushOutTheLeastOnly) {
    Attempts attempts;
    fail_often(attempts, "guesser", Attempts::kBurst);
    for (std::size_t i = 0; i < 3 * Attempts::kMostAddresses; ++i) attempts.failed(std::to_string(i), kStart);
    EXPECT_GT(attempts.wait("guesser", kStart).count(), 0);
}

}  // namespace
}  // namespace millrace::access
