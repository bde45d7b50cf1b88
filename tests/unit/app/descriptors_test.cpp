#include "app/descriptors.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace millrace::app {
namespace {

// Puts the limits back that the test process had.
class DescriptorsTest : public ::testing::Test {
protected:
    DescriptorsTest() { (void)::getrlimit(RLIMIT_NOFILE, &before_); }
    ~DescriptorsTest() override { (void)::setrlimit(RLIMIT_NOFILE, &before_); }

    [[nodiscard]] static rlim_t soft() {
        rlimit limit{};
        (void)::getrlimit(RLIMIT_NOFILE, &limit);
        return limit.rlim_cur;
    }
    void set_soft(rlim_t soft) {
        rlimit limit = before_;
        limit.rlim_cur = soft;
        ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    }

    rlimit before_{};
};

TEST_F(DescriptorsTest, AHouseNeedsNoMoreThanTheUsual1024) {
    EXPECT_LE(descriptors_for(settings::Settings{}), 1'024U);
}

TEST_F(DescriptorsTest, ARelayNeedsTwoForEachBridge) {
    settings::Settings fleet;
    fleet.capture.max_connections = 10'000;
    EXPECT_GT(descriptors_for(fleet), 10'000U);
    EXPECT_LT(descriptors_for(fleet), 11'000U);
    fleet.capture.mode = ports::CloudMode::Relay;
    EXPECT_GT(descriptors_for(fleet), 20'000U);
}

TEST_F(DescriptorsTest, TheSoftLimitIsRaisedAndNeverLowered) {
    set_soft(300);
    EXPECT_TRUE(allow_descriptors(200));
    EXPECT_EQ(soft(), 300U);
    EXPECT_TRUE(allow_descriptors(400));
    EXPECT_EQ(soft(), 400U);
}

TEST_F(DescriptorsTest, WhereTheHardLimitIsLowerItSaysHowToRaiseIt) {
    if (before_.rlim_max == RLIM_INFINITY) GTEST_SKIP() << "there is no hard limit here";
    set_soft(300);
    const auto allowed = allow_descriptors(before_.rlim_max + 1);
    ASSERT_FALSE(allowed);
    EXPECT_NE(allowed.error().message.find("LimitNOFILE"), std::string::npos);
    EXPECT_EQ(soft(), before_.rlim_max) << "as many as there may be";
}

}  // namespace
}  // namespace millrace::app
