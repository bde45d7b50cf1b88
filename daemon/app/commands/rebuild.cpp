#include "app/commands/rebuild.h"

#include <filesystem>
#include <ostream>

#include "app/exit_code.h"
#include "app/key_files.h"
#include "app/rebuild.h"

namespace millrace::app {

int rebuild_store(const CommonOptions& options, bool digest_only, std::ostream& out, std::ostream& err) {
    const auto settings = effective_settings(options);
    if (!settings) return fail(settings.error(), err);
    auto keys = read_keys(settings->keys, settings->store.state_dir);
    if (!keys) return fail(keys.error(), err);
    const std::string& folder = settings->store.state_dir;
    if (std::error_code ignored; !std::filesystem::exists(folder + "/millrace.db", ignored)) {
        return fail({"there is no store in " + folder + "; name its folder with --state-dir"}, err);
    }
    auto database = store::Database::open(settings->store);
    if (!database) return fail(database.error(), err);
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
