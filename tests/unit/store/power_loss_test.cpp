// The power fails at random moments, with a disk that loses any part of what was not synced: what the store reported
// as kept is there when it comes up again, whole commits only, and the file is sound. So that this is known to mean
// something, the same is done with too little syncing, and must fail.
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <map>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "lossy_vfs.h"
#include "sql/sqlite.h"
#include "store/rebuild_job.h"
#include "store/writer.h"
#include "store_fixture.h"

namespace millrace::store::test {
namespace {

constexpr std::uint64_t kSeed = 20261123;
constexpr std::int64_t kUlPerCommit = 32'933;

// Of a size and with bytes that follow from the id. Now and then one that fills many pages.
base::Bytes payload_of(std::int64_t id) {
    static const base::Bytes noise = [] {
        base::Bytes bytes(64 * 1'024);
        Chance chance(kSeed);
        for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(chance());
        return bytes;
    }();
    const auto at = static_cast<std::ptrdiff_t>(id * 7'919 % 32'000);
    const auto size = static_cast<std::ptrdiff_t>(id % 40 == 0 ? 30'000 : 20 + id * 104'729 % 600);
    return {noise.begin() + at, noise.begin() + at + size};
}

ports::Commit commit_of(std::int64_t id) {
    ports::Frame made = frame(id);
    made.payload = payload_of(id);
    meter::SeriesState series{1, base::PeakCount{0}, {id}, at_s(1'700'000'000 + id), at_s(1'700'000'000)};
    return {std::move(made),
            {reading_record(1'700'000'000 + id, id), ports::MeterRecord{kSensor, series, {id * kUlPerCommit}}}};
}

using AnyEntry = decltype(commit(0));

// Makes of a frame again what it led to.
class SameAgain final : public RebuildJob {
public:
    void restore(const ports::StoredState&) override {}
    void calibration(const ports::CalibrationRecord&) override {}
    [[nodiscard]] bool opens(const ports::Frame&) const override { return true; }
    [[nodiscard]] Replayed replay(const ports::Frame& frame) override {
        return {commit_of(frame.id).projections, true};
    }
};

// What the store has reported, and what it was busy with when the power went.
struct Reported {
    std::int64_t kept = 0;   // the last id it said was on disk
    std::int64_t tried = 0;  // the last id that it was given
    int rebuilds = 0;
};

// What is found when the store comes up again.
struct Found {
    std::int64_t kept = 0;
    std::string damage;  // empty: it is sound, and holds whole commits only
};

std::string damage_of(SQLite::Database& file, std::int64_t& last) {
    if (const auto said = file.execAndGet("PRAGMA integrity_check").getString(); said != "ok") return said;
    SQLite::Statement frames(file, "SELECT id, payload FROM frames ORDER BY id");
    while (frames.executeStep()) {
        const std::int64_t id = frames.getColumn(0).getInt64();
        const auto column = frames.getColumn(1);
        if (id != last + 1) return "frame " + std::to_string(last + 1) + " is missing before " + std::to_string(id);
        if (column.getString() != base::as_text(payload_of(id))) return "frame " + std::to_string(id);
        last = id;
    }
    SQLite::Statement readings(file, "SELECT count(*), coalesce(max(total), 0), coalesce(sum(total), 0) FROM readings");
    readings.executeStep();
    if (readings.getColumn(0).getInt64() != last || readings.getColumn(1).getInt64() != last ||
        readings.getColumn(2).getInt64() != last * (last + 1) / 2) {
        return "readings do not go with " + std::to_string(last) + " frames";
    }
    const auto meters = file.execAndGet("SELECT coalesce(max(lifetime_ul), 0) FROM meters").getInt64();
    return meters == last * kUlPerCommit ? "" : "the register does not go with " + std::to_string(last) + " frames";
}

// Comes up again on the system's own VFS, as the daemon does.
Found look_at(const TempDir& dir) {
    Found found;
    auto store = Database::open(dir.settings());
    if (!store) return {0, store.error().message};
    try {
        SQLite::Database file(dir.database(), SQLite::OPEN_READONLY);
        found.damage = damage_of(file, found.kept);
    } catch (const SQLite::Exception& exception) {
        found.damage = exception.what();
    }
    if (!found.damage.empty()) return found;
    const auto state = store->load();
    if (!state) return {found.kept, state.error().message};
    if (state->last_frame_id != found.kept) found.damage = "load() finds another last frame";
    return found;
}

// A reader that stays on an old state of the store for a while, so that the log cannot be begun anew.
std::unique_ptr<sql::Sqlite> reader_in_the_way(const TempDir& dir) {
    try {
        auto reader = sql::Sqlite::open_for_reading(dir.database());
        reader->begin(false);
        (void)reader->number("SELECT count(*) FROM meters");
        return reader;
    } catch (const sql::Error&) {
        return nullptr;
    }
}

// A slice of making all projections anew beside the appends, whose own transactions are not synced one by one.
// True when the new ones have taken the place of the old ones.
bool rebuild_some(Database& store, SameAgain& job, Chance& chance) {
    if (!store.rebuilding()) {
        if (!store.clear_some().value_or(true)) static_cast<void>(store.begin_rebuild(job));
        return false;
    }
    std::uint64_t pieces = chance() % 4'000;
    const auto caught_up = store.continue_rebuild([&pieces] { return pieces-- > 0; });
    return caught_up.value_or(false) && store.switch_rebuild().has_value();
}

// Appends batches, and now and then tidies up, until the power goes. All memory of the process is then gone too.
void append_until_the_power_goes(const TempDir& dir, LossyVfs& disk, Chance& chance, Reported& reported,
                                 bool rebuilds) {
    SameAgain job;
    auto store = Database::open(dir.settings());
    if (!store) {
        ASSERT_TRUE(disk.power_lost()) << store.error().message;
        return;
    }
    std::unique_ptr<sql::Sqlite> reader;
    for (int turn = 0; turn < 20'000; ++turn) {
        std::vector<AnyEntry> batch;
        for (std::uint64_t i = chance() % 8; i < 8; ++i) batch.emplace_back(commit_of(++reported.tried));
        const bool kept = store->append(batch).has_value();
        // One that was on disk is a success even when the power goes in the checkpoint that follows it.
        if (kept) reported.kept = reported.tried;
        ASSERT_TRUE(kept || disk.power_lost()) << "an append failed though there is power";
        if (disk.power_lost()) return;
        if (chance() % 20 == 0) reader = chance() % 3 > 0 ? nullptr : reader_in_the_way(dir);
        if (chance() % 60 == 0) static_cast<void>(store->checkpoint());
        if (chance() % 200 == 0) static_cast<void>(store->optimize());
        if (rebuilds && chance() % 3 == 0 && rebuild_some(*store, job, chance)) ++reported.rebuilds;
        if (chance() % 300 == 0) {
            reader.reset();
            store = base::failure(Fault{Fault::Cause::Other, "closed"});
            store = Database::open(dir.settings());
            if (!store) {
                ASSERT_TRUE(disk.power_lost()) << store.error().message;
                return;
            }
        }
    }
    FAIL() << "the power never went";
}

// The same through the writer's thread, as the daemon does it.
void write_until_the_power_goes(const TempDir& dir, LossyVfs& disk, Chance& chance, Reported& reported) {
    auto store = Database::open(dir.settings());
    if (!store) {
        ASSERT_TRUE(disk.power_lost()) << store.error().message;
        return;
    }
    const FakeClock clock;
    FakeLoop loop;
    WriterLimits limits;
    limits.idle = base::Milliseconds{1};
    Writer writer(std::move(*store), dir.settings(), clock, loop.post(), limits);
    writer.start();
    std::uint64_t waiting = 0;
    bool failed = false;
    while (!failed && reported.tried < 200'000) {
        for (std::uint64_t most = 1 + chance() % 30; waiting < most; ++waiting) {
            const std::int64_t id = ++reported.tried;
            ASSERT_TRUE(writer.commit(commit_of(id), [&, id](bool durable) {
                --waiting;
                if (durable && !failed) reported.kept = id;
                if (!durable) failed = true;
            }));
        }
        const std::uint64_t before = waiting;
        ASSERT_TRUE(loop.run_until([&] { return waiting < before; }));
    }
    writer.stop();
    loop.run_posted();
    ASSERT_TRUE(disk.power_lost());
}

struct Tally {
    int losses = 0;
    int lost_kept = 0;  // something that was reported as kept was gone
    int damaged = 0;
    std::int64_t kept = 0;
    std::uintmax_t largest = 0;
    std::uint64_t database_writes = 0;
    int rebuilds = 0;
    std::map<Step, int> lost_in;

    void print(const char* what) const {
        std::cout << what << ": " << losses << " power losses, " << kept << " commits kept, " << lost_kept
                  << " times some were lost, " << damaged << " times the file was damaged; largest file " << largest
                  << " bytes, " << database_writes << " writes of checkpoints, " << rebuilds << " rebuilds; lost in";
        for (const auto& [step, count] : lost_in) std::cout << ' ' << name(step) << " (" << count << ')';
        std::cout << '\n';
    }
};

struct Plan {
    const char* synchronous = nullptr;  // instead of what the store asks for
    LossyVfs::Drive drive = LossyVfs::Drive::Honest;
    int losses = 0;
    int losses_per_store = 1;  // after so many, a new store
    bool through_writer = false;
    bool rebuilds = false;
};

// New connections begin with what the plan says; the disk keeps them from changing it.
int begin_unsynced(sqlite3* connection, char**, const void*) {
    return sqlite3_exec(connection, "PRAGMA synchronous = OFF", nullptr, nullptr, nullptr);
}
int begin_with_less(sqlite3* connection, char**, const void*) {
    return sqlite3_exec(connection, "PRAGMA synchronous = NORMAL", nullptr, nullptr, nullptr);
}
using Extension = void (*)();
Extension beginning(const std::string& synchronous) {
    return reinterpret_cast<Extension>(synchronous == "OFF" ? begin_unsynced : begin_with_less);
}

void use_until_the_power_goes(const Plan& plan, const TempDir& from, const TempDir& to, Chance& chance,
                              Reported& reported, Tally& tally) {
    static constexpr std::array<std::uint64_t, 4> kWithin{30, 300, 2'000, 6'000};
    LossyVfs disk(plan.drive);
    if (plan.synchronous != nullptr) {
        disk.hold_synchronous_at(plan.synchronous);
        sqlite3_auto_extension(beginning(plan.synchronous));
    }
    disk.lose_power_after(1 + chance() % kWithin[static_cast<std::size_t>(chance() % kWithin.size())]);
    if (plan.through_writer) {
        write_until_the_power_goes(from, disk, chance, reported);
    } else {
        append_until_the_power_goes(from, disk, chance, reported, plan.rebuilds);
    }
    if (plan.synchronous != nullptr) sqlite3_cancel_auto_extension(beginning(plan.synchronous));
    disk.survivors(to.state_dir(), chance);
    ++tally.losses;
    ++tally.lost_in[disk.lost_in()];
    tally.database_writes += disk.database_writes();
    tally.rebuilds += reported.rebuilds;
}

Tally lose_power(const Plan& plan) {
    Chance chance(kSeed);
    Tally tally;
    auto dir = std::make_unique<TempDir>();
    std::int64_t before = 0;
    for (int loss = 0; loss < plan.losses; ++loss) {
        if (loss % plan.losses_per_store == 0) {
            dir = std::make_unique<TempDir>();
            before = 0;
        }
        Reported reported{before, before};
        auto after = std::make_unique<TempDir>();
        use_until_the_power_goes(plan, *dir, *after, chance, reported, tally);
        if (::testing::Test::HasFatalFailure()) return tally;
        // Sometimes the power goes again before the store was ever in order: what is left is looked at in a copy.
        dir = std::make_unique<TempDir>();
        std::filesystem::copy(after->state_dir(), dir->state_dir(), std::filesystem::copy_options::recursive);
        const Found found = look_at(*after);
        if (chance() % 2 == 0) dir = std::move(after);
        if (!found.damage.empty()) ++tally.damaged;
        if (found.kept < reported.kept) ++tally.lost_kept;
        const bool is_whole = found.kept == reported.kept || found.kept == reported.tried ||
                              (plan.through_writer && found.kept > reported.kept && found.kept < reported.tried);
        if (plan.synchronous == nullptr && plan.drive == LossyVfs::Drive::Honest) {
            EXPECT_EQ(found.damage, "") << "after loss " << loss;
            EXPECT_GE(found.kept, reported.kept) << "after loss " << loss;
            EXPECT_TRUE(is_whole) << "after loss " << loss << ": " << reported.kept << " kept, " << found.kept
                                  << " found, " << reported.tried << " tried";
            if (::testing::Test::HasFailure()) return tally;
        }
        tally.kept += reported.kept - before;
        before = found.kept;
        if (std::filesystem::exists(dir->database())) {
            tally.largest = std::max(tally.largest, std::filesystem::file_size(dir->database()));
        }
    }
    return tally;
}

void expect_worth_something(const Tally& tally) {
    EXPECT_GT(tally.largest, 4U << 20);
    EXPECT_GT(tally.lost_in.at(Step::WriteLog), 0);
    EXPECT_GT(tally.lost_in.at(Step::WriteDatabase), 0);
    EXPECT_GT(tally.lost_in.at(Step::Sync), 0);
}

TEST(PowerLoss, WhatWasAppendedIsThereAfter150Losses) {
    Plan plan;
    plan.losses = 150;
    plan.losses_per_store = 30;
    const Tally tally = lose_power(plan);
    tally.print("append");
    EXPECT_EQ(tally.losses, plan.losses);
    expect_worth_something(tally);
}

TEST(PowerLoss, WhatWasAppendedDuringRebuildsIsThereAfter100Losses) {
    Plan plan;
    plan.losses = 100;
    plan.losses_per_store = 25;
    plan.rebuilds = true;
    const Tally tally = lose_power(plan);
    tally.print("append and rebuild");
    EXPECT_EQ(tally.losses, plan.losses);
    EXPECT_GT(tally.rebuilds, 20);
    EXPECT_GT(tally.lost_in.at(Step::WriteDatabase), 0);
}

TEST(PowerLoss, WhatTheWriterReportedDurableIsThereAfter60Losses) {
    Plan plan;
    plan.losses = 60;
    plan.losses_per_store = 20;
    plan.through_writer = true;
    const auto said = spdlog::get_level();
    spdlog::set_level(spdlog::level::off);  // each loss is an error to be logged
    const Tally tally = lose_power(plan);
    spdlog::set_level(said);
    tally.print("writer");
    EXPECT_EQ(tally.losses, plan.losses);
    EXPECT_GT(tally.database_writes, 0U);
}

TEST(PowerLoss, WithoutSyncingAcknowledgedDataIsLost) {
    Plan plan;
    plan.losses = 30;
    plan.synchronous = "OFF";
    const Tally tally = lose_power(plan);
    tally.print("synchronous = OFF");
    EXPECT_GE(tally.lost_kept, plan.losses / 4) << "this disk forgets too little for the other tests to mean anything";
    EXPECT_GE(tally.damaged, 1);
}

TEST(PowerLoss, WithLessThanFullSyncingAcknowledgedDataIsLostButNothingIsDamaged) {
    Plan plan;
    plan.losses = 30;
    plan.synchronous = "NORMAL";
    const Tally tally = lose_power(plan);
    tally.print("synchronous = NORMAL");
    EXPECT_GE(tally.lost_kept, plan.losses / 4);
    EXPECT_EQ(tally.damaged, 0) << "without syncs of single commits, the log still goes to disk before the database";
}

TEST(PowerLoss, ADriveThatOnlySaysItHasSyncedLosesAcknowledgedData) {
    Plan plan;
    plan.losses = 30;
    plan.drive = LossyVfs::Drive::IgnoresSyncs;
    const Tally tally = lose_power(plan);
    tally.print("a drive that lies");
    EXPECT_GE(tally.lost_kept, plan.losses / 4);
}

// The disk itself: what it may and must not forget.
TEST(LossyFile, KeepsWhatWasSyncedAndForgetsOnlyWholeSectors) {
    Chance chance(kSeed);
    bool kept_all = false;
    bool lost_all = false;
    bool torn = false;
    for (int i = 0; i < 500; ++i) {
        LossyFile file(base::Bytes(2'048, 1));
        file.write(100, base::Bytes(10, 2));
        file.sync();
        file.write(500, base::Bytes(1'000, 3));
        const base::Bytes left = file.survivor(chance);
        ASSERT_EQ(left.size(), 2'048U);
        for (std::size_t at = 0; at < 500; ++at) ASSERT_EQ(left[at], at >= 100 && at < 110 ? 2 : 1);
        for (std::size_t at = 1'500; at < left.size(); ++at) ASSERT_EQ(left[at], 1);
        // 500 to 511, then two sectors, of which the second is written up to 1499.
        const std::array<std::uint8_t, 3> parts{left[500], left[512], left[1'024]};
        for (std::size_t at = 500; at < 1'500; ++at) ASSERT_EQ(left[at], parts[at / 512 < 1 ? 0 : at / 512]);
        const auto threes = std::count(parts.begin(), parts.end(), 3);
        kept_all |= threes == 3;
        lost_all |= threes == 0;
        torn |= threes == 1 || threes == 2;
    }
    EXPECT_TRUE(kept_all && lost_all && torn);
}

}  // namespace
}  // namespace millrace::store::test
