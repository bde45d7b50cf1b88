// What the config file may set for this room. Plain values; any thread.
#pragma once

#include <cstddef>
#include <string>

namespace millrace::store {

struct Settings {
    std::string state_dir;                    // holds millrace.db
    std::size_t max_queued_commits = 20'000;  // some 20 MB at most; beyond it the bridge is not acknowledged
};

}  // namespace millrace::store
