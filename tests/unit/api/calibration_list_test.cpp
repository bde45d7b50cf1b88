#include "api/calibration_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/api/fakes.h"

namespace millrace::api {
namespace {

using ports::CalibrationRecord;
using ports::CalibrationSource;
using ::testing::HasSubstr;

const base::WallTime kMay = *base::from_rfc3339("2026-05-01T00:00:00Z");

class CalibrationListTest : public ::testing::Test {
protected:
    void enter(base::WallTime from, std::int64_t microlitres, CalibrationSource source = CalibrationSource::Entered) {
        CalibrationRecord record;
        record.sensor = kSensor;
        record.entry = {from, {microlitres}};
        record.source = source;
        append(record);
    }
    void append(CalibrationRecord record) {
        record.number = static_cast<std::int64_t>(records_.size()) + 1;
        records_.push_back(std::move(record));
    }
    bool undo(std::int64_t number) {
        const auto record = undo_of(records_, number);
        if (record) append(*record);
        return record.has_value();
    }
    std::vector<std::pair<std::int64_t, std::int64_t>> holding() const {
        std::vector<std::pair<std::int64_t, std::int64_t>> result;
        for (const auto& record : calibrations_in_force(records_)) {
            result.emplace_back(record.number, record.entry.per_peak.microlitres);
        }
        return result;
    }
    // What the hub makes of the same records: the last of each time, 0 withdrawing.
    std::int64_t at(base::WallTime time) const { return table_of(records_).at(time).microlitres; }

    std::vector<CalibrationRecord> records_;
    using List = std::vector<std::pair<std::int64_t, std::int64_t>>;
};

TEST_F(CalibrationListTest, TheLastEntryOfEachTimeHolds) {
    enter(kFromTheBeginning, 30'000);
    enter(kMay, 31'000);
    enter(kFromTheBeginning, 29'000);
    EXPECT_EQ(holding(), (List{{3, 29'000}, {2, 31'000}}));
    EXPECT_EQ(at(kMay - std::chrono::hours{1}), 29'000);
    EXPECT_EQ(at(kMay), 31'000);
}

TEST_F(CalibrationListTest, UndoBringsBackWhatHeldBefore) {
    enter(kFromTheBeginning, 30'000);
    enter(kFromTheBeginning, 29'000);
    ASSERT_TRUE(undo(2));
    EXPECT_EQ(records_.back().entry.per_peak.microlitres, 30'000);
    EXPECT_EQ(records_.back().entry.from, kFromTheBeginning);
    EXPECT_EQ(holding(), (List{{1, 30'000}}));
    EXPECT_TRUE(table_of(records_).calibrated());
}

TEST_F(CalibrationListTest, UndoOfTheOnlyEntryWithdrawsIt) {
    enter(kMay, 31'000);
    ASSERT_TRUE(undo(1));
    EXPECT_EQ(records_.back().entry.per_peak.microlitres, 0);
    EXPECT_EQ(holding(), List{});
    EXPECT_FALSE(table_of(records_).calibrated());
}

TEST_F(CalibrationListTest, UndoGoesBackStepByStep) {
    enter(kMay, 1000);
    enter(kMay, 2000);
    enter(kMay, 3000);
    ASSERT_TRUE(undo(3));
    ASSERT_TRUE(undo(2));
    EXPECT_EQ(holding(), (List{{1, 1000}}));
    EXPECT_EQ(records_.back().entry.per_peak.microlitres, 1000);
    ASSERT_TRUE(undo(1));
    EXPECT_EQ(holding(), List{});
    EXPECT_EQ(records_.back().entry.per_peak.microlitres, 0);
    enter(kMay, 4000);
    EXPECT_EQ(holding(), (List{{7, 4000}}));
    ASSERT_TRUE(undo(7));
    EXPECT_EQ(records_.back().entry.per_peak.microlitres, 0);
}

TEST_F(CalibrationListTest, OnlyWhatHoldsCanBeUndone) {
    enter(kMay, 1000);
    enter(kMay, 2000);
    EXPECT_FALSE(undo(1));
    EXPECT_FALSE(undo_of(records_, 1).error().unknown);
    EXPECT_TRUE(undo_of(records_, 9).error().unknown);
    ASSERT_TRUE(undo(2));
    EXPECT_FALSE(undo(2));
    EXPECT_FALSE(undo(3));  // an undo itself
}

TEST_F(CalibrationListTest, WhatTheConfigFileSaysIsChangedThere) {
    enter(kMay, 1000, CalibrationSource::Config);
    EXPECT_THAT(undo_of(records_, 1).error().reason, HasSubstr("config file"));
    enter(kMay, 2000);
    EXPECT_TRUE(undo(2));
    EXPECT_EQ(holding(), (List{{1, 1000}}));
}

TEST(ReadingsInForce, LastOfEachTimeCountsUnlessTakenBack) {
    std::vector<ports::MeterReadingRecord> records = {
        {kSensor, kMay, {5}, false}, {kSensor, kMay - std::chrono::hours{1}, {1}, false}, {kSensor, kMay, {6}, false}};
    auto holding = readings_in_force(records);
    ASSERT_EQ(holding.size(), 2u);
    EXPECT_EQ(holding[0].volume.microlitres, 1);
    EXPECT_EQ(holding[1].volume.microlitres, 6);
    records.push_back({kSensor, kMay, {6}, true});
    EXPECT_EQ(readings_in_force(records).size(), 1u);
    records.push_back({kSensor, kMay, {7}, false});
    EXPECT_EQ(readings_in_force(records).at(1).volume.microlitres, 7);
}

}  // namespace
}  // namespace millrace::api
