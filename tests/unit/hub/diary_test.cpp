#include "hub/diary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

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

TEST_F(DiaryTest, TheMinutesOfManyBridgesAreSpreadOverTicks) {
    constexpr std::size_t kBridges = 5'000;
    diary_.tick(at(0));
    for (std::size_t i = 0; i < kBridges; ++i) {
        const auto bridge = base::DeviceId::parse(std::to_string(1'000'000'000'000'000 + i));
        diary_.begin(SpellKind::Connection, bridge, "", at(1));
    }
    store_.others.clear();
    std::size_t most = 0;
    for (int tick = 0; tick < 5 * 60; ++tick) {
        const std::size_t before = written().size();
        diary_.tick(at(60) + base::Milliseconds{200 * tick});
        most = std::max(most, written().size() - before);
        if (written().size() == kBridges && tick > 120) break;
    }
    EXPECT_EQ(written().size(), kBridges) << "each of them once in the minute";
    EXPECT_LE(most, kBridges / Diary::kParts);
    std::set<base::DeviceId> bridges;
    for (const SpellRecord& spell : written()) bridges.insert(*spell.bridge);
    EXPECT_EQ(bridges.size(), kBridges);
}

TEST_F(DiaryTest, ASpellThatEndsWhileAMinuteIsWrittenIsNotWrittenAgain) {
    for (std::size_t i = 0; i < 2 * Diary::kAtOnce; ++i) {
        diary_.begin(SpellKind::Connection, base::DeviceId::parse(std::to_string(1'000'000'000'000'000 + i)), "",
                     at(0));
    }
    diary_.tick(at(60));
    const auto last_written = *written().back().bridge;
    const auto next = base::DeviceId::parse(std::to_string(1'000'000'000'000'000 + Diary::kAtOnce));
    diary_.end(SpellKind::Connection, last_written, at(60));
    diary_.end(SpellKind::Connection, next, at(60));
    store_.others.clear();
    diary_.tick(at(61));
    EXPECT_THAT(written(), SizeIs(Diary::kAtOnce - 1)) << "the rest of the minute, and neither of the two";
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
