// From a file to a server: what a backup holds is there afterwards, and goes on.
#include "store/restore.h"

#include <gtest/gtest.h>

#include "sql/sqlite.h"
#include "store/backup.h"
#include "unit/store/little_house.h"

namespace millrace::store::test {
namespace {

std::vector<std::string> rows_of(const sql::Connection& connection, const std::string& table) {
    std::vector<std::string> lines;
    sql::Statement rows(connection, "SELECT * FROM " + table);
    while (rows.step()) {
        std::string line;
        for (int column = 0; column < rows.columns(); ++column) {
            switch (rows.kind(column)) {
                case sql::ValueKind::Null: line += "null"; break;
                case sql::ValueKind::Integer: line += std::to_string(rows.integer(column)); break;
                case sql::ValueKind::Text: line += rows.text(column); break;
                case sql::ValueKind::Bytes: line += base::to_hex(rows.bytes(column)); break;
            }
            line += '|';
        }
        lines.push_back(std::move(line));
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

class MoveIn : public ::testing::Test {
protected:
    MoveIn() {
        file_settings_.state_dir = dir_.path() + "/house";
        Database store = Database::open(file_settings_).value();
        LittleHouse house({"k"});
        for (const ports::Frame& frame : house_days(kFrames)) append(store, {house.live(frame)});
        append(store, {calibration(1, kSensor), ports::ChoiceRecord{"site.units", "us", "metric"}});
        digest_ = store.projection_digest().value();
        EXPECT_TRUE(back_up(file_settings_.address(), backup_, {{"/etc/k.key", 0600, {1, 2}}}));
    }

    static constexpr std::int64_t kFrames = 60;

    static ports::CalibrationRecord calibration(std::int64_t number, const base::DeviceId& sensor) {
        return {sensor,
                {at_s(kHouseStart), {31'000}},
                kFrames,
                ports::CalibrationSource::Entered,
                at_s(kHouseStart),
                "it's 水",
                number};
    }

    TempDir dir_;
    Settings file_settings_;
    std::string backup_ = dir_.path() + "/x.backup";
    std::string digest_;
};

TEST_F(MoveIn, EveryRowIsThereAfterwards) {
    const auto moved = restore(backup_, dir_.settings(), Existing::Refuse);
    ASSERT_TRUE(moved) << moved.error().message;
    {
        const auto there = edit(dir_);
        const auto here = sql::Sqlite::open_for_reading(file_settings_.address());
        sql::Statement tables(*here, "SELECT name FROM sqlite_master WHERE type = 'table'");
        int compared = 0;
        while (tables.step()) {
            EXPECT_EQ(rows_of(*there, tables.text(0)), rows_of(*here, tables.text(0))) << tables.text(0);
            ++compared;
        }
        EXPECT_GT(compared, 20);
        EXPECT_FALSE(there->has_table("backup_files")) << "keys have no place there";
    }
    Database store = open_store(dir_);
    EXPECT_EQ(store.projection_digest().value(), digest_);
    EXPECT_EQ(store.load()->last_frame_id, kFrames);
    EXPECT_FALSE(std::filesystem::exists(dir_.state_dir() + "/millrace.db"));
    for (const auto& entry : std::filesystem::directory_iterator(dir_.state_dir())) {
        EXPECT_EQ(entry.path().filename(), "lock") << "nothing of the copy stays";
    }
}

// Numbers that the database gives go on behind those that came along.
TEST_F(MoveIn, WhatComesNextGoesOnFromThere) {
    ASSERT_TRUE(restore(backup_, dir_.settings(), Existing::Refuse));
    Database store = open_store(dir_);
    const std::size_t readings = dump(store, "reading").size();
    append(store, {calibration(2, kOtherSensor), ports::CalibrationRecord{calibration(0, kSensor)}});
    EXPECT_EQ(store.load()->calibrations.size(), 3U);
    // Of a sensor that has no number yet.
    append(store, {ports::Commit{frame(kFrames + 1),
                                 {ports::ReadingRecord{device("5F3A00112233EEFF"), reading(kHouseStart, 1), {}}}}});
    EXPECT_EQ(dump(store, "reading").size(), readings + 1);
}

TEST_F(MoveIn, OnlyIntoAnEmptyPlace) {
    {
        Database store = open_store(dir_);
        append(store, {commit(1)});
    }
    for (const Existing existing : {Existing::Refuse, Existing::KeepAside}) {
        const auto moved = restore(backup_, dir_.settings(), existing);
        ASSERT_FALSE(moved);
        EXPECT_NE(moved.error().message.find("there is history already"), std::string::npos) << moved.error().message;
    }
    EXPECT_EQ(open_store(dir_).load()->last_frame_id, 1);
}

// A daemon that has just been started there has written when it ran, and no more.
TEST_F(MoveIn, AlsoWhereADaemonHasOnlyBeenStarted) {
    {
        Database store = open_store(dir_);
        append(store, {ports::ChoiceRecord{"site.units", "metric", "us"}});
    }
    ASSERT_TRUE(restore(backup_, dir_.settings(), Existing::Refuse));
    EXPECT_EQ(open_store(dir_).projection_digest().value(), digest_);
}

TEST_F(MoveIn, NotUnderARunningDaemon) {
    Settings another = dir_.settings();
    another.state_dir += "-of-another";
    const Database store = Database::open(another).value();
    const auto moved = restore(backup_, dir_.settings(), Existing::Refuse);
    ASSERT_FALSE(moved);
    EXPECT_NE(moved.error().message.find("used by another Millrace"), std::string::npos) << moved.error().message;
}

}  // namespace
}  // namespace millrace::store::test
