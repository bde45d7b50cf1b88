// The store at the start of the daemon: waited for, opened and read. Before there is a loop.
//
// A file is opened or is not. A server may start after us, and its tables belong to one Millrace at a time: who comes
// second waits, listens nowhere, and takes over as soon as the first one's session there has ended, however it ended.
// So two daemons behind a load balancer are one fleet's: bridges go where somebody listens.
#pragma once

#include <optional>

#include "base/result.h"
#include "payload/key_ring.h"
#include "settings/settings.h"
#include "store/database.h"

namespace millrace::app {

// Nothing: SIGINT or SIGTERM came while it waited.
[[nodiscard]] base::Result<std::optional<store::Database>, base::Error> open_when_free(const store::Settings& settings);

// What is stored, with what the config file says of calibrations entered.
[[nodiscard]] base::Result<ports::StoredState, base::Error> load_state(store::Database& database,
                                                                       const settings::Settings& settings,
                                                                       base::WallTime now);

// Whether a key that there is now opens what stayed sealed so far.
[[nodiscard]] bool opens_the_past(store::Database& database, const payload::KeyRing& keys);

}  // namespace millrace::app
