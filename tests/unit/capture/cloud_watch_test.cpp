#include "capture/cloud_watch.h"

#include <gtest/gtest.h>

namespace millrace::capture {
namespace {

using base::Milliseconds;
using base::Seconds;

class CloudWatchTest : public testing::Test {
protected:
    void expect_about(base::Milliseconds time) const {
        const auto wait = watch_.try_at() - now_;
        EXPECT_GE(wait, time * 3 / 4);
        EXPECT_LE(wait, time * 5 / 4);
    }

    CloudWatch watch_{Seconds{5}, Seconds{60}, 1};
    base::WallTime wall_ = base::from_unix_s(1'785'105'201);
    base::SteadyTime now_{Seconds{1000}};
};

TEST_F(CloudWatchTest, SaysOnceThatItWentAndOnceThatItCame) {
    EXPECT_FALSE(watch_.away());
    EXPECT_FALSE(watch_.reached(now_));
    EXPECT_TRUE(watch_.lost("refused", wall_, now_));
    EXPECT_FALSE(watch_.lost("silent", wall_ + Seconds{3}, now_));
    EXPECT_EQ(watch_.away()->since, wall_);
    EXPECT_EQ(watch_.away()->why, "silent");
    EXPECT_TRUE(watch_.reached(now_));
    EXPECT_FALSE(watch_.reached(now_));
}

TEST_F(CloudWatchTest, TriesEverMoreSeldomUpToAMinute) {
    (void)watch_.lost("refused", wall_, now_);
    expect_about(Seconds{5});
    for (const int seconds : {10, 20, 40, 60, 60}) {
        watch_.try_failed(now_);
        expect_about(Seconds{seconds});
    }
}

TEST_F(CloudWatchTest, DoesNotTrustACloudThatWasBackForAMoment) {
    (void)watch_.lost("refused", wall_, now_);
    watch_.try_failed(now_);
    (void)watch_.reached(now_);
    now_ += Seconds{59};
    (void)watch_.lost("closed", wall_, now_);
    expect_about(Seconds{20});
    (void)watch_.reached(now_);
    now_ += Seconds{60};
    (void)watch_.lost("closed", wall_, now_);
    expect_about(Seconds{5});
}

}  // namespace
}  // namespace millrace::capture
