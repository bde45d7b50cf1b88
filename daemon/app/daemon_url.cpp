#include "app/daemon_url.h"

#include <CLI/CLI.hpp>

#include "app/effective_settings.h"

namespace millrace::app {

void add_daemon_options(CLI::App& command, DaemonOptions& options) {
    command.add_option("--url", options.address.url,
                       "Where the daemon answers; else as http.listen in the config file says");
    command.add_option("--token-file", options.address.token_file,
                       "File with a token, for a daemon on another machine, or one that asks for it here too");
    command.add_option("--ca-file", options.address.ca_file, "Certificate authority for https; else the system's");
    command.add_option("--config", options.config_file, "Config file that says where the daemon listens");
}

base::Result<DaemonAddress, base::Error> daemon_address(const DaemonOptions& options) {
    DaemonAddress address = options.address;
    if (!address.url.empty()) return address;
    CommonOptions common;
    common.config_file = options.config_file;
    const auto settings = effective_settings(common);
    if (!settings) {
        return base::failure(base::Error{settings.error().message + "\nor say where the daemon answers with --url"});
    }
    const std::string& certificate = settings->api.certificate_file;
    address.url = url_of_listener(settings->api.listen, !certificate.empty());
    // Of our own daemon we know the certificate itself; it is for a name that we need not ask it by.
    if (!certificate.empty() && address.ca_file.empty()) {
        address.ca_file = certificate;
        address.pinned = true;
    }
    return address;
}

}  // namespace millrace::app
