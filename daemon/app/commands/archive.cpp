#include "app/commands/archive.h"

#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/daemon_address.h"
#include "app/exit_code.h"

namespace millrace::app {

CLI::App* add_archive(CLI::App& app, ArchiveOptions& options) {
    CLI::App* archive =
        app.add_subcommand("archive", "Keep the database file still while something else copies the state directory");
    archive->require_subcommand(1);
    CLI::App* hold = archive->add_subcommand(
        "hold", "From its return on the file does not change, for half an hour at most; new data goes beside it");
    hold->callback([&options] { options.action = ArchiveAction::Hold; });
    add_daemon_options(*hold, options.daemon);
    CLI::App* release = archive->add_subcommand("release", "The copy is made");
    release->callback([&options] { options.action = ArchiveAction::Release; });
    add_daemon_options(*release, options.daemon);
    return archive;
}

int archive(const ArchiveOptions& options, std::ostream& err) {
    constexpr unsigned kBusy = 503;
    constexpr int kTries = 60;
    constexpr base::Milliseconds kBetween{500};
    const auto address = daemon_address(options.daemon);
    if (!address) return fail(address.error(), err);
    const auto client = ApiClient::at(*address);
    if (!client) return fail(client.error(), err);
    const bool hold = options.action == ArchiveAction::Hold;
    for (int i = 1;; ++i) {
        const auto answer = client->ask(hold ? "POST" : "DELETE", "/api/v1/archive/hold");
        if (!answer) return fail(answer.error(), err);
        if (answer->status < 300) return kExitGood;
        if (answer->status != kBusy || i == kTries) {
            const auto document = nlohmann::json::parse(answer->body, nullptr, false);
            const std::string detail = document.is_object() ? document.value("detail", "") : std::string();
            return fail({detail.empty() ? "what answers at " + client->url() + " is not millrace" : detail}, err);
        }
        wait_for(kBetween);
    }
}

}  // namespace millrace::app
