// The way into the store.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ports/records.h"

namespace millrace::ports {

class FrameStore {
public:
    virtual ~FrameStore() = default;

    // Called on the loop thread once the commit is on disk (true) or has failed (false; health says why).
    using Done = std::function<void(bool durable)>;

    // Queues an entry for the writer and returns at once; entries become durable in the order given. Returns false,
    // and never calls `done`, when the queue is full.
    [[nodiscard]] virtual bool commit(Entry entry, Done done) = 0;
};

}  // namespace millrace::ports
