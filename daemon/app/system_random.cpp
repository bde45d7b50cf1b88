#include "app/system_random.h"

#include <cerrno>
#include <cstdlib>

#include <sys/random.h>

namespace millrace::app {

void SystemRandom::fill(std::span<std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
        // It fails only when interrupted by a signal or without the system call, which no kernel we run on lacks.
        if (got < 0 && errno != EINTR) std::abort();
        if (got > 0) bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
}

}  // namespace millrace::app
