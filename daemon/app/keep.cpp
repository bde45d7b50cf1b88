#include "app/keep.h"

#include <memory>
#include <utility>

namespace millrace::app {

void keep(store::Writer& writer, ports::Entry entry, ports::Controls::Done done) {
    // Shared, because the store drops what it does not take.
    const auto answer = std::make_shared<ports::Controls::Done>(std::move(done));
    const auto full = [answer] {
        (*answer)(base::failure(base::Error{
            "it could not be written to disk, see the health of the store; it holds until the next start"}));
    };
    const bool queued = writer.commit(std::move(entry), [answer, full](bool durable) {
        if (durable) return (*answer)({});
        full();
    });
    if (!queued) full();
}

}  // namespace millrace::app
