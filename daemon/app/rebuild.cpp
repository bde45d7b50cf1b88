#include "app/rebuild.h"

namespace millrace::app {
namespace {

constexpr std::size_t kPage = 1000;

// Whether the first sealed message of the archive stays sealed with these keys.
base::Result<bool, base::Error> stays_sealed(store::Database& database, const payload::KeyRing& keys) {
    for (std::int64_t after = 0;;) {
        const auto page = database.frames(after, kPage);
        if (!page) return base::failure(page.error());
        if (page->empty()) return false;
        for (const ports::Frame& frame : *page) {
            if (!message::parse_topic(frame.topic).sealed()) continue;
            hub::Pipeline probe(keys);
            return probe.apply(frame).understanding == hub::Understanding::NotOpened;
        }
        after = page->back().id;
    }
}

}  // namespace

base::Result<ReplayFigures, base::Error> rebuild(store::Database& database, payload::KeyRing keys) {
    const auto stored = database.load();
    if (!stored) return base::failure(stored.error());
    const auto sealed = stays_sealed(database, keys);
    if (!sealed) return base::failure(sealed.error());
    if (*sealed && !stored->meters.empty()) {
        return base::failure(base::Error{
            "the archive's messages are sealed and no key given opens them, so a rebuild would only make the readings "
            "vanish that were made with the key; give it with --key-file or in the config file"});
    }
    Replay replay(std::move(keys));
    if (auto done = database.rebuild(replay); !done) return base::failure(std::move(done.error()));
    return replay.figures();
}

}  // namespace millrace::app
