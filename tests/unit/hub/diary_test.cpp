#include "hub/diary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fakes.h"
#include "unit/hub/frames.h"

namespace millrace::hub {
namespace {

using ports::SpellKind;
using ports::SpellRecord;
using ::testing::SizeIs;

class DiaryTest : public ::testing::Test {
protected:
    [[nodiscard]] static base::WallTime at(std::int64_t seconds) { return base::from_unix_s(kStart + seconds); }
    [[nodiscard]] std::vector<SpellRecord> written() const { return store_.all<SpellRecord>(); }

    support::FakeStore store_;
    Diary diary_{store_};
};

TEST_F(DiaryTest, WritesASpellWhenItBeginsEveryMinuteAndWhenItEnds) {
    diary_.tick(at(0));
    diary_.begin(SpellKind::Connection, kBridge, "relay", at(1));
    ASSERT_THAT(written(), SizeIs(1));
    EXPECT_EQ(written()[0], (SpellRecord{SpellKind::Connection, kBridge, at(1), at(1), "relay"}));
    diary_.tick(at(59));
    EXPECT_THAT(written(), SizeIs(1));
    diary_.tick(at(60));
    ASSERT_THAT(written(), SizeIs(2));
    EXPECT_EQ(written()[1].to, at(60));
    diary_.end(SpellKind::Connection, kBridge, at(75));
    ASSERT_THAT(written(), SizeIs(3));
    EXPECT_EQ(written()[2], (SpellRecord{SpellKind::Connection, kBridge, at(1), at(75), "relay"}));
    diary_.tick(at(200));
    EXPECT_THAT(written(), SizeIs(3)) << "it has ended";
}

TEST_F(DiaryTest, OneSpellOfAKindAndBridgeLastsAtATime) {
    diary_.begin(SpellKind::CloudAway, std::nullopt, "refused", at(0));
    diary_.begin(SpellKind::CloudAway, std::nullopt, "refused again", at(5));
    EXPECT_THAT(written(), SizeIs(1));
    diary_.end(SpellKind::Run, std::nullopt, at(6));
    EXPECT_THAT(written(), SizeIs(1));
}

TEST_F(DiaryTest, ClosingEndsEverything) {
    diary_.begin(SpellKind::Run, std::nullopt, "", at(0));
    diary_.begin(SpellKind::Connection, kBridge, "", at(0));
    diary_.close(at(30));
    ASSERT_THAT(written(), SizeIs(4));
    EXPECT_EQ(written()[2].to, at(30));
    EXPECT_EQ(written()[3].to, at(30));
}

}  // namespace
}  // namespace millrace::hub
