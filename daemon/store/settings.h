// What the config file may set for this room. Plain values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace millrace::store {

struct Settings {
    std::string state_dir;  // holds millrace.db
    // "postgresql://…": that holds the tables instead; empty: the file does. May hold a password.
    std::string server = {};
    // Where the tables are (sql/address.h).
    [[nodiscard]] std::string address() const { return server.empty() ? state_dir + "/millrace.db" : server; }
    std::size_t max_queued_commits = 20'000;  // some 20 MB at most; beyond it the bridge is not acknowledged
    // Pages that the writer keeps in memory. Each sensor's newest rows are on some eight pages of their own, so a
    // fleet's are far more than a house's; where a transaction's do not fit, they are written to disk several times. 0:
    // half a megabyte, which is enough for a house.
    std::int64_t cache_megabytes = 0;
    // Opened frames older than this are dropped; 0 keeps them for ever. History made of them stays.
    std::int64_t keep_frames_days = 0;
    // Topics and payloads; the oldest frames are dropped beyond it. 0: no limit. A household year takes some 110.
    std::int64_t keep_frames_megabytes = 4'096;
};

}  // namespace millrace::store
