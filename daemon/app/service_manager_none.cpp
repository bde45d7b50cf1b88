// For a build without systemd.
#include "app/journal.h"
#include "app/service_manager.h"

namespace millrace::app {

std::optional<int> inherited_bridge_socket() {
    return std::nullopt;
}

unsigned inherited_descriptors() {
    return 0;
}

void tell_ready(const std::string&) {}
void tell_stopping() {}
void tell_restarting() {}

std::optional<base::Milliseconds> watchdog_limit() {
    return std::nullopt;
}

void tell_alive() {}

std::shared_ptr<spdlog::sinks::sink> journal_sink() {
    return nullptr;
}

}  // namespace millrace::app
