#include "app/start_anew.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "app/service_manager.h"

namespace millrace::app {
namespace {

// Without the mark that the kernel puts behind the name of a file that is gone.
std::string own_program() {
    std::array<char, PATH_MAX> path{};
    const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
    std::string program(path.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    constexpr std::string_view kGone = " (deleted)";
    if (program.ends_with(kGone)) program.resize(program.size() - kGone.size());
    return program;
}

// Each ends with a NUL.
std::vector<std::string> own_arguments() {
    std::ifstream file("/proc/self/cmdline", std::ios::binary);
    std::vector<std::string> arguments;
    for (std::string argument; std::getline(file, argument, '\0');) arguments.push_back(std::move(argument));
    return arguments;
}

}  // namespace

base::Error start_anew() {
    const std::string program = own_program();
    std::vector<std::string> arguments = own_arguments();
    std::vector<char*> pointers;
    pointers.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    // What a library has left open is not the next one's; what systemd has handed over is.
    constexpr unsigned kFirst = STDERR_FILENO + 1;
    const unsigned kept = inherited_descriptors();
    for (unsigned i = 0; i < kept; ++i) ::fcntl(static_cast<int>(kFirst + i), F_SETFD, 0);
    ::close_range(kFirst + kept, UINT_MAX, CLOSE_RANGE_CLOEXEC);
    ::execv(program.c_str(), pointers.data());
    return {"the restart failed: " + program + ": " + std::strerror(errno)};  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace millrace::app
