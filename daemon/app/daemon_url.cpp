#include "app/daemon_url.h"

#include "app/api_client.h"
#include "app/effective_settings.h"

namespace millrace::app {

base::Result<std::string, base::Error> daemon_url(const std::string& url, const std::string& config_file) {
    if (!url.empty()) return url;
    CommonOptions options;
    options.config_file = config_file;
    const auto settings = effective_settings(options);
    if (!settings) {
        return base::failure(base::Error{settings.error().message + "\nor say where the daemon answers with --url"});
    }
    return url_of_listener(settings->api.listen);
}

}  // namespace millrace::app
