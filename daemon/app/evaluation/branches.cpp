#include "app/evaluation/branches.h"

#include <algorithm>
#include <cerrno>
#include <new>
#include <thread>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace millrace::app {

Branches::Branches(std::size_t most)
    : most_(std::max<std::size_t>(1, most)), at_a_time_(std::max(1U, std::thread::hardware_concurrency())) {
    void* memory = ::mmap(nullptr, most_ * sizeof(LeakRun), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    // Zeros from the system are pages that nobody has touched yet.
    results_ = static_cast<LeakRun*>(memory);
}

Branches::~Branches() {
    while (!running_.empty()) wait_for_one();
    ::munmap(results_, most_ * sizeof(LeakRun));
}

void Branches::run(std::size_t place, const std::function<void(LeakRun&)>& work) {
    while (running_.size() >= at_a_time_) wait_for_one();
    pid_t child = ::fork();
    if (child < 0 && !running_.empty()) {
        // Too many processes for the moment.
        while (!running_.empty()) wait_for_one();
        child = ::fork();
    }
    if (child < 0) {
        died_ = true;
        return;
    }
    if (child > 0) {
        running_.push_back(child);
        return;
    }
    LeakRun& result = *new (&results_[place]) LeakRun;
    try {
        work(result);
        result.done = true;
    } catch (...) {
    }
    // Nothing of the caller's is flushed or destroyed here.
    ::_exit(result.done ? 0 : 1);
}

void Branches::wait_for_one() {
    int status = 0;
    pid_t ended = -1;
    do {
        ended = ::waitpid(running_.front(), &status, 0);
    } while (ended < 0 && errno == EINTR);
    running_.erase(running_.begin());
    if (ended < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) died_ = true;
}

std::optional<base::Error> Branches::wait() {
    while (!running_.empty()) wait_for_one();
    if (died_) return base::Error{"a run with a leak died or could not be started (memory, number of processes?)"};
    return std::nullopt;
}

}  // namespace millrace::app
