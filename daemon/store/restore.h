// The way back from a backup: puts the store that it holds into a state directory, or on a server (move_in.h).
//
// In a directory the store is copied beside its place first, without the table of files that a backup may have,
// checked, synced, and renamed. A store that stands there is kept under another name. Holds the state directory's lock
// meanwhile, so no daemon can be running on it. A server has to be empty. Blocking; any thread.
#pragma once

#include <string>

#include "base/result.h"
#include "store/settings.h"

namespace millrace::store {

// What becomes of a store that stands in the state directory already.
enum class Existing : bool { Refuse, KeepAside };

// The name it is kept under, after the database's own.
inline constexpr const char* kKeptAside = ".before-restore";

// `file` has been checked (see backup.h). What an older version wrote is taken forward when the store is next opened.
[[nodiscard]] base::Result<void, base::Error> restore(const std::string& file, const Settings& settings,
                                                      Existing existing);

}  // namespace millrace::store
