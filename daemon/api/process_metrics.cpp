#include "api/process_metrics.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

namespace millrace::api {
namespace {

using ports::MetricType;

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

void append_process_metrics(std::vector<ports::Metric>& metrics) {
    const auto add = [&metrics](const char* name, const char* help, MetricType type, double value) {
        metrics.push_back({name, help, type, {}, value});
    };
    rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) == 0) {
        add("process_cpu_seconds_total", "Processor time taken, of the program and the kernel for it.",
            MetricType::Counter, seconds(used.ru_utime) + seconds(used.ru_stime));
    }
    std::int64_t pages = 0;
    std::int64_t resident = 0;
    if (std::ifstream("/proc/self/statm") >> pages >> resident) {
        const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
        add("process_virtual_memory_bytes", "Address space taken.", MetricType::Gauge,
            static_cast<double>(pages) * page);
        add("process_resident_memory_bytes", "Memory taken.", MetricType::Gauge, static_cast<double>(resident) * page);
    }
    std::error_code fault;
    const std::filesystem::directory_iterator descriptors("/proc/self/fd", fault);
    if (!fault) {
        // Reading the folder takes one of its own.
        const auto open = std::distance(begin(descriptors), end(descriptors)) - 1;
        add("process_open_fds", "Open file descriptors.", MetricType::Gauge, static_cast<double>(open));
    }
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        add("process_max_fds", "How many file descriptors may be open.", MetricType::Gauge,
            static_cast<double>(limit.rlim_cur));
    }
}

}  // namespace millrace::api
