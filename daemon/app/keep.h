// One entry for the store, from whoever must say whether it is kept.
#pragma once

#include "ports/controls.h"
#include "ports/frame_store.h"
#include "store/writer.h"

namespace millrace::app {

// Queues it; `done` hears, once and on the loop, whether it is on disk.
void keep(store::Writer& writer, ports::Entry entry, ports::Controls::Done done);

}  // namespace millrace::app
