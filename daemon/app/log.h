// The log: one named logger for each room that logs, on stderr. Rooms find theirs by name in spdlog's registry.
//
// Where stderr leads to systemd's journal, lines become its entries (app/journal.h); elsewhere they begin with time and
// level.
#pragma once

#include <memory>
#include <string>

namespace spdlog {
class logger;
}

namespace millrace::app {

// `level` is debug, info, warn or error. Before any thread is started.
void set_up_log(const std::string& level);

// The same of all rooms' loggers, later.
void set_log_level(const std::string& level);

// The app's own logger.
[[nodiscard]] spdlog::logger& log();

}  // namespace millrace::app
