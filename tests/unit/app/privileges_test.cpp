// Each test gives up its rights in a child process, for there is no way back.
#include "app/privileges.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/if_ether.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "capture/pcap/packet_source.h"
#include "support/temporary_folder.h"

namespace millrace::app {
namespace {

std::string status_of_self(const std::string& name) {
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with(name + ":\t")) return line.substr(name.size() + 2);
    }
    return "none";
}

bool opens_raw_socket() {
    const int raw = ::socket(AF_PACKET, SOCK_RAW, ETH_P_ALL);
    if (raw >= 0) ::close(raw);
    return raw >= 0;
}

// What is wrong after giving up privileges, or nothing.
std::string still_privileged() {
    constexpr const char* kNone = "0000000000000000";
    for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"}) {
        if (status_of_self(set) != kNone) return std::string(set) + " is " + status_of_self(set);
    }
    if (status_of_self("NoNewPrivs") != "1") return "new privileges can be had";
    if (opens_raw_socket()) return "a raw socket can be opened";
    return "";
}

// Runs it in a child; gives the sentence it ends with.
std::string in_child(const std::function<std::string()>& work) {
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) return "no pipe";
    const pid_t child = ::fork();
    if (child == 0) {
        const std::string said = work();
        const ssize_t written = ::write(pipe[1], said.data(), said.size());
        ::_exit(written == static_cast<ssize_t>(said.size()) ? 0 : 1);
    }
    ::close(pipe[1]);
    std::string said;
    std::array<char, 4096> buffer{};
    for (ssize_t size = 0; (size = ::read(pipe[0], buffer.data(), buffer.size())) > 0;) {
        said.append(buffer.data(), static_cast<std::size_t>(size));
    }
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return status == 0 ? said : "the child failed after: " + said;
}

std::string outcome(const PrivilegeSettings& settings) {
    const auto done = drop_privileges(settings);
    return done ? *done : done.error().message;
}

class PrivilegesTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0 || !opens_raw_socket()) GTEST_SKIP() << "needs root with the right to open raw sockets";
        // Everybody may pass the folder above the state directory.
        std::filesystem::permissions(std::filesystem::path(state_).parent_path(), std::filesystem::perms(0755));
    }

    support::TemporaryFolder folder_;
    std::string state_ = folder_ / "state";
};

TEST_F(PrivilegesTest, RootBecomesAUserWhoCanNeitherOpenRawSocketsNorGetThemBack) {
    EXPECT_EQ(in_child([this] {
                  const std::string said = outcome({"nobody", state_});
                  if (said != "going on as user nobody, without any privileges") return said;
                  const auto uid = std::to_string(::getpwnam("nobody")->pw_uid);
                  if (status_of_self("Uid") != uid + "\t" + uid + "\t" + uid + "\t" + uid) return status_of_self("Uid");
                  if (status_of_self("Groups").find("0") == 0) return "groups: " + status_of_self("Groups");
                  if (status_of_self("CapBnd") != "0000000000000000") return "CapBnd is " + status_of_self("CapBnd");
                  if (::setuid(0) == 0) return std::string("root again");
                  return still_privileged();
              }),
              "");
}

TEST_F(PrivilegesTest, WhatWasOpenedBeforeGoesOnWorking) {
    EXPECT_EQ(in_child([this] {
                  capture::LiveSettings settings;
                  settings.interface = "lo";
                  auto source = capture::open_interface(settings);
                  if (!source) return source.error().message;
                  if (const std::string said = outcome({"nobody", state_}); !said.starts_with("going on")) return said;
                  const auto got = (*source)->read(1, [](base::ByteView) {});
                  if (!got) return got.error().message;
                  if ((*source)->state() != capture::LinkState::Up) return std::string("its state is not known");
                  const auto second = capture::open_interface(settings);
                  return std::string(second ? "opened a second time" : "");
              }),
              "");
}

TEST_F(PrivilegesTest, TheStateDirectoryIsMadeForTheUser) {
    EXPECT_EQ(in_child([this] {
                  if (const std::string said = outcome({"nobody", state_}); !said.starts_with("going on")) return said;
                  return std::string(std::ofstream(state_ + "/file") << "x" ? "" : "it cannot be written");
              }),
              "");
    struct stat made {};
    ASSERT_EQ(::stat(state_.c_str(), &made), 0);
    EXPECT_EQ(made.st_uid, ::getpwnam("nobody")->pw_uid);
    EXPECT_EQ(made.st_mode & 0777, 0750u);
}

TEST_F(PrivilegesTest, AStateDirectoryOfSomebodyElseIsSaid) {
    std::filesystem::create_directory(state_);
    const std::string said = in_child([this] { return outcome({"nobody", state_}); });
    EXPECT_NE(said.find("chown -R nobody " + state_), std::string::npos) << said;
    EXPECT_NE(said.find("capture.user"), std::string::npos) << said;
}

TEST_F(PrivilegesTest, ADatabaseOfSomebodyElseIsSaid) {
    std::filesystem::create_directory(state_);
    std::ofstream(state_ + "/millrace.db") << "x";
    std::filesystem::permissions(state_, std::filesystem::perms(0777));
    const std::string said = in_child([this] { return outcome({"nobody", state_}); });
    EXPECT_NE(said.find("cannot write " + state_ + "/millrace.db"), std::string::npos) << said;
}

TEST_F(PrivilegesTest, AnUnknownUserIsSaid) {
    const std::string said = in_child([] { return outcome({"no-such-user", ""}); });
    EXPECT_EQ(said, "capture.user: there is no user 'no-such-user' on this machine");
}

TEST_F(PrivilegesTest, RootMayStayRootButWithoutCapabilities) {
    EXPECT_EQ(in_child([] {
                  if (const std::string said = outcome({"root", ""}); !said.starts_with("going on")) return said;
                  return still_privileged();
              }),
              "");
}

// As systemd's AmbientCapabilities= starts it.
TEST_F(PrivilegesTest, AUserWithTheOneCapabilityGivesItUp) {
    EXPECT_EQ(in_child([] {
                  (void)::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
                  if (::setresuid(65534, 65534, 65534) != 0) return std::string("setuid failed");
                  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
                  std::array<__user_cap_data_struct, 2> raw_only{};
                  raw_only[0] = {1U << CAP_NET_RAW, 1U << CAP_NET_RAW, 1U << CAP_NET_RAW};
                  if (::syscall(SYS_capset, &header, raw_only.data()) != 0) return std::string("capset failed");
                  (void)::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0);
                  if (!opens_raw_socket()) return std::string("it should have been able to");
                  if (const std::string said = outcome({}); said != "going on without any privileges") return said;
                  return still_privileged();
              }),
              "");
}

}  // namespace
}  // namespace millrace::app
