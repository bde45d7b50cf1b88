#include "app/log.h"

#include <array>
#include <cstdlib>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace millrace::app {
namespace {

// The level as sd-daemon writes it: "<3>" for an error.
class JournalLevel final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
        std::string_view prefix = "<6>";
        if (message.level <= spdlog::level::debug) prefix = "<7>";
        if (message.level == spdlog::level::warn) prefix = "<4>";
        if (message.level >= spdlog::level::err) prefix = "<3>";
        out.append(prefix.data(), prefix.data() + prefix.size());
    }

    [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<JournalLevel>();
    }
};

constexpr std::array kRooms = {"app", "api", "capture", "hub", "publish", "recorder", "store"};

}  // namespace

void set_up_log(const std::string& level) {
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;  // NOLINT(concurrency-mt-unsafe): before any thread
    formatter->add_flag<JournalLevel>('*').set_pattern(journal ? "%*%n: %v" : "%Y-%m-%d %H:%M:%S.%e %^%l%$ %n: %v");
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    sink->set_formatter(std::move(formatter));
    for (const char* room : kRooms) {
        auto logger = std::make_shared<spdlog::logger>(room, sink);
        logger->set_level(spdlog::level::from_str(level));
        logger->flush_on(spdlog::level::info);
        spdlog::drop(room);
        spdlog::register_logger(logger);
    }
    spdlog::set_default_logger(spdlog::get("app"));
}

void set_log_level(const std::string& level) {
    for (const char* room : kRooms) {
        if (const auto logger = spdlog::get(room)) logger->set_level(spdlog::level::from_str(level));
    }
}

spdlog::logger& log() {
    return *spdlog::default_logger_raw();
}

}  // namespace millrace::app
