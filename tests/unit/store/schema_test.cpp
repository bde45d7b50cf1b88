#include "store/schema.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include "sql/sqlite.h"
#include "store/export.h"
#include "store_fixture.h"

namespace millrace::store::test {
namespace {

SQLite::Database edit_file(const std::string& path) {
    return SQLite::Database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
}

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Schema, FreshFileIsMarkedAndHasThisVersion) {
    const TempDir dir;
    open_store(dir);
    auto file = edit_file(dir.database());
    EXPECT_EQ(file.execAndGet("PRAGMA application_id").getInt(), kApplicationId);
    EXPECT_EQ(file.execAndGet("PRAGMA user_version").getInt(), static_cast<int>(migrations().size()));
    EXPECT_EQ(file.execAndGet("PRAGMA journal_mode").getString(), "wal");
    constexpr int kIncremental = 2;
    EXPECT_EQ(file.execAndGet("PRAGMA auto_vacuum").getInt(), kIncremental);
    EXPECT_EQ(file.execAndGet("SELECT count(*) FROM pragma_table_list WHERE schema = 'main'"
                              " AND name NOT LIKE 'sqlite_%' AND NOT strict")
                  .getInt(),
              0);
}

TEST(Schema, OpensItsOwnVersionAgainWithoutABackup) {
    const TempDir dir;
    {
        Database store = open_store(dir);
        append(store, {commit(1)});
    }
    Database again = open_store(dir);
    EXPECT_EQ(again.load().value().last_frame_id, 1);
    EXPECT_FALSE(std::filesystem::exists(dir.database() + ".v1.backup"));
}

// The file stands for every store that a released version 1 has written.
TEST(Schema, TakesAStoredFileOfVersion1ForwardAndKeepsACopy) {
    const TempDir dir;
    std::filesystem::create_directory(dir.state_dir());
    {
        auto file = edit_file(dir.database());
        file.exec(content(std::string(MILLRACE_SOURCE_DIR) + "/tests/unit/store/version1.sql"));
    }
    Database store = open_store(dir);
    const ports::StoredState state = store.load().value();
    EXPECT_EQ(state.last_frame_id, 7);
    ASSERT_EQ(state.devices.size(), 1U);
    EXPECT_EQ(state.devices[0].id, kSensor);
    EXPECT_EQ(state.devices[0].firmware, "abc");
    ASSERT_EQ(state.meters.size(), 1U);
    EXPECT_EQ(state.meters[0].lifetime.microlitres, 1'234'567);
    ASSERT_EQ(state.recent_readings.size(), 1U);
    EXPECT_EQ(state.recent_readings[0].second.size(), 2U);
    ASSERT_EQ(state.calibrations.size(), 1U);
    EXPECT_EQ(state.calibrations[0].entry.per_peak.microlitres, 31'000);
    EXPECT_EQ(store.archive().frames, 1);
    EXPECT_EQ(store.frames(0, 10).value().at(0).payload, (base::Bytes{0, 1, 2}));
    EXPECT_EQ(dump(store, "quarter"), (std::vector<std::string>{"quarter 5F3A00112233AABB 1700000100 5"}));
    EXPECT_EQ(state.calibrations[0].source, ports::CalibrationSource::Config);
    EXPECT_TRUE(std::filesystem::exists(dir.database() + ".v1.backup"));
    // What version 2 adds can be used at once.
    append(store, {commit(8)});
    EXPECT_EQ(store.archive().frames, 2);
}

// The file stands for every store that a released version 2 has written.
TEST(Schema, TakesAStoredFileOfVersion2ForwardAndKeepsACopy) {
    const TempDir dir;
    std::filesystem::create_directory(dir.state_dir());
    {
        auto file = edit_file(dir.database());
        file.exec(content(std::string(MILLRACE_SOURCE_DIR) + "/tests/unit/store/version2.sql"));
    }
    Database store = open_store(dir);
    const ports::StoredState state = store.load().value();
    EXPECT_EQ(state.last_frame_id, 7);
    ASSERT_EQ(state.devices.size(), 1U);
    EXPECT_EQ(state.devices[0].id, kSensor);
    EXPECT_EQ(state.devices[0].firmware, "abc");
    ASSERT_EQ(state.meters.size(), 1U);
    EXPECT_EQ(state.meters[0].lifetime.microlitres, 1'234'567);
    ASSERT_EQ(state.recent_readings.size(), 1U);
    EXPECT_EQ(state.recent_readings[0].second.size(), 2U);
    ASSERT_EQ(state.calibrations.size(), 1U);
    EXPECT_EQ(state.calibrations[0].entry.per_peak.microlitres, 31'000);
    EXPECT_EQ(state.calibrations[0].note, "bucket");
    EXPECT_EQ(state.meter_readings.size(), 1U);
    EXPECT_EQ(state.choices.size(), 1U);
    EXPECT_EQ(state.waiting.size(), 1U);
    ASSERT_TRUE(state.last_run);
    EXPECT_EQ(state.last_run->detail, "stopped");
    EXPECT_EQ(store.archive().frames, 1);
    EXPECT_EQ(store.frames(0, 10).value().at(0).payload, (base::Bytes{0, 1, 2}));
    EXPECT_EQ(dump(store, "quarter"), (std::vector<std::string>{"quarter 5F3A00112233AABB 1700000100 5"}));
    EXPECT_TRUE(std::filesystem::exists(dir.database() + ".v2.backup"));
    EXPECT_TRUE(state.incidents.empty());
    ASSERT_EQ(state.learning_readings.size(), 1U);
    EXPECT_EQ(state.learning_readings[0].second.size(), 2U);
    // What version 3 adds can be used at once.
    ports::DeliveryRecord notice;
    notice.number = 1;
    append(store, {notice});
    EXPECT_EQ(store.load().value().last_delivery, 1);
}

// The file stands for every store that a released version 3 has written.
TEST(Schema, TakesAStoredFileOfVersion3ForwardAndKeepsACopy) {
    const TempDir dir;
    std::filesystem::create_directory(dir.state_dir());
    {
        auto file = edit_file(dir.database());
        file.exec(content(std::string(MILLRACE_SOURCE_DIR) + "/tests/unit/store/version3.sql"));
    }
    Database store = open_store(dir);
    const ports::StoredState state = store.load().value();
    EXPECT_EQ(state.last_frame_id, 7);
    EXPECT_EQ(state.last_incident, 4);
    ASSERT_EQ(state.incidents.size(), 2U);
    const detect::Incident& incident = state.incidents[0];
    EXPECT_EQ(incident.device, kSensor);
    EXPECT_EQ(incident.state, detect::IncidentState::Acknowledged);
    EXPECT_EQ(incident.note, "plumber comes");
    EXPECT_EQ(incident.finding.rule, detect::Rule::ContinuousFlow);
    EXPECT_EQ(incident.finding.measure, detect::Measure::Duration);
    EXPECT_EQ(incident.finding.observed, 3'700'000);
    EXPECT_EQ(incident.finding.source, detect::LimitSource::Learned);
    EXPECT_EQ(incident.finding.learned_days, 21);
    EXPECT_EQ(state.incidents[1].finding.detail, "gone");
    EXPECT_EQ(state.incidents[1].cleared, at_s(1'700'000'400));
    ASSERT_EQ(state.deliveries.size(), 2U);
    EXPECT_EQ(state.deliveries[0].error, "no route");
    EXPECT_EQ(state.deliveries[1].delivered, at_s(1'700'000'301));
    EXPECT_EQ(state.last_delivery, 12);
    auto source = ExportSource::open(dir.database());
    ASSERT_TRUE(source);
    const auto uses = source->uses({kSensor, at_s(0), at_s(1'800'000'000), 10, {}}).value();
    ASSERT_EQ(uses.size(), 1U);
    EXPECT_EQ(uses[0].use.shape.size(), 2U);
    EXPECT_FALSE(uses[0].label);
    EXPECT_TRUE(std::filesystem::exists(dir.database() + ".v3.backup"));
    // What version 4 adds can be used at once.
    append(store, {ports::UseLabelRecord{kSensor, ports::key_of(uses[0].use), {"toilet", "", "ada", at_s(1)}}});
    const auto labelled = source->uses({kSensor, at_s(0), at_s(1'800'000'000), 10, {}}).value();
    ASSERT_TRUE(labelled.at(0).label);
    EXPECT_EQ(labelled[0].label->category, "toilet");
}

// The file stands for every store that a released version 4 has written.
TEST(Schema, TakesAStoredFileOfVersion4ForwardAndKeepsACopy) {
    const TempDir dir;
    std::filesystem::create_directory(dir.state_dir());
    {
        auto file = edit_file(dir.database());
        file.exec(content(std::string(MILLRACE_SOURCE_DIR) + "/tests/unit/store/version4.sql"));
    }
    Database store = open_store(dir);
    EXPECT_EQ(store.load().value().last_delivery, 12);
    EXPECT_TRUE(std::filesystem::exists(dir.database() + ".v4.backup"));
    auto source = ExportSource::open(dir.database());
    ASSERT_TRUE(source);
    const auto uses = source->uses({kSensor, at_s(0), at_s(1'800'000'000), 10, {}}).value();
    ASSERT_EQ(uses.size(), 1U);
    EXPECT_EQ(uses[0].label, (ports::UseLabel{"toilet", "guest bath", "ada", at_s(1'700'000'500)}));
    EXPECT_FALSE(uses[0].verdict);
    // What version 5 adds can be used at once.
    const base::WallTime start = uses[0].use.start;
    append(store, {ports::UseVerdictRecord{kSensor, ports::key_of(uses[0].use),
                                           classify::Verdict{classify::Category::Toilet, 0.5, 0, false, "", start}}});
    const auto told = source->uses({kSensor, at_s(0), at_s(1'800'000'000), 10, {}}).value();
    ASSERT_TRUE(told.at(0).verdict);
    EXPECT_EQ(told[0].verdict->category, classify::Category::Toilet);
}

// The file stands for every store that a released version 5 has written.
TEST(Schema, OpensAStoredFileOfVersion5) {
    const TempDir dir;
    std::filesystem::create_directory(dir.state_dir());
    {
        auto file = edit_file(dir.database());
        file.exec(content(std::string(MILLRACE_SOURCE_DIR) + "/tests/unit/store/version5.sql"));
    }
    Database store = open_store(dir);
    const ports::StoredState state = store.load().value();
    EXPECT_FALSE(std::filesystem::exists(dir.database() + ".v5.backup"));
    ASSERT_EQ(state.recent_uses.size(), 1U);
    ASSERT_EQ(state.recent_uses[0].second.size(), 1U);
    const ports::KeptUse& kept = state.recent_uses[0].second[0];
    EXPECT_EQ(kept.label->name, "guest bath");
    EXPECT_EQ(kept.verdict, (classify::Verdict{classify::Category::Toilet, 0.875, 14, true, "guest bath",
                                               base::from_unix_ms(1'700'000'100'000)}));
    ASSERT_EQ(state.category_totals.size(), 1U);
    const classify::CategoryTotals& totals = state.category_totals[0].totals;
    EXPECT_EQ(totals.told[index_of(classify::Category::Toilet)], base::Volume{6'000'000});
    EXPECT_EQ(totals.owed[index_of(classify::Category::Toilet)], base::Volume{1'000'000});
    EXPECT_EQ(totals.uncategorised, base::Volume{5'000'000});
}

// What the steps make of an empty file is what the stored file of this version has.
TEST(Schema, StepsAndStoredFileOfThisVersionHaveTheSameTables) {
    const TempDir dir;
    { open_store(dir); }
    auto stepped = edit_file(dir.database());
    auto stored = edit_file(dir.path() + "/stored.db");
    stored.exec(content(std::string(MILLRACE_SOURCE_DIR) + "/tests/unit/store/version" +
                        std::to_string(migrations().size()) + ".sql"));
    const auto columns = [](SQLite::Database& file) {
        std::vector<std::string> found;
        SQLite::Statement rows(file,
                               "SELECT t.name || '.' || c.name || ' ' || c.type || ' ' || c.[notnull] || ' ' || c.pk"
                               " FROM pragma_table_list t JOIN pragma_table_info(t.name) c WHERE t.schema = 'main'"
                               " AND t.name NOT LIKE 'sqlite_%' UNION ALL"
                               " SELECT type || ' ' || name || ' on ' || tbl_name FROM sqlite_master"
                               " WHERE type = 'index' ORDER BY 1");
        while (rows.executeStep()) found.push_back(rows.getColumn(0).getString());
        return found;
    };
    EXPECT_EQ(columns(stepped), columns(stored));
    EXPECT_GT(columns(stored).size(), 100U);
}

TEST(Schema, RefusesANewerFileAndLeavesItAlone) {
    const TempDir dir;
    { open_store(dir); }
    { edit_file(dir.database()).exec("PRAGMA user_version = 99; PRAGMA journal_mode = DELETE"); }
    const std::string before = content(dir.database());
    const auto opened = Database::open(dir.settings());
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().message.find("newer Millrace (format 99"), std::string::npos) << opened.error().message;
    EXPECT_NE(opened.error().message.find(dir.database()), std::string::npos);
    EXPECT_EQ(content(dir.database()), before);
}

TEST(Schema, RefusesSomebodyElsesDatabaseAndLeavesItAlone) {
    const TempDir dir;
    std::filesystem::create_directory(dir.state_dir());
    { edit_file(dir.database()).exec("CREATE TABLE theirs (x)"); }
    const std::string before = content(dir.database());
    const auto opened = Database::open(dir.settings());
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().message.find("not a store of Millrace"), std::string::npos);
    EXPECT_EQ(content(dir.database()), before);
}

TEST(Schema, RefusesAFileThatIsNoDatabase) {
    const TempDir dir;
    std::filesystem::create_directory(dir.state_dir());
    std::ofstream(dir.database()) << std::string(5'000, 'x');
    const auto opened = Database::open(dir.settings());
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().message.find("not a store of Millrace"), std::string::npos) << opened.error().message;
}

constexpr Migration kFirst{"CREATE TABLE t (x INTEGER) STRICT"};
constexpr Migration kSecond{"ALTER TABLE t ADD COLUMN y INTEGER NOT NULL DEFAULT 5"};
constexpr Migration kBroken{"CREATE TABLE u (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1)"};

TEST(Schema, OlderFileIsCopiedBeforeItIsMigrated) {
    const TempDir dir;
    const std::string path = dir.path() + "/old.db";
    edit_file(path);  // makes it
    const auto file = sql::Sqlite::open_for_writing(path);
    migrate(*file, path, std::array{kFirst});
    EXPECT_FALSE(std::filesystem::exists(path + ".v0.backup"));
    file->execute("INSERT INTO t VALUES (1)");
    ASSERT_TRUE(check_format(*file, path, std::array{kFirst, kSecond}));
    migrate(*file, path, std::array{kFirst, kSecond});
    EXPECT_EQ(file->number("SELECT y FROM t"), 5);
    EXPECT_EQ(file->number("PRAGMA user_version"), 2);
    auto copy = edit_file(path + ".v1.backup");
    EXPECT_EQ(copy.execAndGet("PRAGMA user_version").getInt(), 1);
    EXPECT_EQ(copy.execAndGet("SELECT x FROM t").getInt(), 1);
    EXPECT_FALSE(std::filesystem::exists(path + ".v1.backup.unfinished"));
}

TEST(Schema, FailedStepLeavesTheVersionBeforeIt) {
    const TempDir dir;
    const std::string path = dir.path() + "/old.db";
    edit_file(path);  // makes it
    const auto file = sql::Sqlite::open_for_writing(path);
    migrate(*file, path, std::array{kFirst});
    EXPECT_THROW(migrate(*file, path, std::array{kFirst, kSecond, kBroken}), sql::Error);
    EXPECT_EQ(file->number("PRAGMA user_version"), 2);
    EXPECT_FALSE(file->has_table("u"));
}

}  // namespace
}  // namespace millrace::store::test
