#include "store/reading_table.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "store_fixture.h"

namespace millrace::store::test {
namespace {

constexpr std::int64_t kQuarter = 1'700'000'100;  // a multiple of 900

std::string quarter_line(std::int64_t start, std::int64_t peaks) {
    return "quarter " + kSensor.str() + ' ' + std::to_string(start) + ' ' + std::to_string(peaks);
}

class ReadingTableTest : public ::testing::Test {
protected:
    void add(ports::ReadingRecord record) { append(store_, {commit(++id_, {std::move(record)})}); }
    std::vector<std::string> quarters() { return dump(store_, "quarter"); }

    TempDir dir_;
    Database store_ = open_store(dir_);
    std::int64_t id_ = 0;
};

TEST_F(ReadingTableTest, UsageIsTheRiseInTheQuarterOfTheReading) {
    static_assert(kQuarter % kQuarterSeconds == 0);
    add(reading_record(kQuarter, 100));
    add(reading_record(kQuarter + 899, 103));
    add(reading_record(kQuarter + 900, 110));
    EXPECT_EQ(quarters(), (std::vector{quarter_line(kQuarter, 3), quarter_line(kQuarter + 900, 7)}));
}

TEST_F(ReadingTableTest, FirstReadingCountsFromAKnownBase) {
    add(reading_record(kQuarter, 100, 1, 90));
    EXPECT_EQ(quarters(), (std::vector{quarter_line(kQuarter, 10)}));
}

TEST_F(ReadingTableTest, BaseLearntLaterCountsForTheFirstReading) {
    add(reading_record(kQuarter, 100));
    add(reading_record(kQuarter + 900, 104, 1, 90));
    EXPECT_EQ(quarters(), (std::vector{quarter_line(kQuarter, 10), quarter_line(kQuarter + 900, 4)}));
}

TEST_F(ReadingTableTest, LateReadingTakesItsPartFromTheOneAbove) {
    add(reading_record(kQuarter, 100));
    add(reading_record(kQuarter + 1800, 110));
    add(reading_record(kQuarter + 900, 104));
    EXPECT_EQ(quarters(), (std::vector{quarter_line(kQuarter + 900, 4), quarter_line(kQuarter + 1800, 6)}));
}

TEST_F(ReadingTableTest, LateReadingOfTheSameTotalTakesAllAndLeavesNoEmptyQuarter) {
    add(reading_record(kQuarter, 100));
    add(reading_record(kQuarter + 1800, 110));
    add(reading_record(kQuarter + 900, 110));
    EXPECT_EQ(quarters(), (std::vector{quarter_line(kQuarter + 900, 10)}));
}

TEST_F(ReadingTableTest, ExactRepeatChangesNothing) {
    add(reading_record(kQuarter, 100));
    add(reading_record(kQuarter + 60, 105));
    const auto before = dump(store_);
    ports::ReadingRecord again = reading_record(kQuarter + 60, 105);
    again.reading.received += base::Seconds{30};
    again.reading.kind = meter::ReadingKind::Repeat;
    add(again);
    EXPECT_EQ(dump(store_), before);
}

TEST_F(ReadingTableTest, RepeatHealsAHoleThatAFailedWriteLeft) {
    add(reading_record(kQuarter, 100));
    add(reading_record(kQuarter + 1800, 110));
    ports::ReadingRecord missed = reading_record(kQuarter + 900, 104);
    missed.reading.kind = meter::ReadingKind::Repeat;
    missed.reading.advance = {};
    add(missed);
    EXPECT_EQ(quarters(), (std::vector{quarter_line(kQuarter + 900, 4), quarter_line(kQuarter + 1800, 6)}));
}

TEST_F(ReadingTableTest, SeriesAreCountedApart) {
    add(reading_record(kQuarter, 1000));
    add(reading_record(kQuarter + 10, 1005));
    add(reading_record(kQuarter + 20, 3, 2, 0));
    EXPECT_EQ(quarters(), (std::vector{quarter_line(kQuarter, 8)}));
}

TEST_F(ReadingTableTest, TimesBefore1970HaveTheirOwnQuarter) {
    add(reading_record(-2000, 100));
    add(reading_record(-1, 103));
    EXPECT_EQ(quarters(), (std::vector{quarter_line(-900, 3)}));
}

// What the rule says, computed the plain way over the whole set.
std::vector<std::string> expected_quarters(const std::vector<ports::ReadingRecord>& records) {
    std::map<std::int64_t, std::int64_t> bases;
    std::map<std::int64_t, std::set<std::pair<std::int64_t, std::int64_t>>> series;  // (total, time in s)
    for (const auto& record : records) {
        const std::int64_t number = record.reading.series;
        series[number].insert({record.reading.total.value, base::unix_s(record.reading.time)});
        if (record.series_base) {
            const auto [known, added] = bases.try_emplace(number, record.series_base->value);
            if (!added) known->second = std::min(known->second, record.series_base->value);
        }
    }
    std::map<std::int64_t, std::int64_t> quarters;
    for (const auto& [number, readings] : series) {
        std::int64_t below = bases.contains(number) ? bases[number] : readings.begin()->first;
        for (const auto& [total, time_s] : readings) {
            quarters[time_s / 900 * 900] += std::max<std::int64_t>(0, total - below);
            below = total;
        }
    }
    std::vector<std::string> lines;
    for (const auto& [start, peaks] : quarters) {
        if (peaks != 0) lines.push_back(quarter_line(start, peaks));
    }
    return lines;
}

class AnyOrder : public ::testing::TestWithParam<unsigned> {};

TEST_P(AnyOrder, GivesTheSameUsage) {
    std::mt19937 random(GetParam());
    const auto up_to = [&random](std::int64_t most) {
        return std::uniform_int_distribution<std::int64_t>(0, most)(random);
    };
    // Totals mostly rise with time; clocks jump, totals stand still, samples repeat, bases are known now and then.
    std::vector<ports::ReadingRecord> records;
    for (std::int64_t number = 1; number <= 3; ++number) {
        std::int64_t total = up_to(50);
        std::int64_t time_s = kQuarter + up_to(5000);
        for (int i = 0; i < 40; ++i) {
            total += up_to(3);
            time_s += up_to(600) - (up_to(9) == 0 ? 2000 : 0);
            const bool has_base = up_to(6) == 0;
            records.push_back(
                reading_record(time_s, total, number, has_base ? std::optional(up_to(60)) : std::nullopt));
            if (up_to(4) == 0)
                records.push_back(
                    records[static_cast<std::size_t>(up_to(static_cast<std::int64_t>(records.size()) - 1))]);
        }
    }
    const std::vector<std::string> expected = expected_quarters(records);
    for (int round = 0; round < 3; ++round) {
        const TempDir dir;
        Database store = open_store(dir);
        std::int64_t id = 0;
        std::vector<Entry> entries;
        for (const auto& record : records) entries.push_back(commit(++id, {record}));
        append(store, std::move(entries));
        EXPECT_EQ(dump(store, "quarter"), expected) << "round " << round;
        std::shuffle(records.begin(), records.end(), random);
    }
}

INSTANTIATE_TEST_SUITE_P(ReadingTable, AnyOrder, ::testing::Range(1U, 21U));

}  // namespace
}  // namespace millrace::store::test
