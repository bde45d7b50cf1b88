#include "app/log.h"

#include <array>
#include <memory>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "app/journal.h"

namespace millrace::app {
namespace {

constexpr std::array kRooms = {"app", "api", "capture", "hub", "publish", "recorder", "store"};

}  // namespace

void set_up_log(const std::string& level) {
    std::shared_ptr<spdlog::sinks::sink> sink = journal_sink();
    if (!sink) {
        sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
        sink->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %n: %v");
    }
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
