// A server ends the session that the store is open with: nothing may be taken for written, nor written any more.
#include "store/writer.h"

#include <algorithm>
#include <memory>
#include <optional>

#include <gtest/gtest.h>

#include "store_fixture.h"

namespace millrace::store::test {
namespace {

class ServerSession : public ::testing::Test {
protected:
    void end_session() {
        edit(dir_)->execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            " AND classid = hashtext('millrace')::bit(32)::bigint::oid AND objid = "
            "hashtext(current_schema())::bit(32)::bigint::oid");
    }

    TempDir dir_;
    FakeClock clock_;
    FakeLoop loop_;
};

TEST_F(ServerSession, AnotherDaemonWaitsForItsEndAndReadsWhatWasWritten) {
    auto first = std::make_unique<Database>(open_store(dir_));
    ASSERT_TRUE(first->append(std::vector<Entry>{ports::Commit{frame(1), {reading_record(1'700'000'001, 1)}}}));
    Settings settings = dir_.settings();
    settings.state_dir += "-of-another";
    const auto refused = Database::open(settings);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().cause, Fault::Cause::Locked);
    first.reset();
    auto second = Database::open(settings);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->load()->last_frame_id, 1);
}

TEST_F(ServerSession, ItsEndIsToldBeforeTheCommitThatShowsItIsAnswered) {
    std::optional<Writer> writer(std::in_place, open_store(dir_), dir_.settings(), clock_, loop_.post());
    std::vector<std::string> told;
    writer->on_lost([&](const std::string& why) { told.push_back("lost: " + why); });
    writer->start();
    end_session();
    for (std::int64_t id = 1; id <= 3; ++id) {
        ASSERT_TRUE(writer->commit({ports::Commit{frame(id), {}}},
                                   [&](bool durable) { told.emplace_back(durable ? "durable" : "not durable"); }));
    }
    ASSERT_TRUE(loop_.run_until([&] { return told.size() == 4; }));
    EXPECT_NE(told.front().find("cannot be reached"), std::string::npos) << told.front();
    EXPECT_EQ(std::count(told.begin(), told.end(), "not durable"), 3);
    writer.reset();
    EXPECT_EQ(open_store(dir_).load()->last_frame_id, 0);
}

TEST_F(ServerSession, ItsEndIsNoticedWhereNothingComesIn) {
    WriterLimits limits;
    limits.idle = base::Milliseconds{20};
    Writer writer(open_store(dir_), dir_.settings(), clock_, loop_.post(), limits);
    bool lost = false;
    writer.on_lost([&](const std::string&) { lost = true; });
    writer.start();
    end_session();
    EXPECT_TRUE(loop_.run_until([&] { return lost; }));
}

}  // namespace
}  // namespace millrace::store::test
