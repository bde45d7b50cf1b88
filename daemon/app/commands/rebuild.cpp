#include "app/commands/rebuild.h"

#include <ostream>

#include "app/exit_code.h"
#include "app/key_files.h"
#include "app/rebuild.h"
#include "store/state_dir.h"

namespace millrace::app {

int rebuild_store(const CommonOptions& options, bool digest_only, std::ostream& out, std::ostream& err) {
    const auto settings = effective_settings(options);
    if (!settings) return fail(settings.error(), err);
    auto keys = read_keys(settings->keys, settings->store.state_dir);
    if (!keys) return fail(keys.error(), err);
    if (const auto there = store::is_there(settings->store.address()); !there) return fail(there.error(), err);
    auto database = store::Database::open(settings->store);
    if (!database) return fail({database.error().message}, err);
    int exit_code = kExitGood;
    if (!digest_only) {
        const auto summary = rebuild(*database, std::move(*keys));
        if (!summary) return fail(summary.error(), err);
        err << "rebuilt from " << summary->frames << " frames: " << summary->readings << " readings; "
            << summary->not_opened << " frames stay sealed, " << summary->not_decoded << " could not be decoded\n";
        if (summary->not_opened + summary->not_decoded > 0) exit_code = kExitFindings;
    }
    const auto digest = database->projection_digest();
    if (!digest) return fail(digest.error(), err);
    out << *digest << '\n';
    return exit_code;
}

}  // namespace millrace::app
