#include "app/commands/alive.h"

#include <string>

#include <CLI/CLI.hpp>

#include "app/daemon_address.h"
#include "app/exit_code.h"

namespace millrace::app {

CLI::App* add_alive(CLI::App& app, DaemonOptions& options) {
    CLI::App* alive = app.add_subcommand("alive", "Ask whether the daemon answers, for health checks");
    add_daemon_options(*alive, options);
    return alive;
}

int alive(const DaemonOptions& options, std::ostream& err) {
    constexpr unsigned kGood = 200;
    const auto address = daemon_address(options);
    if (!address) return fail(address.error(), err);
    const auto client = ApiClient::at(*address);
    if (!client) return fail(client.error(), err);
    const auto answer = client->ask("GET", "/healthz");
    if (!answer) return fail(answer.error(), err);
    if (answer->status == kGood) return kExitGood;
    return fail({"/healthz answers with status " + std::to_string(answer->status)}, err);
}

}  // namespace millrace::app
