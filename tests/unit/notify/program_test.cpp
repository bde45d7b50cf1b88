#include "notify/program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/system_clock.h"
#include "support/temporary_folder.h"

namespace millrace::notify {
namespace {

class Program : public testing::Test {
protected:
    Outcome run(std::vector<std::string> command, base::Seconds timeout = base::Seconds{10}) {
        Channel channel;
        channel.type = ChannelType::Exec;
        channel.command = std::move(command);
        channel.timeout = timeout;
        Notice notice;
        notice.title = "$(touch " + file("planted") + "); `id`";
        return run_program(channel, notice, clock_, cancel_);
    }
    [[nodiscard]] std::string file(const std::string& name) const { return folder_ / name; }
    [[nodiscard]] std::string content(const std::string& name) const {
        std::ifstream stream(file(name));
        std::ostringstream text;
        text << stream.rdbuf();
        return text.str();
    }

    support::TemporaryFolder folder_;
    base::SystemClock clock_;
    Cancel cancel_;
};

TEST_F(Program, ItsExitCodeIsTheOutcome) {
    EXPECT_EQ(run({"/bin/true"}).kind, Outcome::Kind::Delivered);
    const Outcome failed = run({"/bin/sh", "-c", "exit 3"});
    EXPECT_EQ(failed.kind, Outcome::Kind::Refused);
    EXPECT_EQ(failed.error, "the program ended with 3");
    EXPECT_EQ(run({"/bin/sh", "-c", "kill -9 $$"}).error, "the program was ended by signal 9");
}

TEST_F(Program, OneThatIsNotThereIsSaid) {
    EXPECT_EQ(run({"/nowhere/to/be/found"}).error, "the program cannot be started: No such file or directory");
}

TEST_F(Program, ArgumentsAndFactsReachItWithoutAShell) {
    ASSERT_EQ(
        run({"/bin/sh", "-c", "printf '%s|%s' \"$MILLRACE_TITLE\" \"$1\" > \"$0\"", file("out"), "a; b $HOME"}).error,
        "");
    EXPECT_EQ(content("out"), "$(touch " + file("planted") + "); `id`|a; b $HOME");
    EXPECT_FALSE(std::filesystem::exists(file("planted")));
}

TEST_F(Program, InheritsNoDescriptorAndNoEnvironment) {
    setenv("SUPERVISOR_TOKEN", "hush", 1);
    const int secret = open("/dev/null", O_RDONLY);  // NOLINT
    const int high = fcntl(secret, F_DUPFD, 57);     // NOLINT
    ASSERT_EQ(
        run({"/bin/sh", "-c", "env > \"$0\"; [ -e /proc/self/fd/57 ] && echo open >> \"$0\"; true", file("out")}).error,
        "");
    close(secret);
    close(high);
    unsetenv("SUPERVISOR_TOKEN");
    EXPECT_EQ(content("out").find("hush"), std::string::npos);
    EXPECT_EQ(content("out").find("open"), std::string::npos);
    EXPECT_NE(content("out").find("MILLRACE_KIND=test"), std::string::npos);
}

TEST_F(Program, IsKilledWithItsChildrenWhenItsTimeIsUp) {
    const auto before = std::chrono::steady_clock::now();
    const Outcome outcome = run({"/bin/sh", "-c", "(sleep 3; touch \"$0\") & wait", file("late")}, base::Seconds{1});
    const auto took = std::chrono::steady_clock::now() - before;
    EXPECT_EQ(outcome.error, "the program took too long and was killed");
    EXPECT_GE(took, std::chrono::milliseconds{900});
    EXPECT_LT(took, std::chrono::milliseconds{2'500});
    std::this_thread::sleep_until(before + std::chrono::milliseconds{3'300});
    EXPECT_FALSE(std::filesystem::exists(file("late")));
}

TEST_F(Program, IsEndedWhenWeStop) {
    std::thread stopper([this] {
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
        cancel_.request();
    });
    const auto before = std::chrono::steady_clock::now();
    EXPECT_EQ(run({"/bin/sleep", "10"}).kind, Outcome::Kind::Refused);
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds{2});
    stopper.join();
}

}  // namespace
}  // namespace millrace::notify
