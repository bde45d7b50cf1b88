// What the writer does when the disk does not do its part.
#include <signal.h>
#include <sys/resource.h>

#include <memory>
#include <sstream>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include "store/writer.h"
#include "store_fixture.h"

namespace millrace::store::test {
namespace {

class WriterFailure : public ::testing::Test {
protected:
    WriterFailure() {
        auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(log_);
        spdlog::register_logger(std::make_shared<spdlog::logger>("store", sink));
    }
    ~WriterFailure() override { spdlog::drop("store"); }

    // Commits and waits for the answer.
    bool store(Writer& writer, ports::Commit commit) {
        std::optional<bool> answer;
        EXPECT_TRUE(writer.commit(std::move(commit), [&](bool durable) { answer = durable; }));
        EXPECT_TRUE(loop_.run_until([&] { return answer.has_value(); }));
        return answer.value_or(false);
    }

    ports::Commit large_commit() {
        ports::Commit made{frame(++id_), {}};
        made.frame.payload.assign(20'000, 0x55);
        return made;
    }

    static ports::HealthItem health_of(const Writer& writer) {
        std::vector<ports::HealthItem> items;
        writer.health(items);
        return items.at(0);
    }

    std::size_t logged(const std::string& text) const {
        std::size_t count = 0;
        const std::string log = log_.str();
        for (auto at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++count;
        return count;
    }

    TempDir dir_;
    FakeClock clock_;
    FakeLoop loop_;
    std::ostringstream log_;
    std::int64_t id_ = 0;
};

TEST_F(WriterFailure, FullDiskIsSaidOnceAndMendsItself) {
    Writer writer(open_store(dir_, {.max_pages = 64}), dir_.settings(), clock_, loop_.post());
    writer.start();
    int stored = 0;
    while (store(writer, large_commit())) ASSERT_LT(++stored, 60);
    EXPECT_GT(stored, 1);
    for (int i = 0; i < 20; ++i) EXPECT_FALSE(store(writer, large_commit()));
    const ports::HealthItem ill = health_of(writer);
    EXPECT_FALSE(ill.ok);
    EXPECT_NE(ill.detail.find("no space left"), std::string::npos) << ill.detail;
    EXPECT_NE(ill.detail.find(dir_.database()), std::string::npos);
    EXPECT_EQ(logged("no space left"), 1U);

    {  // Somebody makes room.
        SQLite::Database other(dir_.database(), SQLite::OPEN_READWRITE, 5'000);
        other.exec("DELETE FROM frames WHERE id <= 2");
    }
    EXPECT_TRUE(store(writer, large_commit()));
    EXPECT_TRUE(health_of(writer).ok);
    EXPECT_EQ(logged("storing works again"), 1U);
}

TEST_F(WriterFailure, FlickeringTroubleIsNotLoggedEachTime) {
    Writer writer(open_store(dir_, {.max_pages = 64}), dir_.settings(), clock_, loop_.post());
    writer.start();
    while (store(writer, large_commit())) ASSERT_LT(id_, 60);
    for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(store(writer, {frame(++id_), {}}));  // small ones still fit
        EXPECT_FALSE(store(writer, large_commit()));
    }
    EXPECT_EQ(logged("no space left"), 1U);
    clock_.advance(base::Seconds{60});
    EXPECT_TRUE(store(writer, {frame(++id_), {}}));
    EXPECT_FALSE(store(writer, large_commit()));
    EXPECT_EQ(logged("no space left"), 2U);
}

// A limit on the size of files makes every write beyond it fail as a broken disk would.
TEST_F(WriterFailure, InputOutputErrorIsSaidAndMendsItself) {
    ASSERT_NE(::signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    rlimit normal{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &normal), 0);
    Writer writer(open_store(dir_), dir_.settings(), clock_, loop_.post());
    writer.start();
    EXPECT_TRUE(store(writer, large_commit()));
    const rlimit small{1'000, normal.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const bool while_broken = store(writer, large_commit());
    const ports::HealthItem ill = health_of(writer);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &normal), 0);
    EXPECT_FALSE(while_broken);
    EXPECT_FALSE(ill.ok);
    EXPECT_NE(ill.detail.find("input/output error"), std::string::npos) << ill.detail;
    EXPECT_TRUE(store(writer, large_commit()));
    EXPECT_TRUE(health_of(writer).ok);
}

TEST_F(WriterFailure, RecordThatIsRefusedDoesNotTakeDownItsBatch) {
    Writer writer(open_store(dir_), dir_.settings(), clock_, loop_.post());
    std::vector<bool> answers;
    const auto keep = [&](bool durable) { answers.push_back(durable); };
    for (const std::int64_t id : {1, 2, 2, 3}) ASSERT_TRUE(writer.commit(commit(id), keep));
    writer.start();
    ASSERT_TRUE(loop_.run_until([&] { return answers.size() == 4; }));
    EXPECT_EQ(answers, (std::vector{true, true, false, true}));
    EXPECT_FALSE(health_of(writer).ok);
}

TEST_F(WriterFailure, StopIsBoundedWhenAnotherProgramHoldsTheLock) {
    WriterLimits limits;
    limits.stop = base::Milliseconds{10};
    limits.batch_entries = 1;
    Writer writer(open_store(dir_, {.busy_timeout_ms = 50}), dir_.settings(), clock_, loop_.post(), limits);
    SQLite::Database other(dir_.database(), SQLite::OPEN_READWRITE);
    other.exec("BEGIN IMMEDIATE");
    std::vector<bool> answers;
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(writer.commit(commit(++id_), [&](bool durable) { answers.push_back(durable); }));
    }
    writer.start();
    writer.stop();  // one transaction waits for the lock until its own time is up; the other four are given up
    loop_.run_posted();
    EXPECT_EQ(answers, std::vector<bool>(5, false));
    EXPECT_NE(health_of(writer).detail.find("locked"), std::string::npos) << health_of(writer).detail;
}

}  // namespace
}  // namespace millrace::store::test
