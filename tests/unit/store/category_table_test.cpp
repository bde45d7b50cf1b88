#include "store/category_table.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "alarm_records.h"
#include "classify/memory.h"
#include "store/export.h"
#include "store/reader.h"

namespace millrace::store::test {
namespace {

using classify::Category;

constexpr std::int64_t kNoon = 1'700'000'000;

class CategoryTableTest : public ::testing::Test {
protected:
    void SetUp() override { reader_.start(); }

    std::vector<ports::KeptUse> uses(std::int64_t from, std::int64_t to) {
        return ExportSource::open(dir_.database())->uses({kSensor, at_s(from), at_s(to), 100, {}}).value();
    }
    ports::CategorySums sums(std::int64_t from, std::int64_t to) {
        std::optional<base::Result<std::vector<ports::CategorySums>, base::Error>> answer;
        reader_.category_sums({kSensor, {{at_s(from), at_s(to)}}}, [&](auto result) { answer = std::move(result); });
        EXPECT_TRUE(loop_.run_until([&] { return answer.has_value(); }));
        EXPECT_EQ((*answer)->size(), 1U);
        return (*answer)->front();
    }

    TempDir dir_;
    FakeLoop loop_;
    Database store_ = open_store(dir_);
    Reader reader_{dir_.database(), loop_.post()};
};

TEST_F(CategoryTableTest, AVerdictStandsBesideItsUseAndIsReplaced) {
    const classify::Verdict verdict{Category::Shower, 0.75, 3, true, "kids' bath", at_s(kNoon)};
    append(store_, {used(use(kNoon, kNoon + 300)), used(use(kNoon + 400, kNoon + 460)),
                    told(use(kNoon, kNoon + 300), classify::Verdict{Category::Faucet, 0.4, 0, false, "", {}}),
                    told(use(kNoon, kNoon + 300), verdict)});
    const auto found = uses(kNoon, kNoon + 3'600);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].verdict, verdict);
    EXPECT_EQ(ports::category_of(found[0]), Category::Shower);
    EXPECT_FALSE(found[1].verdict);
    EXPECT_FALSE(ports::category_of(found[1]));
}

TEST_F(CategoryTableTest, AMachinesFillsAreOneUse) {
    std::vector<Entry> entries;
    for (const std::int64_t minutes : {0, 30, 50}) {
        const detect::Use fill = use(kNoon + 60 * minutes, kNoon + 60 * minutes + 60, (10 + minutes) * 1'000'000);
        entries.push_back(used(fill));
        entries.push_back(told(fill, {Category::ClothesWasher, 0.9, 0, false, "", at_s(kNoon)}));
    }
    const detect::Use flush = use(kNoon + 1'000, kNoon + 1'060);
    entries.push_back(used(flush));
    entries.push_back(told(flush, classify::Verdict{Category::Toilet, 0.9, 0, false, "", {}}));
    append(store_, entries);
    const auto found = uses(kNoon, kNoon + 7'200);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].cycle, (ports::MachineCycle{3, at_s(kNoon + 3'060), {110'000'000}}));
    EXPECT_EQ(found[0].use.volume, base::Volume{10'000'000}) << "its id stays";
    EXPECT_FALSE(found[1].cycle);
    EXPECT_EQ(uses(kNoon + 2'900, kNoon + 7'200).size(), 1U) << "its last fill is in that range";
    EXPECT_TRUE(uses(kNoon + 3'100, kNoon + 7'200).empty());
    const auto all = sums(kNoon, kNoon + 7'200);
    EXPECT_EQ(all[index_of(Category::ClothesWasher)].uses, 1);
    EXPECT_EQ(all[index_of(Category::ClothesWasher)].volume, base::Volume{110'000'000});
    EXPECT_EQ(all[index_of(Category::Toilet)].uses, 1);
}

TEST_F(CategoryTableTest, SumsAreOfTheRangeAndByTheOwnersWordFirst) {
    append(store_,
           {used(use(kNoon, kNoon + 60)),
            told(use(kNoon, kNoon + 60), classify::Verdict{Category::Faucet, 0.9, 0, false, "", {}}),
            labelled(use(kNoon, kNoon + 60), {"shower", "", "Ada", at_s(1)}), used(use(kNoon + 100, kNoon + 130)),
            told(use(kNoon + 100, kNoon + 130), classify::Verdict{Category::Faucet, 0.9, 0, false, "", {}}),
            used(use(kNoon + 200, kNoon + 230))});
    const auto all = sums(kNoon, kNoon + 1'000);
    EXPECT_EQ(all[index_of(Category::Shower)].uses, 1);
    EXPECT_EQ(all[index_of(Category::Shower)].ran, base::Seconds{60});
    EXPECT_EQ(all[index_of(Category::Faucet)].volume, base::Volume{6'000'000});
    EXPECT_EQ(sums(kNoon + 1, kNoon + 100)[index_of(Category::Faucet)].uses, 0);
}

TEST_F(CategoryTableTest, ARestartKnowsTheNewestUsesAndOlderOnesWithALabel) {
    const std::int64_t year_ago = kNoon - 365 * 86'400;
    std::vector<Entry> entries{used(use(year_ago, year_ago + 60)), used(use(year_ago + 100, year_ago + 160)),
                               labelled(use(year_ago, year_ago + 60), {"toilet", "guest bath", "Ada", at_s(1)}),
                               used(use(kNoon, kNoon + 60), kBridge)};
    for (std::int64_t i = 0; i < kMaxRecentUses; ++i) {
        entries.push_back(used(use(kNoon + 100 * i, kNoon + 100 * i + 60)));
    }
    const std::int64_t newest = kNoon + 100 * (kMaxRecentUses - 1);
    entries.push_back(told(use(newest, newest + 60), classify::Verdict{Category::Toilet, 0.9, 0, false, "", {}}));
    append(store_, entries);
    const ports::StoredState state = store_.load().value();
    ASSERT_EQ(state.recent_uses.size(), 2U);
    const auto found = std::find_if(state.recent_uses.begin(), state.recent_uses.end(),
                                    [](const auto& each) { return each.first == kSensor; });
    ASSERT_NE(found, state.recent_uses.end());
    const auto& recent = found->second;
    ASSERT_EQ(recent.size(), static_cast<std::size_t>(kMaxRecentUses) + 1);
    EXPECT_EQ(recent[0].label->name, "guest bath");
    EXPECT_EQ(recent[1].use.start, at_s(kNoon));
    EXPECT_EQ(recent.back().verdict->category, Category::Toilet);
}

TEST_F(CategoryTableTest, TotalsAreReplacedWhole) {
    classify::CategoryTotals totals;
    totals.told[index_of(Category::Toilet)] = {9};
    totals.owed[index_of(Category::Toilet)] = {2};
    totals.uncategorised = {100};
    append(store_, {ports::CategoryTotalsRecord{kSensor, totals}});
    totals.told[index_of(Category::Toilet)] = {18};
    totals.owed[index_of(Category::Toilet)] = {0};
    totals.told[index_of(Category::Other)] = {1};
    append(store_, {ports::CategoryTotalsRecord{kSensor, totals}});
    const auto kept = store_.load().value().category_totals;
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0].sensor, kSensor);
    EXPECT_EQ(kept[0].totals, totals);
}

}  // namespace
}  // namespace millrace::store::test
