#include "store/database.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include "sql/sqlite.h"
#include "store/frame_table.h"
#include "store_fixture.h"

namespace millrace::store::test {
namespace {

ports::DeviceRecord sensor_record() {
    ports::DeviceRecord record;
    record.id = kSensor;
    record.kind = ports::DeviceKind::Sensor;
    record.bridge = kBridge;
    record.firmware = "0123456789abcdef";
    record.first_seen = at_s(1'700'000'000);
    record.last_seen = at_s(1'700'000'600);
    record.cloud_settings = R"({"1":16383})";
    record.cloud_sensors = "[]";
    return record;
}

ports::MeterRecord meter_record(std::int64_t lifetime_ul, std::int64_t highest = 120) {
    meter::SeriesState series{2, base::PeakCount{100}, {highest}, at_s(1'700'000'500), at_s(1'699'999'000)};
    return {kSensor, series, {lifetime_ul}};
}

ports::StateRecord state_record(std::int64_t time_s, std::vector<std::pair<std::uint64_t, std::int64_t>> values) {
    return {kSensor, at_s(time_s), at_s(time_s + 3), std::move(values)};
}

std::vector<ports::Projection> one_of_each() {
    return {sensor_record(),
            reading_record(1'700'000'000, 110, 2, 100),
            reading_record(1'700'000'400, 120, 2, 100),
            state_record(1'700'000'100, {{16, -71}, {32, 3012}}),
            ports::EventRecord{kSensor, at_s(1'700'000'200), at_s(1'700'000'201), 1U << 20, "moved\n\"far\""},
            ports::LogRecord{kSensor, at_s(1'700'000'300), at_s(1'700'000'301), 1, 4, std::string("a\0b", 3)},
            meter_record(5'000'000)};
}

ports::CalibrationRecord calibration(std::int64_t from_s, std::int64_t ul, std::int64_t after_frame,
                                     std::int64_t number = 0) {
    ports::CalibrationRecord record;
    record.sensor = kSensor;
    record.entry = {at_s(from_s), {ul}};
    record.after_frame = after_frame;
    record.source = ports::CalibrationSource::DrawnVolume;
    record.entered = at_s(from_s + 60);
    record.note = "10 l in a bucket, 310 peaks";
    record.number = number;
    return record;
}

// Replays frames through a function.
class FunctionJob final : public RebuildJob {
public:
    using Function = std::function<std::vector<ports::Projection>(const ports::Frame&)>;
    explicit FunctionJob(Function function = [](const ports::Frame&) { return std::vector<ports::Projection>{}; })
        : function_(std::move(function)) {}
    void restore(const ports::StoredState&) override {}
    void calibration(const ports::CalibrationRecord&) override {}
    [[nodiscard]] bool opens(const ports::Frame&) const override { return true; }
    [[nodiscard]] Replayed replay(const ports::Frame& each) override { return {function_(each), true}; }

private:
    Function function_;
};

TEST(Database, FramesComeBackAsTheyWere) {
    const TempDir dir;
    Database store = open_store(dir);
    ports::Frame empty = frame(2);
    empty.bridge = std::nullopt;
    empty.payload.clear();
    empty.retain = true;
    append(store, {commit(1), ports::Commit{empty, {}}, commit(5)});
    const auto frames = store.frames(0, 10).value();
    ASSERT_EQ(frames.size(), 3U);
    EXPECT_EQ(frames[0].id, 1);
    EXPECT_EQ(frames[0].received, frame(1).received);
    EXPECT_EQ(frames[0].direction, base::Direction::ToCloud);
    EXPECT_EQ(frames[0].door, ports::Door::StandIn);
    EXPECT_EQ(frames[0].bridge, kBridge);
    EXPECT_EQ(frames[0].qos, 1);
    EXPECT_FALSE(frames[0].dup);
    EXPECT_EQ(frames[0].topic, frame(1).topic);
    EXPECT_EQ(frames[0].payload, frame(1).payload);
    EXPECT_EQ(frames[1].direction, base::Direction::ToBridge);
    EXPECT_EQ(frames[1].bridge, std::nullopt);
    EXPECT_TRUE(frames[1].retain);
    EXPECT_TRUE(frames[1].payload.empty());
    EXPECT_EQ(frames[2].id, 5);
}

TEST(Database, FramesArePagedById) {
    const TempDir dir;
    Database store = open_store(dir);
    for (std::int64_t id = 1; id <= 5; ++id) append(store, {commit(id)});
    std::vector<std::int64_t> ids;
    std::int64_t last = 0;
    for (auto page = store.frames(last, 2).value(); !page.empty(); page = store.frames(last, 2).value()) {
        EXPECT_LE(page.size(), 2U);
        for (const ports::Frame& each : page) ids.push_back(each.id);
        last = ids.back();
    }
    EXPECT_EQ(ids, (std::vector<std::int64_t>{1, 2, 3, 4, 5}));
}

TEST(Database, PageOfLargeFramesIsShortButNotTheLast) {
    const TempDir dir;
    Database store = open_store(dir);
    for (std::int64_t id = 1; id <= 3; ++id) {
        ports::Frame large = frame(id);
        large.payload.assign(3U << 20, 0x55);
        append(store, {ports::Commit{std::move(large), {}}});
    }
    EXPECT_EQ(store.frames(0, 100).value().size(), 2U);
    EXPECT_EQ(store.frames(2, 100).value().size(), 1U);
    EXPECT_TRUE(store.frames(3, 100).value().empty());
}

TEST(Database, StateComesBackAfterReopening) {
    const TempDir dir;
    {
        Database store = open_store(dir);
        append(store, {commit(7, one_of_each()), calibration(1'700'000'000, 31'000, 7)});
    }
    Database store = open_store(dir);
    const ports::StoredState state = store.load().value();
    EXPECT_EQ(state.last_frame_id, 7);
    EXPECT_EQ(state.devices, (std::vector{sensor_record()}));
    ASSERT_EQ(state.meters.size(), 1U);
    EXPECT_EQ(state.meters[0].sensor, kSensor);
    EXPECT_EQ(state.meters[0].series, meter_record(0).series);
    EXPECT_EQ(state.meters[0].lifetime.microlitres, 5'000'000);
    ASSERT_EQ(state.recent_readings.size(), 1U);
    EXPECT_EQ(state.recent_readings[0].first, kSensor);
    EXPECT_EQ(state.recent_readings[0].second,
              (std::vector{reading(1'700'000'000, 110, 2), reading(1'700'000'400, 120, 2)}));
    ASSERT_EQ(state.latest_states.size(), 1U);
    EXPECT_EQ(state.latest_states[0].second.values,
              (std::vector<std::pair<std::uint64_t, std::int64_t>>{{16, -71}, {32, 3012}}));
    EXPECT_EQ(state.calibrations, (std::vector{calibration(1'700'000'000, 31'000, 7, 1)}));
    EXPECT_EQ(store.calibrations().value(), state.calibrations);
}

TEST(Database, EmptyStoreHasNoState) {
    const TempDir dir;
    const ports::StoredState state = open_store(dir).load().value();
    EXPECT_EQ(state.last_frame_id, 0);
    EXPECT_TRUE(state.devices.empty());
    EXPECT_TRUE(state.recent_readings.empty());
}

TEST(Database, RecentReadingsAreTheLast128OldestFirst) {
    const TempDir dir;
    Database store = open_store(dir);
    std::vector<ports::Projection> readings;
    for (std::int64_t i = 0; i < 200; ++i) readings.emplace_back(reading_record(1'700'000'000 + i, i));
    append(store, {commit(1, readings)});
    const auto recent = store.load().value().recent_readings.at(0).second;
    ASSERT_EQ(recent.size(), meter::SensorMeter::kRecentReadings);
    EXPECT_EQ(recent.front().total.value, 72);
    EXPECT_EQ(recent.back().total.value, 199);
}

// Stores what the meter makes of a sample.
meter::Reading count(Database& store, meter::SensorMeter& meter, std::int64_t id, std::int64_t time_s,
                     std::uint32_t value, std::int64_t received_s) {
    const meter::CalibrationTable calibration;
    const auto readings = meter::apply(meter, {{{time_s, value}}}, at_s(received_s), calibration);
    const bool current = readings.at(0).series == meter.series.number;
    append(store, {commit(id, {ports::ReadingRecord{kSensor, readings[0], current ? meter.series.base : std::nullopt},
                               ports::MeterRecord{kSensor, meter.series, meter.lifetime}})});
    return readings[0];
}

TEST(Database, RestoredReadingsAreThoseTheMeterHeld) {
    const TempDir dir;
    Database store = open_store(dir);
    meter::SensorMeter meter;
    std::int64_t id = 0;
    const auto expect_same = [&] {
        const auto recent = store.load().value().recent_readings.at(0).second;
        EXPECT_EQ(recent, std::vector<meter::Reading>(meter.recent.begin(), meter.recent.end())) << id;
    };
    constexpr std::int64_t kBoot = 1'700'000'000;
    meter::set_base(meter, 1000, at_s(kBoot));
    for (std::uint32_t i = 1; i <= 150; ++i) {
        count(store, meter, ++id, kBoot + 100'000 + 5 * i, 100'000 + 7 * i, kBoot + 100'900);
        if (i % 3 == 0) count(store, meter, ++id, kBoot + 100'000 + 5 * i, 100'000 + 7 * i, kBoot + 100'901);
    }
    expect_same();
    for (std::uint32_t i = 1; i <= 200; ++i) count(store, meter, ++id, kBoot + 60 * i, 1000 + 11 * i, kBoot + 101'000);
    expect_same();
    EXPECT_GT(meter.recent.size(), meter::SensorMeter::kRecentReadings);
    meter::set_base(meter, 0, at_s(kBoot + 101'500));
    for (std::uint32_t i = 1; i <= 20; ++i) count(store, meter, ++id, kBoot + 101'500 + 5 * i, 2 * i, kBoot + 101'700);
    expect_same();
}

TEST(Database, DayImportedAfterItWasRecordedChangesNoUsage) {
    const TempDir dir;
    Database store = open_store(dir);
    meter::SensorMeter meter;
    std::int64_t id = 0;
    constexpr std::int64_t kBoot = 1'700'000'000;
    const auto day = [&] {
        // The cloud's count, and after a second boot that of a stand-in that began at 0.
        meter::set_base(meter, 3'000'000, at_s(kBoot));
        for (std::uint32_t i = 1; i <= 200; ++i) {
            count(store, meter, ++id, kBoot + 60 * i, 3'000'000 + 3 * i, kBoot + 60 * i + 2);
        }
        meter::set_base(meter, 0, at_s(kBoot + 13'000));
        for (std::uint32_t i = 1; i <= 200; ++i) {
            count(store, meter, ++id, kBoot + 13'000 + 60 * i, 4 * i, kBoot + 13'000 + 60 * i + 2);
        }
    };
    day();
    const auto usage = dump(store, "quarter");
    const base::Volume lifetime = meter.lifetime;
    EXPECT_EQ(lifetime.microlitres, 1400 * meter::kUncalibratedVolumePerPeak.microlitres);
    day();
    EXPECT_EQ(dump(store, "quarter"), usage);
    EXPECT_EQ(meter.lifetime, lifetime);
    EXPECT_EQ(meter::boot_total(meter), 800U);
    // And the count goes on.
    EXPECT_EQ(count(store, meter, ++id, kBoot + 30'000, 803, kBoot + 30'002).advance.value, 3);
}

TEST(Database, TotalOfAnotherServerIsNoUsageOfAFreshStandIn) {
    const TempDir dir;
    Database store = open_store(dir);
    meter::SensorMeter meter;
    constexpr std::int64_t kBoot = 1'700'000'000;
    meter::set_base(meter, 0, at_s(kBoot));
    count(store, meter, 1, kBoot - 3000, 3'828'929, kBoot + 5);
    count(store, meter, 2, kBoot + 20, 5, kBoot + 22);
    count(store, meter, 3, kBoot + 25, 9, kBoot + 27);
    EXPECT_EQ(dump(store, "quarter"), std::vector<std::string>{"quarter 5F3A00112233AABB 1699999200 9"});
    EXPECT_EQ(store.load().value().meters.at(0).series, meter.series);
}

TEST(Database, LatestStatesHoldTheNewestValueOfEachKey) {
    const TempDir dir;
    Database store = open_store(dir);
    append(
        store,
        {commit(1, {state_record(1'700'000'000, {{16, -71}, {32, 3012}}), state_record(1'700'000'600, {{16, -75}})})});
    const auto state = store.load().value().latest_states.at(0).second;
    EXPECT_EQ(state.values, (std::vector<std::pair<std::uint64_t, std::int64_t>>{{16, -75}, {32, 3012}}));
    EXPECT_EQ(state.time, at_s(1'700'000'600));
}

TEST(Database, ReportsSentTwiceAreKeptOnce) {
    const TempDir dir;
    Database store = open_store(dir);
    append(store, {commit(1, one_of_each())});
    const auto before = store.projection_digest().value();
    append(store, {commit(2, one_of_each())});
    EXPECT_EQ(store.projection_digest().value(), before);
}

TEST(Database, LifetimeRegisterNeverFalls) {
    const TempDir dir;
    Database store = open_store(dir);
    append(store, {commit(1, {meter_record(5'000'000, 120)})});
    append(store, {commit(2, {meter_record(4'000'000, 130)})});
    ports::MeterRecord kept = store.load().value().meters.at(0);
    EXPECT_EQ(kept.lifetime.microlitres, 5'000'000);
    EXPECT_EQ(kept.series.highest.value, 130);
    FunctionJob nothing;
    ASSERT_TRUE(store.rebuild(nothing));
    kept = store.load().value().meters.at(0);
    EXPECT_EQ(kept.lifetime.microlitres, 5'000'000);
    EXPECT_EQ(kept.series, meter::SeriesState{});
}

TEST(Database, BatchIsStoredWholeOrNotAtAll) {
    const TempDir dir;
    Database store = open_store(dir);
    append(store, {commit(3)});
    const std::vector<Entry> batch{commit(4, one_of_each()), commit(3)};
    const auto appended = store.append(batch);
    ASSERT_FALSE(appended);
    EXPECT_EQ(appended.error().cause, Fault::Cause::Content);
    EXPECT_EQ(store.load().value().last_frame_id, 3);
    EXPECT_TRUE(dump(store).empty());
    // The numbers of devices first met in the failed batch went back with it.
    append(store, {commit(5, one_of_each())});
    EXPECT_EQ(dump(store, "reading").size(), 2U);
}

TEST(Database, DigestDependsOnContentNotOnOrderOrNumbers) {
    const TempDir first_dir;
    const TempDir second_dir;
    Database first = open_store(first_dir);
    Database second = open_store(second_dir);
    ports::DeviceRecord bridge;
    bridge.id = kBridge;
    append(first, {commit(1, {bridge}), commit(2, one_of_each())});
    append(second, {commit(1, one_of_each()), commit(2, {bridge})});
    EXPECT_EQ(first.projection_digest().value(), second.projection_digest().value());
    append(second, {commit(3, {reading_record(1'700'000'401, 120, 2)})});
    EXPECT_NE(first.projection_digest().value(), second.projection_digest().value());
}

TEST(Database, DumpKeepsOneLineARow) {
    const TempDir dir;
    Database store = open_store(dir);
    append(store, {commit(1, one_of_each())});
    const auto lines = dump(store);
    ASSERT_EQ(lines.size(), 15U);  // with a series, two quarters and five receipts that nobody wrote as such
    for (const std::string& line : lines) EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    EXPECT_EQ(dump(store, "event").at(0),
              R"(event 5F3A00112233AABB 1700000200000 1048576 "moved\x0a\x22far\x22" 1700000201000)");
    EXPECT_EQ(dump(store, "device").at(0),
              R"(device 5F3A00112233AABB 2 "b41d9e0000c0ffee" - "0123456789abcdef" 1700000000000 1700000600000)"
              R"( "{\x221\x22:16383}" "[]" "")");
}

TEST(Database, RebuildGivesTheSameProjections) {
    const TempDir dir;
    Database store = open_store(dir);
    const auto project = [](const ports::Frame& each) {
        std::vector<ports::Projection> made = one_of_each();
        made.emplace_back(reading_record(1'700'000'000 + 100 * (each.id % 7), 110 + each.id % 7, 2, 100));
        return made;
    };
    for (std::int64_t id = 1; id <= 20; ++id) append(store, {commit(id, project(frame(id)))});
    const std::string before = store.projection_digest().value();
    edit(dir)->execute(
        "DELETE FROM readings WHERE total > 112; UPDATE quarter_usage SET peaks = 1; DELETE FROM events");
    EXPECT_NE(store.projection_digest().value(), before);
    std::vector<std::int64_t> replayed;
    FunctionJob job([&](const ports::Frame& each) {
        replayed.push_back(each.id);
        return project(each);
    });
    ASSERT_TRUE(store.rebuild(job));
    EXPECT_EQ(store.projection_digest().value(), before);
    EXPECT_EQ(replayed.size(), 20U);
    EXPECT_TRUE(std::is_sorted(replayed.begin(), replayed.end()));
}

TEST(Database, RebuildReadsAllPagesOfFrames) {
    const TempDir dir;
    Database store = open_store(dir);
    std::vector<Entry> entries;
    for (std::int64_t id = 1; id <= 2'500; ++id) entries.push_back(commit(id));
    append(store, std::move(entries));
    std::int64_t replayed = 0;
    FunctionJob job([&](const ports::Frame&) {
        ++replayed;
        return std::vector<ports::Projection>{};
    });
    ASSERT_TRUE(store.rebuild(job));
    EXPECT_EQ(replayed, 2'500);
}

TEST(Database, CalibrationsSurviveARebuildInOrderOfEntry) {
    const TempDir dir;
    Database store = open_store(dir);
    append(store, {calibration(2'000, 31'000, 4), calibration(1'000, 30'000, 9)});
    FunctionJob nothing;
    ASSERT_TRUE(store.rebuild(nothing));
    EXPECT_EQ(store.calibrations().value(),
              (std::vector{calibration(2'000, 31'000, 4, 1), calibration(1'000, 30'000, 9, 2)}));
}

TEST(Database, MeterReadingsInForceAreTheLastEnteredOfEachTime) {
    const TempDir dir;
    Database store = open_store(dir);
    const auto read = [](std::int64_t time_s, std::int64_t ul, bool withdrawn = false) {
        return ports::MeterReadingRecord{kSensor, at_s(time_s), {ul}, withdrawn};
    };
    append(store, {read(300, 3), read(100, 1), read(100, 2), read(200, 7), read(200, 7, true)});
    EXPECT_EQ(store.load().value().meter_readings, (std::vector{read(100, 2), read(300, 3)}));
}

TEST(Database, SpellsAndChoicesAreReplacedByKey) {
    const TempDir dir;
    Database store = open_store(dir);
    using ports::SpellKind;
    append(store, {ports::SpellRecord{SpellKind::Run, {}, at_s(10), at_s(20), ""},
                   ports::SpellRecord{SpellKind::Run, {}, at_s(50), at_s(50), ""},
                   ports::SpellRecord{SpellKind::Connection, kBridge, at_s(99), at_s(99), ""},
                   ports::ChoiceRecord{"mode", "local", "relay"}, ports::ChoiceRecord{"other", "1", "2"}});
    const ports::SpellRecord run{SpellKind::Run, std::nullopt, at_s(50), at_s(80), "asked to stop"};
    append(store, {run, ports::ChoiceRecord{"mode", "relay-only", "relay"}});
    const ports::StoredState state = store.load().value();
    EXPECT_EQ(state.last_run, run);
    EXPECT_EQ(state.choices, (std::vector{ports::ChoiceRecord{"mode", "relay-only", "relay"},
                                          ports::ChoiceRecord{"other", "1", "2"}}));
}

TEST(Database, FramesWaitFromTheirCommitOrLaterUntilTheCloudHasThem) {
    const TempDir dir;
    {
        Database store = open_store(dir);
        ports::Commit waits{frame(2), {}};
        waits.for_cloud = true;
        append(store, {commit(1), waits, commit(3), commit(4)});
        append(store, {ports::CloudMissed{kBridge, {3, 1, 9}}});  // 9 was never stored
    }
    Database store = open_store(dir);
    using Waiting = std::vector<std::pair<base::DeviceId, std::vector<std::int64_t>>>;
    EXPECT_EQ(store.load().value().waiting, (Waiting{{kBridge, {1, 2, 3}}}));
    append(store, {ports::CloudHas{kSensor, 3}});
    EXPECT_EQ(store.load().value().waiting, (Waiting{{kBridge, {1, 2, 3}}}));
    append(store, {ports::CloudHas{kBridge, 2}});
    EXPECT_EQ(store.load().value().waiting, (Waiting{{kBridge, {3}}}));
    append(store, {ports::CloudHas{kBridge, 3}});
    EXPECT_TRUE(store.load().value().waiting.empty());
    EXPECT_EQ(store.frames(0, 10).value().size(), 4U);
}

TEST(Database, EstimateSentTwiceIsKeptOnce) {
    const TempDir dir;
    Database store = open_store(dir);
    ports::EstimateRecord estimate{kSensor, at_s(100), at_s(160), at_s(161), {4}};
    append(store, {commit(1, {estimate})});
    estimate.received = at_s(170);
    append(store, {commit(2, {estimate})});
    EXPECT_EQ(dump(store, "estimate"), std::vector<std::string>{"estimate 5F3A00112233AABB 100000 160000 4 161000"});
}

TEST(Database, ArchiveIsCountedWithoutReadingItThrough) {
    const TempDir dir;
    const auto expect = [&](Database& store, std::int64_t frames, std::int64_t sealed) {
        const ports::ArchiveStatus status = store.archive_status().value();
        EXPECT_EQ(status.frames, frames);
        EXPECT_EQ(status.sealed_frames, sealed);
        EXPECT_EQ(status.frame_bytes, frames * size_of(frame(1)));
        EXPECT_EQ(status.oldest_frame, frame(1).received);
        EXPECT_GT(status.file_bytes, 4'096);
    };
    {
        Database store = open_store(dir);
        std::vector<Entry> entries;
        for (std::int64_t id = 1; id <= 2'500; ++id) {
            ports::Commit made{frame(id), {}};
            made.opened = id % 5 != 0;
            entries.emplace_back(std::move(made));
            if (id % 700 == 0) {
                append(store, std::move(entries));
                entries.clear();
            }
        }
        append(store, std::move(entries));
        expect(store, 2'500, 500);
    }
    {
        Database store = open_store(dir);
        expect(store, 2'500, 500);
        EXPECT_GT(store.archive().saved_to, 1'000);
        EXPECT_FALSE(store.append(std::vector<Entry>{commit(2'501), commit(2'500)}));
        expect(store, 2'500, 500);
    }
}

TEST(Database, SecondDatabaseOnTheSameStoreIsRefused) {
    const TempDir dir;
    const Database store = open_store(dir);
    const auto second = Database::open(dir.settings());
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message.find("lock"), std::string::npos);
}

TEST(Database, CommitsAreSyncedEachNotOnlyAtCheckpoints) {
    const TempDir dir;
    open_store(dir);
    const auto connection = sql::Sqlite::open_for_writing(dir.database());
    connection->prepare_for_writing();
    constexpr int kFull = 2;
    EXPECT_EQ(connection->number("PRAGMA synchronous"), kFull);
    EXPECT_EQ(connection->text("PRAGMA journal_mode"), "wal");
}

TEST(Database, CheckpointEmptiesTheLog) {
    const TempDir dir;
    Database store = open_store(dir);
    append(store, {commit(1)});
    EXPECT_GT(std::filesystem::file_size(dir.database() + "-wal"), 0U);
    ASSERT_TRUE(store.checkpoint());
    EXPECT_EQ(std::filesystem::file_size(dir.database() + "-wal"), 0U);
}

}  // namespace
}  // namespace millrace::store::test
