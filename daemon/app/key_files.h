// Reads key files into a key ring: the default one, those handed over through the API and kept in the state directory,
// those of a directory (<bridge uuid>.key or .bin), and those named one by one, of which the later ones win.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "payload/key_ring.h"
#include "settings/settings.h"

namespace millrace::app {

[[nodiscard]] base::Result<payload::SecretKey, base::Error> read_key_file(const std::string& path);

// Every problem in one error, a line each, naming the file and never its content.
[[nodiscard]] base::Result<payload::KeyRing, base::Error> read_keys(const settings::Keys& files,
                                                                    const std::string& state_dir);

// Keeps a key that was handed over: in a folder of the state directory that only the daemon's user may read. Without a
// bridge it is the default key. On disk when it returns.
[[nodiscard]] base::Result<void, base::Error> keep_key(const std::string& state_dir,
                                                       const std::optional<base::DeviceId>& bridge,
                                                       const payload::SecretKey& key);

}  // namespace millrace::app
