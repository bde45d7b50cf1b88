#include "store/writer.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include <gtest/gtest.h>

#include "store_fixture.h"

namespace millrace::store::test {
namespace {

ports::Commit plain_commit(std::int64_t id) {
    return {frame(id), {reading_record(1'700'000'000 + id, id)}};
}

double figure(const Writer& writer, const std::string& name) {
    std::vector<ports::Metric> metrics;
    writer.metrics(metrics);
    for (const ports::Metric& metric : metrics) {
        if (metric.name == name) return metric.value;
    }
    ADD_FAILURE() << name;
    return -1;
}

ports::HealthItem health_of(const Writer& writer) {
    std::vector<ports::HealthItem> items;
    writer.health(items);
    return items.at(0);
}

class WriterTest : public ::testing::Test {
protected:
    TempDir dir_;
    FakeClock clock_;
    FakeLoop loop_;
};

TEST_F(WriterTest, AnswersOnceTheCommitIsStored) {
    Writer writer(open_store(dir_), dir_.settings(), clock_, loop_.post());
    writer.start();
    std::vector<bool> answers;
    ASSERT_TRUE(writer.commit(plain_commit(1), [&](bool durable) { answers.push_back(durable); }));
    ASSERT_TRUE(loop_.run_until([&] { return !answers.empty(); }));
    EXPECT_EQ(answers, std::vector{true});
    EXPECT_TRUE(health_of(writer).ok);
    EXPECT_EQ(health_of(writer).part, "store");
    writer.stop();
    EXPECT_EQ(figure(writer, "millrace_store_commits_total"), 1);
    EXPECT_EQ(figure(writer, "millrace_store_waiting_commits"), 0);
}

TEST_F(WriterTest, WhatIsQueuedTogetherIsOneTransactionAndOnePost) {
    Writer writer(open_store(dir_), dir_.settings(), clock_, loop_.post());
    std::vector<std::int64_t> order;
    for (std::int64_t id = 1; id <= 50; ++id) {
        ASSERT_TRUE(writer.commit(plain_commit(id), [&order, id](bool durable) {
            if (durable) order.push_back(id);
        }));
    }
    writer.start();
    ASSERT_TRUE(loop_.run_until([&] { return order.size() == 50; }));
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
    EXPECT_EQ(loop_.posts(), 1U);
    EXPECT_EQ(figure(writer, "millrace_store_transactions_total"), 1);
}

TEST_F(WriterTest, LongQueueIsCutIntoBatches) {
    WriterLimits limits;
    limits.batch_entries = 20;
    Writer writer(open_store(dir_), dir_.settings(), clock_, loop_.post(), limits);
    int answers = 0;
    for (std::int64_t id = 1; id <= 50; ++id) ASSERT_TRUE(writer.commit(plain_commit(id), [&](bool) { ++answers; }));
    writer.start();
    ASSERT_TRUE(loop_.run_until([&] { return answers == 50; }));
    EXPECT_EQ(loop_.posts(), 3U);
}

TEST_F(WriterTest, FullQueueRefusesByCount) {
    Settings settings = dir_.settings();
    settings.max_queued_commits = 3;
    Writer writer(open_store(dir_), settings, clock_, loop_.post());
    int answers = 0;
    for (std::int64_t id = 1; id <= 3; ++id) EXPECT_TRUE(writer.commit(plain_commit(id), [&](bool) { ++answers; }));
    EXPECT_FALSE(writer.commit(plain_commit(4), [](bool) { FAIL() << "refused commits are not answered"; }));
    EXPECT_FALSE(health_of(writer).ok);
    writer.start();
    ASSERT_TRUE(loop_.run_until([&] { return answers == 3; }));
    EXPECT_TRUE(writer.commit(plain_commit(5), [&](bool) { ++answers; }));
    ASSERT_TRUE(loop_.run_until([&] { return answers == 4; }));
    EXPECT_TRUE(health_of(writer).ok);
    EXPECT_EQ(figure(writer, "millrace_store_refused_commits_total"), 1);
}

TEST_F(WriterTest, FullQueueRefusesByBytes) {
    WriterLimits limits;
    limits.queued_bytes = 100'000;
    Writer writer(open_store(dir_), dir_.settings(), clock_, loop_.post(), limits);
    ports::Commit large = plain_commit(1);
    large.frame.payload.assign(60'000, 0x55);
    EXPECT_TRUE(writer.commit(large, [](bool) {}));
    large.frame.id = 2;
    EXPECT_FALSE(writer.commit(large, [](bool) {}));
    EXPECT_TRUE(writer.commit(plain_commit(3), [](bool) {}));
}

TEST_F(WriterTest, StopWritesWhatIsQueuedAndRefusesWhatComesAfter) {
    std::vector<bool> answers;
    {
        Writer writer(open_store(dir_), dir_.settings(), clock_, loop_.post());
        for (std::int64_t id = 1; id <= 10; ++id) {
            ASSERT_TRUE(writer.commit(plain_commit(id), [&](bool durable) { answers.push_back(durable); }));
        }
        writer.start();
        writer.stop();
        EXPECT_FALSE(writer.commit(plain_commit(11), [](bool) {}));
    }
    loop_.run_posted();
    EXPECT_EQ(answers, std::vector<bool>(10, true));
    EXPECT_EQ(open_store(dir_).load().value().last_frame_id, 10);
}

TEST_F(WriterTest, WriterThatWasNeverStartedAnswersNotDurable) {
    std::vector<bool> answers;
    {
        Writer writer(open_store(dir_), dir_.settings(), clock_, loop_.post());
        ASSERT_TRUE(writer.commit(plain_commit(1), [&](bool durable) { answers.push_back(durable); }));
    }
    loop_.run_posted();
    EXPECT_EQ(answers, std::vector{false});
}

TEST_F(WriterTest, EmptiesTheLogWhenIdle) {
    WriterLimits limits;
    limits.idle = base::Milliseconds{1};
    Writer writer(open_store(dir_), dir_.settings(), clock_, loop_.post(), limits);
    writer.start();
    bool stored = false;
    ASSERT_TRUE(writer.commit(plain_commit(1), [&](bool) { stored = true; }));
    ASSERT_TRUE(loop_.run_until([&] { return stored; }));
    while (std::filesystem::file_size(dir_.database() + "-wal") != 0) std::this_thread::yield();
    writer.stop();
    EXPECT_GE(figure(writer, "millrace_store_checkpoints_total"), 1);
}

std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST_F(WriterTest, TheFileDoesNotChangeWhileItIsHeldAndWithItsLogHoldsEverything) {
    WriterLimits limits;
    limits.idle = base::Milliseconds{1};
    std::int64_t id = 0;
    const auto commit = [&](Writer& writer, int count) {
        int stored = 0;
        for (int i = 0; i < count; ++i) {
            ASSERT_TRUE(writer.commit(plain_commit(++id), [&](bool durable) { stored += durable ? 1 : 0; }));
        }
        ASSERT_TRUE(loop_.run_until([&] { return stored == count; }));
    };
    TempDir copy;
    {
        Writer writer(open_store(dir_), dir_.settings(), clock_, loop_.post(), limits);
        writer.start();
        commit(writer, 3);
        std::optional<bool> held;
        writer.hold_file([&](const auto& done) { held = done.has_value(); });
        ASSERT_TRUE(loop_.run_until([&] { return held.has_value(); }));
        EXPECT_TRUE(*held);
        const std::string still = content_of(dir_.database());
        constexpr int kMoreThanACheckpointWants = 3'000;
        commit(writer, kMoreThanACheckpointWants);
        commit(writer, 1);
        EXPECT_EQ(content_of(dir_.database()), still);
        std::filesystem::create_directories(std::filesystem::path(copy.database()).parent_path());
        std::ofstream(copy.database(), std::ios::binary) << still;
        std::ofstream(copy.database() + "-wal", std::ios::binary) << content_of(dir_.database() + "-wal");
        writer.stop();
    }
    EXPECT_EQ(open_store(copy).load().value().last_frame_id, id) << "the copy is whole";
    EXPECT_GT(std::filesystem::file_size(dir_.database() + "-wal"), 0U) << "not even the end moved the log";
    EXPECT_EQ(open_store(dir_).load().value().last_frame_id, id);
}

TEST_F(WriterTest, AHoldEndsWhenReleasedAndByItself) {
    WriterLimits limits;
    limits.idle = base::Milliseconds{1};
    Writer writer(open_store(dir_), dir_.settings(), clock_, loop_.post(), limits);
    writer.start();
    std::int64_t id = 0;
    const auto empties_the_log = [&] {
        bool stored = false;
        EXPECT_TRUE(writer.commit(plain_commit(++id), [&](bool) { stored = true; }));
        EXPECT_TRUE(loop_.run_until([&] { return stored; }));
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
        while (std::filesystem::file_size(dir_.database() + "-wal") != 0) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            std::this_thread::yield();
        }
        return true;
    };
    const auto hold = [&] {
        bool held = false;
        writer.hold_file([&](const auto& done) { held = done.has_value(); });
        return loop_.run_until([&] { return held; });
    };
    ASSERT_TRUE(hold());
    bool released = false;
    writer.release_file([&] { released = true; });
    ASSERT_TRUE(loop_.run_until([&] { return released; }));
    EXPECT_TRUE(empties_the_log());
    ASSERT_TRUE(hold());
    clock_.advance(ports::FileHold::kLongest);
    EXPECT_TRUE(empties_the_log());
}

TEST_F(WriterTest, OptimizesOnceADay) {
    WriterLimits limits;
    limits.idle = base::Milliseconds{1};
    Writer writer(open_store(dir_), dir_.settings(), clock_, loop_.post(), limits);
    writer.start();
    std::int64_t id = 0;
    const auto commit_and_idle = [&] {
        const double before = figure(writer, "millrace_store_checkpoints_total");
        bool stored = false;
        ASSERT_TRUE(writer.commit(plain_commit(++id), [&](bool) { stored = true; }));
        ASSERT_TRUE(loop_.run_until([&] { return stored; }));
        while (figure(writer, "millrace_store_checkpoints_total") <= before) std::this_thread::yield();
    };
    commit_and_idle();
    clock_.advance(base::Seconds{24 * 60 * 60 - 1});
    commit_and_idle();
    commit_and_idle();
    EXPECT_EQ(figure(writer, "millrace_store_optimizations_total"), 0);
    clock_.advance(base::Seconds{1});
    commit_and_idle();
    commit_and_idle();
    EXPECT_EQ(figure(writer, "millrace_store_optimizations_total"), 1);
}

}  // namespace
}  // namespace millrace::store::test
