// Files of the state directory that nobody else may read: keys and tokens.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace millrace::app {

// Writes all of it through a file beside it, readable by its owner alone, and has it on disk when it returns; a crash
// leaves no half.
[[nodiscard]] base::Result<void, base::Error> write_private_file(const std::string& path, base::ByteView content);

}  // namespace millrace::app
