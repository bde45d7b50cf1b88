#include "app/commands/rebuild.h"

#include <ostream>

#include "app/key_files.h"
#include "app/rebuild.h"

namespace millrace::app {
namespace {

int fail(const base::Error& error, std::ostream& err) {
    err << "millrace: " << error.message << '\n';
    return 1;
}

}  // namespace

int rebuild_store(const RunOptions& options, bool digest_only, std::ostream& out, std::ostream& err) {
    const auto settings = effective_settings(options);
    if (!settings) return fail(settings.error(), err);
    auto keys = read_keys(settings->keys);
    if (!keys) return fail(keys.error(), err);
    auto database = store::Database::open(settings->store);
    if (!database) return fail(database.error(), err);
    if (!digest_only) {
        const auto summary = rebuild(*database, std::move(*keys));
        if (!summary) return fail(summary.error(), err);
        err << "rebuilt from " << summary->frames << " frames: " << summary->readings << " readings; "
            << summary->not_opened << " frames stay sealed, " << summary->not_decoded << " could not be decoded\n";
    }
    const auto digest = database->projection_digest();
    if (!digest) return fail(digest.error(), err);
    out << *digest << '\n';
    return 0;
}

}  // namespace millrace::app
