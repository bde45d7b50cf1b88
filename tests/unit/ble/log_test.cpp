#include "ble/log.h"

#include <gtest/gtest.h>

namespace millrace::ble {
namespace {

TEST(ChangeLog, SaysEachChangeOnce) {
    ChangeLog log;
    base::SteadyTime now{};
    EXPECT_FALSE(log.note(now, "adapter hci0", ""));  // well from the beginning
    EXPECT_TRUE(log.note(now, "adapter hci0", "off"));
    EXPECT_FALSE(log.note(now, "adapter hci0", "off"));
    EXPECT_TRUE(log.note(now, "adapter hci1", "off"));
    EXPECT_TRUE(log.note(now, "adapter hci0", ""));
}

TEST(ChangeLog, LetsALooseContactWriteOneLineAMinute) {
    ChangeLog log;
    base::SteadyTime now{};
    int lines = 0;
    for (int second = 0; second < 600; ++second) {
        lines += log.note(now, "adapter hci0", second % 2 == 0 ? "off" : "") ? 1 : 0;
        now += base::Seconds{1};
    }
    EXPECT_EQ(lines, ChangeLog::kBurst + 9);
}

TEST(ChangeLog, SaysLaterWhatItHeldBack) {
    ChangeLog log;
    base::SteadyTime now{};
    for (int i = 0; i < ChangeLog::kBurst; ++i) EXPECT_TRUE(log.note(now, "a", std::to_string(i)));
    EXPECT_FALSE(log.note(now, "b", "off"));
    now += ChangeLog::kInterval - base::Milliseconds{1};
    EXPECT_FALSE(log.note(now, "b", "off"));
    now += base::Milliseconds{1};
    EXPECT_TRUE(log.note(now, "b", "off"));
}

}  // namespace
}  // namespace millrace::ble
