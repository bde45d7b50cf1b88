// Rebuild and retention as the writer does them, between commits.
#include "store/upkeep.h"

#include <future>

#include <gtest/gtest.h>

#include "little_house.h"
#include "store/writer.h"

namespace millrace::store::test {
namespace {

using JobResult = base::Result<std::unique_ptr<RebuildJob>, base::Error>;

class UpkeepTest : public ::testing::Test {
protected:
    UpkeepTest() {
        limits_.idle = base::Milliseconds{1};
        limits_.upkeep.slice_frames = 5;
    }

    void make_writer(OpenOptions options = {}) {
        writer_ = std::make_unique<Writer>(open_store(dir_, options), settings_, clock_, loop_.post(), limits_);
        writer_->start();
    }

    // A writer that finds its keys and the first frames there: no quiet moment comes before it has written them.
    void make_writer_with(std::int64_t frames, std::set<std::string> keys) {
        writer_ = std::make_unique<Writer>(open_store(dir_), settings_, clock_, loop_.post(), limits_);
        writer_->set_replay([keys = std::move(keys)] { return std::make_unique<LittleHouse>(keys); });
        commit_live(1, frames);
        writer_->start();
        wait_for(frames);
    }

    void commit_live(std::int64_t from, std::int64_t to) {
        for (std::int64_t id = from; id <= to; ++id) {
            ASSERT_TRUE(writer_->commit(live_.live(frames_[static_cast<std::size_t>(id - 1)]),
                                        [this](bool durable) { durable_ += durable; }));
        }
    }

    void wait_for(std::int64_t durable) {
        ASSERT_TRUE(loop_.run_until([&] { return durable_ == durable; }));
    }

    // Starts a rebuild and waits until it has caught up.
    base::Result<void, base::Error> rebuild(std::unique_ptr<RebuildJob> job) {
        std::optional<base::Result<void, base::Error>> answer;
        EXPECT_TRUE(writer_->start_rebuild(std::move(job), "asked for", [&](auto result) { answer = result; }));
        EXPECT_TRUE(loop_.run_until([&] { return answer.has_value(); }));
        return *answer;
    }

    JobResult switch_rebuild() {
        std::optional<JobResult> answer;
        writer_->switch_rebuild([&](JobResult result) { answer = std::move(result); });
        EXPECT_TRUE(loop_.run_until([&] { return answer.has_value(); }));
        return std::move(*answer);
    }

    std::vector<std::string> dump_of_store() {
        writer_.reset();
        loop_.run_posted();
        Database store = open_store(dir_);
        return dump(store);
    }

    // What a store holds that saw the first `count` frames with the key.
    std::vector<std::string> dump_with_key(std::int64_t count) {
        const TempDir dir;
        Database store = open_store(dir);
        LittleHouse live({"k"});
        append_live(store, live, {frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(count)});
        return dump(store);
    }

