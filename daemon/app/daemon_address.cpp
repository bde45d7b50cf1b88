#include "app/daemon_address.h"

#include "app/effective_settings.h"

namespace millrace::app {

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
