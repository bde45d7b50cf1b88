#include "notify/program.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <string>

namespace millrace::notify {
namespace {

// How soon a call to stop is noticed.
constexpr int kLookEveryMs = 200;

// A text without the one byte that no variable can hold.
std::string value(const std::string& text) {
    return text.substr(0, text.find('\0'));
}

struct Attributes {
    Attributes() {
        posix_spawnattr_init(&attributes);
        posix_spawn_file_actions_init(&actions);
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setflags(
            &attributes, static_cast<short>(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    }
    ~Attributes() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;

    posix_spawnattr_t attributes{};
    posix_spawn_file_actions_t actions{};
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

// Whether it ended by itself in time.
bool ends(pid_t child, base::Seconds limit, const base::Clock& clock, const Cancel& cancel) {
    // Debian 12's header for it cannot be used from C++.
    const auto handle = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
    if (handle < 0) return false;
    const base::SteadyTime until = clock.steady_now() + limit;
    bool ended = false;
    while (!ended && !cancel.requested() && clock.steady_now() < until) {
        pollfd watched{handle, POLLIN, 0};
        ended = poll(&watched, 1, kLookEveryMs) > 0;
    }
    close(handle);
    return ended;
}

Outcome failed(std::string why) {
    return {Outcome::Kind::Refused, std::move(why)};
}

}  // namespace

std::vector<std::string> program_environment(const Notice& notice) {
    std::vector<std::string> all{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                 "LANG=C.UTF-8",
                                 "MILLRACE_KIND=" + std::string(name(notice.kind)),
                                 "MILLRACE_TITLE=" + value(notice.title),
                                 "MILLRACE_TEXT=" + value(notice.text),
                                 "MILLRACE_SEVERITY=" + std::string(detect::name(notice.severity())),
                                 "MILLRACE_LINK=" + value(notice.link),
                                 "MILLRACE_NUMBER=" + std::to_string(notice.number),
                                 "MILLRACE_AT=" + base::to_rfc3339(notice.at)};
    if (!notice.incident) return all;
    const detect::Incident& incident = *notice.incident;
    all.push_back("MILLRACE_INCIDENT=" + std::to_string(incident.id));
    all.push_back("MILLRACE_RULE=" + std::string(detect::name(incident.finding.rule)));
    all.push_back("MILLRACE_DEVICE=" + incident.device.str());
    all.push_back("MILLRACE_STATE=" + std::string(detect::name(incident.state)));
    all.push_back("MILLRACE_SINCE=" + base::to_rfc3339(incident.finding.since));
    all.push_back("MILLRACE_VOLUME_L=" + std::to_string(base::to_litres(incident.finding.volume)));
    all.push_back("MILLRACE_FLOW_L_PER_MIN=" + std::to_string(base::to_litres_per_minute(incident.finding.rate)));
    return all;
}

Outcome run_program(const Channel& channel, const Notice& notice, const base::Clock& clock, Cancel& cancel) {
    if (channel.command.empty()) return failed("there is no command");
    std::vector<std::string> command = channel.command;
    std::vector<std::string> environment = program_environment(notice);
    Attributes how;
    pid_t child = 0;
    const int fault = posix_spawn(&child, command.front().c_str(), &how.actions, &how.attributes,
                                  pointers(command).data(), pointers(environment).data());
    if (fault != 0) return failed("the program cannot be started: " + std::string(std::strerror(fault)));  // NOLINT
    const bool ended = ends(child, channel.timeout, clock, cancel);
    // Also what a program that ended has left running in its group. Before it is waited for, so that its number is
    // still its own.
    kill(-child, SIGKILL);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!ended) return failed("the program took too long and was killed");
    if (WIFSIGNALED(status)) return failed("the program was ended by signal " + std::to_string(WTERMSIG(status)));
    if (WEXITSTATUS(status) != 0) return failed("the program ended with " + std::to_string(WEXITSTATUS(status)));
    return {};
}

}  // namespace millrace::notify