    TempDir dir_;
    Settings settings_ = dir_.settings();
    FakeClock clock_;
    FakeLoop loop_;
    WriterLimits limits_;
    LittleHouse live_;
    std::vector<ports::Frame> frames_ = house_days(400);
    std::unique_ptr<Writer> writer_;
    std::int64_t durable_ = 0;
};

TEST_F(UpkeepTest, RebuildRunsBesideCommitsAndGivesTheJobBackWhereTheLoopGoesOn) {
    make_writer();
    commit_live(1, 200);
    wait_for(200);
    std::optional<base::Result<void, base::Error>> caught_up;
    ASSERT_TRUE(writer_->start_rebuild(std::make_unique<LittleHouse>(std::set<std::string>{"k"}), "a key was added",
                                       [&](auto result) { caught_up = result; }));
    ASSERT_TRUE(writer_->archive_status().rebuild);
    EXPECT_EQ(writer_->archive_status().rebuild->reason, "a key was added");
    EXPECT_FALSE(writer_->start_rebuild(std::make_unique<LittleHouse>(), "again", [](auto) {}));
    commit_live(201, 300);
    wait_for(300);
    ASSERT_TRUE(loop_.run_until([&] { return caught_up.has_value(); }));
    ASSERT_TRUE(*caught_up);
    // Queued before the switch, so the job sees them.
    commit_live(301, 350);
    JobResult job = switch_rebuild();
    ASSERT_TRUE(job) << job.error().message;
    EXPECT_EQ(durable_, 350);
    EXPECT_FALSE(writer_->archive_status().rebuild);
    auto& house = dynamic_cast<LittleHouse&>(**job);
    EXPECT_EQ(house.replayed.size(), 350U);
    EXPECT_EQ(house.replayed.back(), 350);
    for (std::int64_t id = 351; id <= 400; ++id) {
        ASSERT_TRUE(writer_->commit(house.live(frames_[static_cast<std::size_t>(id - 1)]),
                                    [this](bool durable) { durable_ += durable; }));
    }
    wait_for(400);
    EXPECT_EQ(dump_of_store(), dump_with_key(400));
}

TEST_F(UpkeepTest, ProgressIsCounted) {
    make_writer();
    commit_live(1, 120);
    wait_for(120);
    ASSERT_TRUE(rebuild(std::make_unique<LittleHouse>()));
    const auto progress = writer_->archive_status().rebuild;
    ASSERT_TRUE(progress);
    EXPECT_EQ(progress->frames_done, 120);
    EXPECT_EQ(progress->frames_in_all, 120);
    EXPECT_EQ(progress->reason, "asked for");
    ASSERT_TRUE(switch_rebuild());
}

TEST_F(UpkeepTest, SwitchWithoutARebuildIsAnError) {
    make_writer();
    const JobResult job = switch_rebuild();
    ASSERT_FALSE(job);
    EXPECT_NE(job.error().message.find("no rebuild"), std::string::npos);
}

TEST_F(UpkeepTest, AbandonedRebuildIsSilentAndLeavesNothing) {
    make_writer();
    commit_live(1, 100);
    wait_for(100);
    ASSERT_TRUE(writer_->start_rebuild(std::make_unique<LittleHouse>(std::set<std::string>{"k"}), "x",
                                       [](auto) { FAIL() << "abandoned"; }));
    writer_->abandon_rebuild();
    while (writer_->archive_status().rebuild) std::this_thread::yield();
    loop_.run_posted();
    EXPECT_FALSE(switch_rebuild());
    // Another one can be started.
    ASSERT_TRUE(rebuild(std::make_unique<LittleHouse>(std::set<std::string>{"k"})));
    ASSERT_TRUE(switch_rebuild());
    EXPECT_EQ(dump_of_store(), dump_with_key(100));
}

TEST_F(UpkeepTest, StopInTheMiddleOfARebuildLeavesEverythingAsItWas) {
    make_writer();
    commit_live(1, 300);
    wait_for(300);
    std::vector<std::string> before;
    before = dump_of_store();
    make_writer();
    ASSERT_TRUE(writer_->start_rebuild(std::make_unique<LittleHouse>(std::set<std::string>{"k"}), "x", [](auto) {}));
    EXPECT_EQ(dump_of_store(), before);
}

TEST_F(UpkeepTest, FailedRebuildIsSaidAndTheNextSwitchToo) {
    make_writer();
    commit_live(1, 400);
    wait_for(400);
    const auto before = dump_of_store();
    const auto pages = static_cast<std::int64_t>(std::filesystem::file_size(dir_.database()) / 4'096);
    make_writer({.max_pages = pages + 20});
    const auto done = rebuild(std::make_unique<LittleHouse>(std::set<std::string>{"k"}));
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().message.find("no space left"), std::string::npos) << done.error().message;
    const JobResult job = switch_rebuild();
    ASSERT_FALSE(job);
    EXPECT_NE(job.error().message.find("no space left"), std::string::npos) << job.error().message;
    EXPECT_FALSE(writer_->archive_status().rebuild);
    EXPECT_EQ(dump_of_store(), before);
}

TEST_F(UpkeepTest, RetentionKeepsTheDaysThatAreSet) {
    settings_.keep_frames_days = 1;
    live_ = LittleHouse({"k"});
    clock_.set_wall(at_s(kHouseStart + 20 * 100 + 86'400 + 1));
    make_writer_with(200, {"k"});
    while (writer_->archive_status().frames != 100) std::this_thread::yield();
    EXPECT_EQ(writer_->archive_status().dropped_by_age, 100);
    EXPECT_EQ(writer_->archive_status().oldest_frame, frames_[100].received);
    // Not again before its time.
    clock_.set_wall(at_s(kHouseStart + 20 * 150 + 86'400 + 1));
    commit_live(201, 201);
    wait_for(201);
    clock_.advance(limits_.upkeep.retention_every);
    commit_live(202, 202);
    wait_for(202);
    while (writer_->archive_status().frames != 52) std::this_thread::yield();
    EXPECT_EQ(dump_of_store(), dump_with_key(202));
}

TEST_F(UpkeepTest, RetentionKeepsToTheSizeThatIsSet) {
    settings_.keep_frames_megabytes = 1;
    live_ = LittleHouse({"k"});
    for (ports::Frame& each : frames_) each.topic.assign(9'991, 't');
    limits_.batch_bytes = 16U << 20;  // all in one
    make_writer_with(400, {"k"});
    while (writer_->archive_status().frame_bytes > 1'000'000) std::this_thread::yield();
    EXPECT_GT(writer_->archive_status().frame_bytes, 980'000);
    EXPECT_EQ(writer_->archive_status().dropped_by_size + writer_->archive_status().frames, 400);
}

TEST_F(UpkeepTest, WithoutAReplayNothingIsDropped) {
    settings_.keep_frames_days = 1;
    clock_.set_wall(at_s(kHouseStart * 2));
    make_writer();
    commit_live(1, 50);
    wait_for(50);
    EXPECT_EQ(writer_->archive_status().frames, 50);
    writer_.reset();
    EXPECT_EQ(open_store(dir_).archive().frames, 50);
}

TEST_F(UpkeepTest, RetentionThatWaitsForAKeyIsIllHealth) {
    settings_.keep_frames_days = 1;
    live_ = LittleHouse({"k"});
    clock_.set_wall(at_s(kHouseStart * 2));
    make_writer_with(50, {});
    const auto archive = [&]() -> std::optional<ports::HealthItem> {
        std::vector<ports::HealthItem> items;
        writer_->health(items);
        for (const auto& item : items) {
            if (item.part == "archive") return item;
        }
        return std::nullopt;
    };
    while (!archive()) std::this_thread::yield();
    EXPECT_FALSE(archive()->ok);
    EXPECT_NE(archive()->detail.find("key"), std::string::npos);
    writer_->set_replay([] { return std::make_unique<LittleHouse>(std::set<std::string>{"k"}); });
    clock_.advance(limits_.upkeep.retention_every);
    commit_live(51, 51);
    wait_for(51);
    while (archive()) std::this_thread::yield();
}

// A busy writer has no quiet moments, and still clears up and drops.
TEST_F(UpkeepTest, BusyWriterKeepsToTheLimitsToo) {
    limits_.idle = base::Seconds{3'600};
    settings_.keep_frames_days = 1;
    live_ = LittleHouse({"k"});
    clock_.set_wall(at_s(kHouseStart * 2));
    make_writer();
    writer_->set_replay([] { return std::make_unique<LittleHouse>(std::set<std::string>{"k"}); });
    commit_live(1, 100);
    wait_for(100);
    EXPECT_EQ(writer_->archive_status().dropped_by_age, 0);
    clock_.advance(limits_.quiet_within);
    for (std::int64_t id = 101; id <= 120; ++id) {
        commit_live(id, id);
        wait_for(id);
    }
    EXPECT_GT(writer_->archive_status().dropped_by_age, 20);
}

}  // namespace
}  // namespace millrace::store::test
