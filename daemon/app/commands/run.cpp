#include "app/commands/run.h"

#include <ostream>

#include "app/app.h"
#include "app/exit_code.h"
#include "app/key_files.h"
#include "app/log.h"

namespace millrace::app {
namespace {

const char* name(settings::LogLevel level) {
    switch (level) {
        case settings::LogLevel::Debug: return "debug";
        case settings::LogLevel::Info: return "info";
        case settings::LogLevel::Warn: return "warn";
        case settings::LogLevel::Error: return "error";
    }
    return "info";
}

}  // namespace

int run_daemon(const CommonOptions& options, std::ostream& err) {
    auto settings = effective_settings(options);
    if (!settings) return fail(settings.error(), err);
    auto keys = read_keys(settings->keys, settings->store.state_dir);
    if (!keys) return fail(keys.error(), err);
    set_up_log(name(settings->log_level));
    App app(std::move(*settings), std::move(*keys));
    const auto outcome = app.run();
    return outcome ? kExitGood : fail(outcome.error(), err);
}

}  // namespace millrace::app
