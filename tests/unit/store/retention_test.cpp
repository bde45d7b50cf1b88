#include "store/retention.h"

#include <gtest/gtest.h>

#include "little_house.h"

namespace millrace::store::test {
namespace {

MakeJob house(std::set<std::string> keys = {}) {
    return [keys] { return std::make_unique<LittleHouse>(keys); };
}

// Until there is no more to drop.
RetentionStep retain(Database& store, const RetentionLimits& limits, const std::set<std::string>& keys = {},
                     const GoOn& go_on = all()) {
    for (;;) {
        const auto step = store.retain(house(keys), limits, go_on);
        if (!step) throw std::runtime_error(step.error().message);
        if (*step != RetentionStep::More) return *step;
    }
}

// The age that frames up to `id` have reached.
RetentionLimits up_to(std::int64_t id) {
    return {at_s(kHouseStart + 20 * id + 1), std::nullopt};
}
RetentionLimits to_bytes(std::int64_t bytes) {
    return {std::nullopt, bytes};
}

std::vector<std::int64_t> ids(Database& store) {
    std::vector<std::int64_t> found;
    const auto frames = store.frames(0, 100'000).value();
    for (const ports::Frame& each : frames) found.push_back(each.id);
    return found;
}

// The running figures are those of the table.
void expect_counted(Database& store, const TempDir& dir) {
    const auto connection = edit(dir);
    sql::Statement query(*connection,
                         "SELECT count(*), count(*) FILTER (WHERE opened = 0),"
                         " coalesce(sum(length(topic) + length(payload)), 0) FROM frames");
    ASSERT_TRUE(query.step());
    EXPECT_EQ(store.archive().frames, query.integer(0));
    EXPECT_EQ(store.archive().sealed_frames, query.integer(1));
    EXPECT_EQ(store.archive().frame_bytes, query.integer(2));
}

class RetentionTest : public ::testing::Test {
protected:
    void live(std::int64_t from, std::int64_t to) {
        std::vector<ports::Frame> some(frames_.begin() + static_cast<std::ptrdiff_t>(from - 1),
                                       frames_.begin() + static_cast<std::ptrdiff_t>(to));
        append_live(store_, house_, some);
    }
    void reopen() {
        { const Database closed = std::move(store_); }
        store_ = open_store(dir_);
    }

    TempDir dir_;
    Database store_ = open_store(dir_);
    LittleHouse house_;  // has no key for the other bridge
    std::vector<ports::Frame> frames_ = house_days(400);
};

TEST_F(RetentionTest, DropsOldOpenedFramesAndKeepsSealedOnesAndHistory) {
    live(1, 200);
    const auto before = dump(store_);
    EXPECT_EQ(retain(store_, up_to(150)), RetentionStep::Done);
    EXPECT_EQ(dump(store_), before);
    const auto left = store_.frames(0, 1'000).value();
    std::int64_t sealed = 0;
    for (const ports::Frame& each : left) {
        if (each.id <= 150) {
            EXPECT_EQ(each.bridge, kOtherBridge) << each.id;
            ++sealed;
        }
    }
    EXPECT_EQ(static_cast<std::int64_t>(left.size()), 50 + sealed);
    EXPECT_EQ(store_.archive().dropped_by_age, 150 - sealed);
    EXPECT_EQ(store_.archive().dropped_by_size, 0);
    expect_counted(store_, dir_);
    reopen();
    expect_counted(store_, dir_);
    EXPECT_EQ(store_.archive().dropped_by_age, 150 - sealed);
    EXPECT_EQ(store_.load().value().last_frame_id, 200);
}

TEST_F(RetentionTest, RebuildAfterItGivesTheSameAsBefore) {
    live(1, 300);
    for (const std::int64_t id : {1, 40, 41, 120, 299, 300}) {
        const auto before = dump(store_);
        ASSERT_EQ(retain(store_, up_to(id)), RetentionStep::Done);
        LittleHouse job;
        rebuild(store_, job);
        ASSERT_EQ(dump(store_), before) << id;
        for (const std::int64_t replayed : job.replayed) ASSERT_GT(replayed, id);
    }
    // And the job has what it takes to go on.
    LittleHouse job;
    rebuild(store_, job);
    append_live(store_, job, {frames_.begin() + 300, frames_.end()});
    const TempDir other_dir;
    Database other = open_store(other_dir);
    LittleHouse other_live;
    append_live(other, other_live, frames_);
    EXPECT_EQ(dump(store_), dump(other));
}

TEST_F(RetentionTest, SlicesAndRestartsBetweenThemChangeNothing) {
    live(1, 120);
    const auto before = dump(store_);
    for (int slices = 0;; ++slices) {
        const auto step = store_.retain(house(), up_to(100), one());
        ASSERT_TRUE(step) << step.error().message;
        if (*step == RetentionStep::Done) break;
        if (slices % 7 == 0) reopen();
        if (slices % 11 == 0) {
            LittleHouse job;
            rebuild(store_, job);
            ASSERT_EQ(dump(store_), before);
        }
        expect_counted(store_, dir_);
    }
    LittleHouse job;
    rebuild(store_, job);
    EXPECT_EQ(dump(store_), before);
}

TEST_F(RetentionTest, SealedFramesThatStayedOpenWithALaterKey) {
    live(1, 300);
    retain(store_, up_to(200));
    LittleHouse job({"k"});
    rebuild(store_, job);
    EXPECT_EQ(store_.archive().sealed_frames, 0);
    const TempDir other_dir;
    Database other = open_store(other_dir);
    LittleHouse other_live({"k"});
    append_live(other, other_live, {frames_.begin(), frames_.begin() + 300});
    EXPECT_EQ(dump(store_), dump(other));
    // Now they are opened ones and go like them.
    const auto before = dump(store_);
    EXPECT_EQ(retain(store_, up_to(250), {"k"}), RetentionStep::Done);
    EXPECT_EQ(ids(store_).front(), 251);
    LittleHouse again({"k"});
    rebuild(store_, again);
    EXPECT_EQ(dump(store_), before);
    expect_counted(store_, dir_);
}

TEST_F(RetentionTest, WaitingFramesNeverGoBeforeTheCloudHasThem) {
    live(1, 100);
    std::vector<std::int64_t> own;
    for (const ports::Frame& each : frames_) {
        if (each.bridge == kBridge && each.id <= 100) own.push_back(each.id);
    }
    ASSERT_GT(own.size(), 10U);
    const std::vector<std::int64_t> waiting{own[2], own[5], own[8]};
    append(store_, {ports::CloudMissed{kBridge, waiting}});
    const auto before = dump(store_);
    retain(store_, to_bytes(0));
    EXPECT_EQ(ids(store_), waiting);
    EXPECT_EQ(store_.load().value().waiting, (std::vector{std::pair{kBridge, waiting}}));
    EXPECT_EQ(retain(store_, to_bytes(0)), RetentionStep::Done);
    EXPECT_EQ(ids(store_), waiting);
    LittleHouse job;
    rebuild(store_, job);
    EXPECT_EQ(dump(store_), before);
    EXPECT_TRUE(job.replayed.empty());
    append(store_, {ports::CloudHas{kBridge, own[5]}});
    EXPECT_EQ(ids(store_), std::vector{own[8]});
    expect_counted(store_, dir_);
    reopen();
    expect_counted(store_, dir_);
}

TEST_F(RetentionTest, BySizeOpenedFramesGoFirstThenSealedOnes) {
    live(1, 200);
    std::int64_t sealed_bytes = 0;
    std::int64_t sealed = 0;
    const auto frames = store_.frames(0, 1'000).value();
    for (const ports::Frame& each : frames) {
        if (each.bridge != kOtherBridge) continue;
        ++sealed;
        sealed_bytes += size_of(each);
    }
    const std::int64_t half = (store_.archive().frame_bytes + sealed_bytes) / 2;
    EXPECT_EQ(retain(store_, to_bytes(half)), RetentionStep::Done);
    EXPECT_LE(store_.archive().frame_bytes, half);
    EXPECT_GT(store_.archive().frame_bytes, half - 100);
    EXPECT_EQ(store_.archive().sealed_frames, sealed);
    EXPECT_EQ(ids(store_).back(), 200);
    EXPECT_EQ(retain(store_, to_bytes(sealed_bytes / 2)), RetentionStep::Done);
    EXPECT_LE(store_.archive().frame_bytes, sealed_bytes / 2);
    EXPECT_EQ(store_.archive().frames, store_.archive().sealed_frames);
    EXPECT_GT(store_.archive().sealed_frames, sealed / 3);
    EXPECT_GT(ids(store_).front(), 50) << "the oldest go first";
    expect_counted(store_, dir_);
    const auto before = dump(store_);
    LittleHouse job;
    rebuild(store_, job);
    EXPECT_EQ(dump(store_), before);
    EXPECT_FALSE(dump(store_, "estimate").empty());
}

TEST_F(RetentionTest, NumbersOfDroppedFramesAreNotGivenAgain) {
    live(1, 20);
    retain(store_, to_bytes(0));
    EXPECT_TRUE(ids(store_).empty());
    EXPECT_EQ(store_.load().value().last_frame_id, 20);
    reopen();
    EXPECT_EQ(store_.load().value().last_frame_id, 20);
    EXPECT_EQ(store_.archive().last_id, 20);
    live(21, 60);
    LittleHouse job;
    const auto before = dump(store_);
    rebuild(store_, job);
    EXPECT_EQ(dump(store_), before);
}

TEST_F(RetentionTest, WaitsForTheRebuildThatANewKeyAsksFor) {
    live(1, 100);
    EXPECT_EQ(retain(store_, up_to(100), {"k"}), RetentionStep::WaitsForRebuild);
    LittleHouse job({"k"});
    rebuild(store_, job);
    EXPECT_EQ(retain(store_, up_to(100), {"k"}), RetentionStep::Done);
    EXPECT_EQ(store_.archive().frames, 0);
}

TEST_F(RetentionTest, WaitsForAKeyThatIsGone) {
    LittleHouse with_key({"k"});
    append_live(store_, with_key, {frames_.begin(), frames_.begin() + 100});
    const auto before = dump(store_);
    EXPECT_EQ(retain(store_, up_to(100)), RetentionStep::WaitsForKey);
    EXPECT_GT(store_.archive().frames, 30);
    EXPECT_EQ(retain(store_, up_to(100), {"k"}), RetentionStep::Done);
    LittleHouse job({"k"});
    rebuild(store_, job);
    EXPECT_EQ(dump(store_), before);
}

TEST_F(RetentionTest, CalibrationsOfTheDroppedPastStayInTheRegister) {
    ports::CalibrationRecord record;
    record.sensor = kSensor;
    record.entry = {at_s(kHouseStart), {10'000}};
    record.after_frame = 50;
    live(1, 50);
    append(store_, {record});
    house_.calibration(record);
    live(51, 200);
    const auto before = dump(store_);
    retain(store_, up_to(120));
    edit(dir_)->execute("UPDATE meters SET lifetime_ul = 0");
    LittleHouse job;
    rebuild(store_, job);
    EXPECT_EQ(dump(store_), before);
}

TEST_F(RetentionTest, FreedSpaceIsUsedAgain) {
    for (int i = 0; i < 4; ++i) {
        for (ports::Frame& each : frames_) {
            each.id += i == 0 ? 0 : 400;
            each.topic.assign(3'000, 't');
        }
        live(1, 400);
        retain(store_, to_bytes(0));
    }
    ASSERT_TRUE(store_.checkpoint());
    EXPECT_LT(std::filesystem::file_size(dir_.database()), 3'000'000U);
}

TEST_F(RetentionTest, FileShrinksBitByBit) {
    for (ports::Frame& each : frames_) each.topic.assign(100'000, 't');
    live(1, 400);
    retain(store_, to_bytes(0));
    ASSERT_TRUE(store_.checkpoint());
    const auto large = std::filesystem::file_size(dir_.database());
    ASSERT_GT(large, 38'000'000U);
    int slices = 0;
    while (store_.shrink().value()) ++slices;
    EXPECT_GT(slices, 10);
    ASSERT_TRUE(store_.checkpoint());
    EXPECT_LT(std::filesystem::file_size(dir_.database()), 20'000'000U);
}

}  // namespace
}  // namespace millrace::store::test
