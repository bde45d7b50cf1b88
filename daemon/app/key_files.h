// Reads key files into a key ring: the default one, those of a directory (<bridge uuid>.key or .bin), and those named
// one by one, of which the later ones win.
#pragma once

#include <string>

#include "base/result.h"
#include "payload/key_ring.h"
#include "settings/settings.h"

namespace millrace::app {

[[nodiscard]] base::Result<payload::SecretKey, base::Error> read_key_file(const std::string& path);

// Every problem in one error, a line each, naming the file and never its content.
[[nodiscard]] base::Result<payload::KeyRing, base::Error> read_keys(const settings::Keys& files);

}  // namespace millrace::app
