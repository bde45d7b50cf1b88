// `millrace decode --into`: archives the messages of capture files, as if they had come while the daemon ran.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "payload/key_ring.h"
#include "store/settings.h"

namespace millrace::app {

struct ImportOptions {
    std::vector<std::string> files;
    payload::KeyRing keys;
    std::vector<std::uint16_t> server_ports;
    store::Settings store;
};

// Frames that the archive has already are left out, so a file can be imported again. Exit code: 0, 1 when a
// file or the store failed, 3 when some messages did not open or decode.
[[nodiscard]] int import_files(const ImportOptions& options, std::ostream& err);

}  // namespace millrace::app
