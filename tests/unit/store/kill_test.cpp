// A process that is killed in the middle of its work has lost nothing that it reported as stored.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/system_clock.h"
#include "store/writer.h"
#include "store_fixture.h"

namespace millrace::store::test {
namespace {

// Runs in the child: commits without end and writes the id of each durable frame into the pipe.
[[noreturn]] void commit_and_report(const TempDir& dir, int pipe) {
    const base::SystemClock clock;
    FakeLoop loop;
    Database store = open_store(dir);
    std::int64_t id = store.load().value().last_frame_id;
    Writer writer(std::move(store), dir.settings(), clock, loop.post());
    writer.start();
    std::size_t in_flight = 0;
    for (;;) {
        while (in_flight < 5) {
            ++id;
            ports::Commit commit{frame(id), {reading_record(1'700'000'000 + id, id)}};
            const bool queued = writer.commit(std::move(commit), [&in_flight, id, pipe](bool durable) {
                --in_flight;
                if (!durable || ::write(pipe, &id, sizeof id) != sizeof id) ::_exit(2);
            });
            if (!queued) ::_exit(3);
            ++in_flight;
        }
        const std::size_t before = in_flight;
        if (!loop.run_until([&] { return in_flight < before; })) ::_exit(4);
    }
}

TEST(Kill, LosesNothingThatWasReportedDurable) {
    const TempDir dir;
    std::int64_t last = 0;
    for (const int reports : {1, 3, 20, 57, 120}) {
        int pipe[2];
        ASSERT_EQ(::pipe(pipe), 0);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            ::close(pipe[0]);
            commit_and_report(dir, pipe[1]);
        }
        ::close(pipe[1]);
        std::int64_t id = 0;
        for (int i = 0; i < reports; ++i) {
            ASSERT_EQ(::read(pipe[0], &id, sizeof id), static_cast<ssize_t>(sizeof id)) << "the child gave up";
            last = id;
        }
        ASSERT_EQ(::kill(child, SIGKILL), 0);
        while (::read(pipe[0], &id, sizeof id) == static_cast<ssize_t>(sizeof id)) last = id;
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status));
        ::close(pipe[0]);

        Database store = open_store(dir);
        std::int64_t expected = 0;
        for (auto page = store.frames(expected, 1'000).value(); !page.empty();
             page = store.frames(expected, 1'000).value()) {
            for (const ports::Frame& each : page) ASSERT_EQ(each.id, ++expected);
        }
        EXPECT_GE(expected, last);
        EXPECT_EQ(dump(store, "reading").size(), static_cast<std::size_t>(expected));
    }
}

}  // namespace
}  // namespace millrace::store::test
