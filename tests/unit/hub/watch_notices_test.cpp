#include "hub/watch_notices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fakes.h"

namespace millrace::hub {
namespace {

using base::Seconds;
using detect::Change;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

const auto kDevice = *base::DeviceId::parse("61DA80B500000001");
constexpr base::WallTime kTold = base::from_unix_s(1'795'000'000);

class WatchNoticesTest : public ::testing::Test {
protected:
    void tell(Change change, const std::string& by = "", base::WallTime at = kTold) {
        detect::Incident incident;
        incident.id = 7;
        incident.device = kDevice;
        incident.finding.rule = detect::Rule::Burst;
        incident.finding.severity = severity_;
        log_.tell({change, at, by, incident}, notices_);
    }

    detect::Severity severity_ = detect::Severity::Critical;
    support::RecordedNotices notices_;
    WatchNotices log_;
};

TEST_F(WatchNoticesTest, AnAlarmHasALineForEachStepOfItsLife) {
    tell(Change::Raised);
    tell(Change::Acknowledged, "Ann");
    tell(Change::Cleared);
    EXPECT_THAT(
        notices_.said,
        ElementsAre(Pair(ports::Severity::Warning, "alarm 7 raised: Burst (critical) at " + kDevice.str()),
                    Pair(ports::Severity::Info, "alarm 7 acknowledged by Ann: Burst (critical) at " + kDevice.str()),
                    Pair(ports::Severity::Info, "alarm 7 cleared: Burst (critical) at " + kDevice.str())));
}

TEST_F(WatchNoticesTest, ANoteAndTheEndOfASnoozeAreNotInTheLog) {
    tell(Change::Noted, "Ann");
    tell(Change::Resumed);
    EXPECT_THAT(notices_.said, IsEmpty());
}

TEST_F(WatchNoticesTest, InformationIsNoWarning) {
    severity_ = detect::Severity::Info;
    tell(Change::Raised);
    ASSERT_THAT(notices_.said, SizeIs(1));
    EXPECT_EQ(notices_.said[0].first, ports::Severity::Info);
}

TEST_F(WatchNoticesTest, StrangersDoNotFillTheLog) {
    for (int i = 0; i < 1'000; ++i) tell(Change::Raised);
    EXPECT_THAT(notices_.said, SizeIs(WatchNotices::kAtOnce + 1)) << "the last says that there are more";
    notices_.said.clear();
    tell(Change::Raised, "", kTold + WatchNotices::kRefill - Seconds{1});
    EXPECT_THAT(notices_.said, IsEmpty());
    tell(Change::Raised, "", kTold + WatchNotices::kRefill);
    EXPECT_THAT(notices_.said, SizeIs(1));
}

TEST_F(WatchNoticesTest, AClockSetBackDoesNotSilenceIt) {
    for (int i = 0; i < WatchNotices::kAtOnce; ++i) tell(Change::Raised);
    const base::WallTime back = kTold - Seconds{86'400};
    tell(Change::Raised, "", back);
    notices_.said.clear();
    tell(Change::Raised, "", back + WatchNotices::kRefill);
    EXPECT_THAT(notices_.said, SizeIs(1));
}

}  // namespace
}  // namespace millrace::hub
