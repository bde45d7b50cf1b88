// Log lines as entries of systemd's journal, with their parts as fields: MESSAGE, PRIORITY, SYSLOG_IDENTIFIER
// "millrace", and MILLRACE_ROOM, so that `journalctl -u millrace MILLRACE_ROOM=capture` finds a room's.
#pragma once

#include <memory>

namespace spdlog::sinks {
class sink;
}

namespace millrace::app {

// Nothing where stderr does not lead to the journal. Before any thread is started; the sink may then be used by all.
[[nodiscard]] std::shared_ptr<spdlog::sinks::sink> journal_sink();

}  // namespace millrace::app
