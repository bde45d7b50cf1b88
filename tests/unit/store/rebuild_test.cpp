#include "store/rebuild.h"

#include <gtest/gtest.h>

#include "little_house.h"
#include "store/reader.h"

namespace millrace::store::test {
namespace {

std::vector<std::string> table_names(const TempDir& dir) {
    std::vector<std::string> names;
    const auto connection = edit(dir);
    sql::Statement query(*connection,
                         dir.on_server()
                             ? "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
                             : "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    while (query.step()) names.push_back(query.text(0));
    return names;
}

std::int64_t count_sealed(const TempDir& dir) {
    const auto connection = edit(dir);
    sql::Statement query(*connection, "SELECT count(*) FROM frames WHERE opened = 0");
    return query.number().value();
}

void damage(const TempDir& dir) {
    edit(dir)->execute(
        "DELETE FROM readings WHERE total % 3 = 0; UPDATE quarter_usage SET peaks = 1; DELETE FROM events;"
        "DELETE FROM devices; UPDATE meters SET highest = 0");
}

// Runs a rebuild by slices of one frame; `between` is called after each.
template <typename Between>
void rebuild_by_slices(Database& store, RebuildJob& job, Between between) {
    clear_all(store);
    ASSERT_TRUE(store.begin_rebuild(job));
    for (int slice = 0;; ++slice) {
        const auto step = store.continue_rebuild(one());
        ASSERT_TRUE(step) << step.error().message;
        if (*step) return;
        between(slice);
    }
}

TEST(Rebuild, InSlicesGivesTheSameAsAtOnceAndAsTheDayItself) {
    const TempDir dir;
    Database store = open_store(dir);
    LittleHouse live({"k"});
    append_live(store, live, house_days(300));
    const auto before = dump(store);
    damage(dir);
    LittleHouse at_once({"k"});
    rebuild(store, at_once);
    EXPECT_EQ(dump(store), before);
    damage(dir);
    ASSERT_NE(dump(store), before);
    LittleHouse sliced({"k"});
    rebuild_by_slices(store, sliced, [](int) {});
    EXPECT_NE(dump(store), before) << "served before it is ready";
    ASSERT_TRUE(store.switch_rebuild());
    EXPECT_EQ(dump(store), before);
    EXPECT_FALSE(store.rebuilding());
}

TEST(Rebuild, CommitsMeanwhileAreInTheResult) {
    const TempDir dir;
    Database store = open_store(dir);
    LittleHouse live({"k"});
    const auto frames = house_days(200);
    append_live(store, live, {frames.begin(), frames.begin() + 100});
    damage(dir);
    LittleHouse job({"k"});
    rebuild_by_slices(store, job, [&](int slice) {
        if (slice < 90) append_live(store, live, {frames[static_cast<std::size_t>(100 + slice)]});
    });
    EXPECT_TRUE(store.rebuild_caught_up());
    append_live(store, live, {frames.begin() + 190, frames.end()});
    EXPECT_FALSE(store.rebuild_caught_up());
    ASSERT_TRUE(store.switch_rebuild());
    EXPECT_EQ(job.replayed.size(), 200U);

    const TempDir other_dir;
    Database other = open_store(other_dir);
    LittleHouse other_live({"k"});
    append_live(other, other_live, frames);
    EXPECT_EQ(dump(store), dump(other));
    // And what comes after goes into the tables that are now the present ones.
    append_live(store, job, {said(201, "s 1700004100 990000")});
    EXPECT_EQ(dump(store, "reading").size(), dump(other, "reading").size() + 1);
}

TEST(Rebuild, CutShortAtAnySliceLeavesEverythingAsItWas) {
    const TempDir dir;
    std::string before;
    std::vector<std::string> names;
    {
        Database store = open_store(dir);
        LittleHouse live({"k"});
        append_live(store, live, house_days(40));
        before = store.projection_digest().value();
        names = table_names(dir);
    }
    for (int slices = 0; slices <= 41; ++slices) {
        {
            Database store = open_store(dir);
            clear_all(store);
            LittleHouse job;
            ASSERT_TRUE(store.begin_rebuild(job));
            for (int i = 0; i < slices; ++i) ASSERT_TRUE(store.continue_rebuild(one()));
        }
        Database store = open_store(dir);
        ASSERT_EQ(store.projection_digest().value(), before) << slices;
        ASSERT_GT(table_names(dir).size(), names.size());
        clear_all(store);
        ASSERT_EQ(table_names(dir), names) << slices;
    }
}

TEST(Rebuild, ReplacedTablesAreClearedAwayInSlices) {
    const TempDir dir;
    Database store = open_store(dir);
    LittleHouse live({"k"});
    append_live(store, live, house_days(3'000));
    const auto names = table_names(dir);
    LittleHouse job({"k"});
    rebuild_by_slices(store, job, [](int) {});
    ASSERT_TRUE(store.switch_rebuild());
    EXPECT_GT(table_names(dir).size(), names.size());
    int slices = 0;
    while (store.clear_some().value()) ++slices;
    EXPECT_GT(slices, 5);
    EXPECT_EQ(table_names(dir), names);
    // A second one finds its names free.
    LittleHouse again({"k"});
    rebuild(store, again);
    EXPECT_EQ(table_names(dir), names);
}

TEST(Rebuild, FullDiskAbandonsItAndLeavesEverythingAsItWas) {
    const TempDir dir;
    LittleHouse live({"k"});
    std::string before;
    std::int64_t pages = 0;
    {
        Database store = open_store(dir);
        append_live(store, live, house_days(2'000));
        before = store.projection_digest().value();
        ASSERT_TRUE(store.checkpoint());
        pages = static_cast<std::int64_t>(std::filesystem::file_size(dir.database()) / 4'096);
    }
    Database store = open_store(dir, {.max_pages = pages + 40});
    LittleHouse job({"k"});
    ASSERT_TRUE(store.begin_rebuild(job));
    std::optional<Fault> fault;
    for (int slices = 0; !fault; ++slices) {
        ASSERT_LT(slices, 2'000);
        int frames = 0;
        auto step = store.continue_rebuild([&frames] { return ++frames < 50; });
        if (!step) fault = step.error();
    }
    EXPECT_EQ(fault->cause, Fault::Cause::DiskFull);
    EXPECT_FALSE(store.rebuilding());
    EXPECT_EQ(store.projection_digest().value(), before);
    clear_all(store);
    append_live(store, live, {said(2'001, "s 1700041000 990000")});
}

TEST(Rebuild, KeyAddedLaterGivesWhatTheKeyFromTheStartWouldHave) {
    const auto frames = house_days(300);
    const TempDir with_dir;
    Database with = open_store(with_dir);
    LittleHouse with_key({"k"});
    append_live(with, with_key, frames);

    const TempDir dir;
    Database store = open_store(dir);
    LittleHouse without_key;
    append_live(store, without_key, frames);
    EXPECT_GT(store.archive().sealed_frames, 50);
    EXPECT_FALSE(dump(store, "estimate").empty());
    LittleHouse job({"k"});
    rebuild(store, job);
    EXPECT_EQ(dump(store), dump(with));
    EXPECT_TRUE(dump(store, "estimate").empty());
    EXPECT_EQ(store.archive().sealed_frames, 0);
    EXPECT_EQ(store.archive().frames, 300);
    EXPECT_EQ(count_sealed(dir), 0);
    // And away again.
    LittleHouse lost;
    rebuild(store, lost);
    EXPECT_GT(store.archive().sealed_frames, 50);
}

TEST(Rebuild, FramesAreNotCountedAsOpenedBeforeTheSwitch) {
    const TempDir dir;
    Database store = open_store(dir);
    LittleHouse live;
    append_live(store, live, house_days(30));
    const auto sealed = store.archive().sealed_frames;
    ASSERT_GT(sealed, 0);
    LittleHouse job({"k"});
    rebuild_by_slices(store, job, [](int) {});
    store.abandon_rebuild();
    clear_all(store);
    EXPECT_EQ(store.archive().sealed_frames, sealed);
    EXPECT_EQ(count_sealed(dir), sealed);
}

ports::CalibrationRecord entered(std::int64_t ul, std::int64_t after_frame) {
    ports::CalibrationRecord record;
    record.sensor = kSensor;
    record.entry = {at_s(kHouseStart), {ul}};
    record.after_frame = after_frame;
    record.entered = at_s(kHouseStart + 20 * after_frame);
    return record;
}

TEST(Rebuild, CalibrationsJoinTheRegisterWhereTheyWereEntered) {
    const auto frames = house_days(200);
    const TempDir dir;
    Database store = open_store(dir);
    LittleHouse live({"k"});
    const auto enter = [&](std::int64_t ul, std::int64_t after) {
        append(store, {entered(ul, after)});
        live.calibration(entered(ul, after));
    };
    append_live(store, live, {frames.begin(), frames.begin() + 50});
    enter(10'000, 50);
    append_live(store, live, {frames.begin() + 50, frames.begin() + 100});
    LittleHouse job({"k"});
    rebuild_by_slices(store, job, [&](int slice) {
        if (slice == 20) {
            append_live(store, live, {frames.begin() + 100, frames.begin() + 150});
            enter(90'000, 150);
            append_live(store, live, {frames.begin() + 150, frames.end()});
        }
    });
    const auto before = dump(store);
    ASSERT_TRUE(store.switch_rebuild());
    EXPECT_EQ(dump(store), before);
    // The tables keep the higher register, so the job's own is what tells.
    const auto of_live = live.live(said(201, "s 1700004100 990000")).projections;
    const auto of_job = job.live(said(201, "s 1700004100 990000")).projections;
    const auto lifetime = [](const std::vector<ports::Projection>& made) {
        for (const auto& each : made) {
            if (const auto* record = std::get_if<ports::MeterRecord>(&each)) return record->lifetime.microlitres;
        }
        return std::int64_t{-1};
    };
    EXPECT_GT(lifetime(of_live), 0);
    EXPECT_EQ(lifetime(of_job), lifetime(of_live));
}

TEST(Rebuild, RegistersNeverFall) {
    const TempDir dir;
    Database store = open_store(dir);
    LittleHouse live({"k"});
    append_live(store, live, house_days(100));
    const auto before = store.load().value().meters;
    ASSERT_EQ(before.size(), 2U);
    LittleHouse job;  // lacks the key of one of them
    rebuild(store, job);
    const auto after = store.load().value().meters;
    ASSERT_EQ(after.size(), 2U);
    for (const auto& meter : before) {
        const auto same =
            std::find_if(after.begin(), after.end(), [&](const auto& m) { return m.sensor == meter.sensor; });
        ASSERT_NE(same, after.end());
        EXPECT_EQ(same->lifetime, meter.lifetime);
    }
}

TEST(Rebuild, ReadersAreAnsweredThroughTheSwitch) {
    const TempDir dir;
    Database store = open_store(dir);
    LittleHouse live({"k"});
    append_live(store, live, house_days(2'000));
    const std::size_t readings = dump(store, "reading").size();
    FakeLoop loop;
    Reader reader(dir.database(), loop.post());
    reader.start();
    std::size_t asked = 0;
    std::size_t answered = 0;
    const auto ask = [&] {
        for (const base::DeviceId& sensor : {kSensor, kOtherSensor}) {
            ++asked;
            reader.readings({sensor, at_s(0), at_s(kHouseStart * 2), 50'000, {}}, [&](auto result) {
                ++answered;
                ASSERT_TRUE(result) << result.error().message;
                EXPECT_GT(result->readings.size(), readings / 10);
            });
        }
    };
    for (int round = 0; round < 5; ++round) {
        LittleHouse job({"k"});
        clear_all(store);
        ASSERT_TRUE(store.begin_rebuild(job));
        ask();
        while (!store.continue_rebuild(all()).value()) {
        }
        ask();
        ASSERT_TRUE(store.switch_rebuild());
        ask();
        clear_all(store);
        ask();
        ASSERT_TRUE(loop.run_until([&] { return answered == asked; }));
    }
}

}  // namespace
}  // namespace millrace::store::test
