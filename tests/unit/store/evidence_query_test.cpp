#include "store/evidence_query.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "little_house.h"
#include "sql/open.h"
#include "sql/sqlite.h"
#include "store/reader.h"
#include "store/reading_query.h"
#include "store/usage_query.h"

namespace millrace::store::test {
namespace {

using Times = std::vector<base::WallTime>;

class EvidenceTest : public ::testing::Test {
protected:
    [[nodiscard]] std::vector<std::int64_t> counts(std::vector<std::int64_t> seconds) {
        ports::CountQuery query{kSensor, {}};
        for (const std::int64_t each : seconds) query.times.push_back(at_s(each));
        const auto answer = read_counts(*sql::open_for_reading(dir_.database()), query).value();
        std::vector<std::int64_t> peaks;
        for (const base::PeakCount each : answer) peaks.push_back(each.value);
        return peaks;
    }
    [[nodiscard]] ports::Evidence evidence(std::int64_t from_s, std::int64_t to_s) {
        return read_evidence(*sql::open_for_reading(dir_.database()), {kSensor, at_s(from_s), at_s(to_s)}).value();
    }

    TempDir dir_;
    Database store_ = open_store(dir_);
};

using Peaks = std::vector<std::int64_t>;

TEST_F(EvidenceTest, CountIsTheRiseFromTheLastReadingBefore) {
    append(store_, {commit(1, {reading_record(100, 10), reading_record(200, 13), reading_record(300, 20),
                               reading_record(400, 21)})});
    EXPECT_EQ(counts({100, 400}), Peaks{11});
    EXPECT_EQ(counts({150, 299}), Peaks{3});
    EXPECT_EQ(counts({100, 200, 300, 1'000, 2'000}), (Peaks{3, 7, 1, 0}));
    EXPECT_EQ(counts({0, 200}), Peaks{3}) << "nothing is known of the water before the first reading";
    EXPECT_EQ(counts({0, 50}), Peaks{0});
    EXPECT_TRUE(counts({100}).empty());
    EXPECT_TRUE(counts({}).empty());
}

TEST_F(EvidenceTest, CountBeginsAtAKnownBaseAndGoesOnThroughRestarts) {
    append(store_, {commit(1, {reading_record(100, 10, 1, 4), reading_record(200, 13, 1), reading_record(300, 2, 2, 0),
                               reading_record(400, 7, 2), reading_record(500, 90, 3), reading_record(600, 92, 3)})});
    EXPECT_EQ(counts({0, 700}), Peaks{9 + 7 + 2});
    EXPECT_EQ(counts({150, 350}), Peaks{3 + 2});
    EXPECT_EQ(counts({250, 350, 550, 650}), (Peaks{2, 5, 2}));
}

TEST_F(EvidenceTest, LateReadingsCountByTheirOwnTime) {
    append(store_,
           {commit(1, {reading_record(100, 10), reading_record(900, 30)}), commit(2, {reading_record(500, 22)})});
    EXPECT_EQ(counts({100, 500, 900}), (Peaks{12, 8}));
}

TEST_F(EvidenceTest, CountOfAnUnknownSensorIsZeroAndTooManyMomentsAreRefused) {
    EXPECT_EQ(counts({1, 2, 3}), (Peaks{0, 0}));
    const ports::CountQuery query{kSensor, std::vector<base::WallTime>(kMaxCountTimes + 1, at_s(1))};
    EXPECT_FALSE(read_counts(*sql::open_for_reading(dir_.database()), query));
}

TEST_F(EvidenceTest, HeardIsEachReceiptOnceWithTheLastBeforeTheRange) {
    const auto state = [](std::int64_t received_s, std::int64_t value) {
        return ports::StateRecord{kSensor, at_s(received_s - 1), at_s(received_s), {{16, value}}};
    };
    const ports::EstimateRecord estimate{kSensor, at_s(340), at_s(400), at_s(401), {2}};
    append(store_,
           {commit(1, {reading_record(100, 1)}), commit(2, {reading_record(150, 2), state(152, 3)}),
            commit(3, {state(300, 3), ports::EventRecord{kSensor, at_s(299), at_s(300), 2, ""}}), commit(4, {estimate}),
            commit(5, {state(500, 4)}), commit(6, {ports::StateRecord{kBridge, at_s(350), at_s(350), {{16, 1}}}})});
    EXPECT_EQ(evidence(200, 500).heard, (Times{at_s(152), at_s(300), at_s(401)}));
    EXPECT_EQ(evidence(0, 1'000).heard, (Times{at_s(102), at_s(152), at_s(300), at_s(401), at_s(500)}));
    EXPECT_EQ(evidence(900, 1'000).heard, Times{at_s(500)});
    EXPECT_TRUE(evidence(0, 50).heard.empty());
}

TEST_F(EvidenceTest, HoldsReadingsSpellsBridgeEventsAndCalibration) {
    ports::DeviceRecord sensor;
    sensor.id = kSensor;
    sensor.kind = ports::DeviceKind::Sensor;
    sensor.bridge = kBridge;
    using ports::SpellKind;
    const ports::SpellRecord run{SpellKind::Run, {}, at_s(10), at_s(250), "killed"};
    const ports::SpellRecord connection{SpellKind::Connection, kBridge, at_s(240), at_s(900), ""};
    const ports::EventRecord event{kBridge, at_s(210), at_s(211), 8, "x"};
    append(store_,
           {commit(1, {sensor, reading_record(199, 1), reading_record(200, 2), reading_record(299, 3),
                       reading_record(300, 4), event, ports::EventRecord{kSensor, at_s(220), at_s(221), 8, "own"},
                       ports::EventRecord{kBridge, at_s(300), at_s(301), 8, "late"}}),
            run, connection, ports::SpellRecord{SpellKind::Run, {}, at_s(300), at_s(400), ""},
            ports::SpellRecord{SpellKind::Run, {}, at_s(1), at_s(9), ""},
            ports::SpellRecord{SpellKind::CloudAway, kOtherBridge, at_s(1), at_s(900), ""},
            ports::CalibrationRecord{kSensor, {at_s(5), {31'000}}, 0, {}, {}, {}, 0}});
    const ports::Evidence found = evidence(200, 300);
    EXPECT_EQ(found.readings, (std::vector{reading(200, 2), reading(299, 3)}));
    EXPECT_EQ(found.spells, (std::vector{run, connection}));
    ASSERT_EQ(found.bridge_events.size(), 1U);
    EXPECT_EQ(found.bridge_events[0].extra, "x");
    EXPECT_EQ(found.bridge_events[0].device, kBridge);
    EXPECT_EQ(found.calibration.entries().size(), 1U);
}

TEST_F(EvidenceTest, MoreThanTheLimitIsRefusedNotCut) {
    const auto file = sql::Sqlite::open_for_writing(dir_.database());
    file->execute("INSERT INTO device_numbers VALUES (1, '5F3A00112233AABB')");
    file->execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
                  std::to_string(kMaxEvidence + 1) + ") INSERT INTO heard SELECT 1, 1000 * i FROM n");
    const auto whole = read_evidence(*file, {kSensor, at_s(0), at_s(1'000'000)});
    ASSERT_FALSE(whole);
    EXPECT_NE(whole.error().message.find("shorter"), std::string::npos);
    EXPECT_TRUE(read_evidence(*file, {kSensor, at_s(0), at_s(50'000)}));
}

TEST_F(EvidenceTest, EstimatesAreThoseThatOverlap) {
    const auto estimate = [](std::int64_t from_s, std::int64_t to_s, std::int64_t least) {
        return ports::EstimateRecord{kSensor, at_s(from_s), at_s(to_s), at_s(to_s + 1), {least}};
    };
    append(store_,
           {commit(1, {estimate(100, 200, 1), estimate(200, 200, 2), estimate(250, 300, 3), estimate(400, 500, 4)})});
    const auto found = read_estimates(*sql::open_for_reading(dir_.database()), {kSensor, at_s(200), at_s(400)}).value();
    EXPECT_EQ(found, (std::vector{estimate(100, 200, 1), estimate(200, 200, 2), estimate(250, 300, 3)}));
}

TEST_F(EvidenceTest, ReaderGivesWaitingFramesInOrderAndInPages) {
    std::vector<Entry> entries;
    for (std::int64_t id = 1; id <= 9; ++id) {
        ports::Commit made{frame(id), {}};
        made.for_cloud = id % 2 == 1;
        entries.emplace_back(std::move(made));
    }
    append(store_, std::move(entries));
    FakeLoop loop;
    Reader reader(dir_.database(), loop.post());
    reader.start();
    const auto ask = [&](const base::DeviceId& bridge, std::int64_t after, std::size_t limit) {
        std::optional<std::vector<std::int64_t>> ids;
        reader.waiting_frames(bridge, after, limit, [&](auto result) {
            ids.emplace();
            for (const ports::Frame& each : result.value()) {
                ids->push_back(each.id);
                EXPECT_EQ(each.payload, frame(each.id).payload);
                EXPECT_EQ(each.topic, frame(each.id).topic);
            }
        });
        EXPECT_TRUE(loop.run_until([&] { return ids.has_value(); }));
        return *ids;
    };
    EXPECT_EQ(ask(kBridge, 0, 3), (Peaks{1, 3, 5}));
    EXPECT_EQ(ask(kBridge, 5, 3), (Peaks{7, 9}));
    EXPECT_TRUE(ask(kSensor, 0, 3).empty());
    append(store_, {ports::CloudHas{kBridge, 3}});
    EXPECT_EQ(ask(kBridge, 0, 99), (Peaks{5, 7, 9}));
}

// Every statement of every question goes by an index, as SQLite itself counts.
TEST_F(EvidenceTest, NoQuestionReadsATableThrough) {
    LittleHouse live;
    append_live(store_, live, house_days(300));
    append(store_, {ports::CloudMissed{kBridge, {1, 2, 3}}, ports::SpellRecord{ports::SpellKind::Run, {}, {}, {}, ""}});
    struct Steps {
        std::map<std::string, int> scanned;
        int statements = 0;
    } steps;
    const auto connection = sql::Sqlite::open_for_reading(dir_.database());
    const auto note = [](unsigned, void* context, void* statement, void*) {
        auto* const made = static_cast<sqlite3_stmt*>(statement);
        auto& noted = *static_cast<Steps*>(context);
        ++noted.statements;
        const int scanned = sqlite3_stmt_status(made, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0);
        if (scanned > 0) noted.scanned[sqlite3_sql(made)] = scanned;
        return 0;
    };
    ASSERT_EQ(sqlite3_trace_v2(connection->handle(), SQLITE_TRACE_PROFILE, note, &steps), SQLITE_OK);
    const auto from = at_s(kHouseStart + 2'000);
    const auto to = at_s(kHouseStart + 4'000);
    for (const base::DeviceId& sensor : {kSensor, kOtherSensor}) {
        ASSERT_TRUE(read_counts(*connection, {sensor, {from, from + base::Seconds{500}, to}}));
        ASSERT_TRUE(read_evidence(*connection, {sensor, from, to}));
        ASSERT_TRUE(read_estimates(*connection, {sensor, from, to}));
        ASSERT_TRUE(read_readings(*connection, {sensor, from, to, 10, {}}));
        ASSERT_TRUE(read_usage(*connection, {sensor, from, to, base::CalendarUnit::Hour, {}}));
    }
    ASSERT_TRUE(read_waiting_frames(*connection, {kBridge, 0, 10}));
    sqlite3_trace_v2(connection->handle(), 0, nullptr, nullptr);
    EXPECT_GT(steps.statements, 30);
    for (const auto& [sql, scanned] : steps.scanned) {
        // The list of calibrations is short, and read whole.
        if (sql.find("FROM calibrations") == std::string::npos) ADD_FAILURE() << scanned << " steps of " << sql;
    }
}

}  // namespace
}  // namespace millrace::store::test
