#include "store/state_dir.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "store_fixture.h"

namespace millrace::store::test {
namespace {

TEST(StateDir, IsMadeForItsOwnerAndGroupOnly) {
    const TempDir dir;
    const auto made = StateDir::open(dir.path() + "/a/b/state");
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(mode_of(dir.path() + "/a/b/state"), 0750U & ~::umask(::umask(0)));
    EXPECT_EQ(mode_of(dir.path() + "/a/b/state/millrace.db") & 07U, 0U);
}

TEST(StateDir, IsLockedForOneDaemon) {
    const TempDir dir;
    const auto first = StateDir::open(dir.state_dir());
    ASSERT_TRUE(first);
    const auto second = StateDir::open(dir.state_dir());
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message.find(dir.state_dir() + "/lock"), std::string::npos) << second.error().message;
    EXPECT_NE(second.error().message.find("process " + std::to_string(::getpid())), std::string::npos);
}

TEST(StateDir, LockEndsWithItsHolder) {
    const TempDir dir;
    { ASSERT_TRUE(StateDir::open(dir.state_dir())); }
    EXPECT_TRUE(StateDir::open(dir.state_dir()));
}

TEST(StateDir, PathThroughAFileIsNamedWithTheMend) {
    const TempDir dir;
    std::ofstream(dir.path() + "/file") << "x";
    const auto made = StateDir::open(dir.path() + "/file/state");
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().message.find(dir.path() + "/file/state"), std::string::npos);
    EXPECT_NE(made.error().message.find("--state-dir"), std::string::npos);
}

TEST(StateDir, UnwritableFolderIsNamedWithTheMend) {
    const TempDir dir;
    ASSERT_EQ(::mkdir(dir.state_dir().c_str(), 0555), 0);
    ASSERT_EQ(::chmod(dir.path().c_str(), 0755), 0);
    // Root may write anywhere, so the attempt is made as nobody.
    const bool is_root = ::geteuid() == 0;
    ASSERT_TRUE(!is_root || ::seteuid(65534) == 0);
    const auto made = StateDir::open(dir.state_dir());
    ASSERT_TRUE(!is_root || ::seteuid(0) == 0);
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().message.find(dir.state_dir()), std::string::npos);
    EXPECT_NE(made.error().message.find("make it writable"), std::string::npos) << made.error().message;
}

TEST(StateDir, NoDirectoryIsAnError) {
    EXPECT_FALSE(StateDir::open(""));
}

}  // namespace
}  // namespace millrace::store::test
