#include "app/journal.h"

#include <sys/stat.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>

namespace millrace::app {
namespace {

// JOURNAL_STREAM names the file that systemd connected to the journal; what we have may have been redirected since.
bool stderr_is_the_journal() {
    const char* stream = std::getenv("JOURNAL_STREAM");  // NOLINT(concurrency-mt-unsafe): before any thread
    struct stat ours {};
    if (stream == nullptr || ::fstat(STDERR_FILENO, &ours) != 0) return false;
    return std::to_string(ours.st_dev) + ":" + std::to_string(ours.st_ino) == stream;
}

// The syslog level.
int priority(spdlog::level::level_enum level) {
    constexpr int kError = 3;
    constexpr int kWarning = 4;
    constexpr int kInfo = 6;
    constexpr int kDebug = 7;
    if (level >= spdlog::level::err) return kError;
    if (level == spdlog::level::warn) return kWarning;
    return level == spdlog::level::info ? kInfo : kDebug;
}

// The journal's library may be called by all threads at once, so no lock is held.
class JournalSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
private:
    void sink_it_(const spdlog::details::log_msg& entry) override {
        std::array<std::string, 4> fields{
            "MESSAGE=" + std::string(entry.payload.data(), entry.payload.size()),
            "PRIORITY=" + std::to_string(priority(entry.level)),
            "MILLRACE_ROOM=" + std::string(entry.logger_name.data(), entry.logger_name.size()),
            "SYSLOG_IDENTIFIER=millrace",
        };
        std::array<iovec, fields.size()> parts{};
        for (std::size_t i = 0; i < fields.size(); ++i) parts[i] = {fields[i].data(), fields[i].size()};
        // A journal that is down is nobody's reason to stop.
        static_cast<void>(sd_journal_sendv(parts.data(), static_cast<int>(parts.size())));
    }
    void flush_() override {}
};

}  // namespace

std::shared_ptr<spdlog::sinks::sink> journal_sink() {
    if (!stderr_is_the_journal()) return nullptr;
    return std::make_shared<JournalSink>();
}

}  // namespace millrace::app
