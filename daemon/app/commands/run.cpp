#include "app/commands/run.h"

#include <ostream>

#include "app/app.h"
#include "app/exit_code.h"
#include "app/key_files.h"
#include "app/log.h"
#include "app/start_anew.h"

namespace millrace::app {
namespace {

base::Result<void, base::Error> fit_to_start(const CommonOptions& options) {
    const auto settings = effective_settings(options);
    if (!settings) return base::failure(settings.error());
    const auto keys = read_keys(settings->keys, settings->store.state_dir);
    if (!keys) return base::failure(keys.error());
    return {};
}

}  // namespace

int run_daemon(const CommonOptions& options, ReadyDescriptor ready, std::ostream& err) {
    auto settings = effective_settings(options);
    // Not a failure that may mend itself: who starts us again after those leaves this one be.
    if (!settings) return fail(settings.error(), err, kExitUsage);
    auto keys = read_keys(settings->keys, settings->store.state_dir);
    if (!keys) return fail(keys.error(), err);
    set_up_log(std::string(name(settings->log_level)));
    auto ending = App(
                      std::move(*settings), std::move(*keys), [options] { return fit_to_start(options); },
                      config_file_of(options), std::move(ready))
                      .run();
    if (!ending) return fail(ending.error(), err);
    return *ending == Ending::Stopped ? kExitGood : fail(start_anew(), err);
}

}  // namespace millrace::app
