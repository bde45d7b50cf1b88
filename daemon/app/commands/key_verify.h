// Whether keys open what was captured.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "base/device_id.h"
#include "payload/secret_key.h"

namespace millrace::app {

struct NamedKey {
    std::string name;                      // of its file
    std::optional<base::DeviceId> bridge;  // the only one it is for; nothing when it is for all
    payload::SecretKey key;
};

struct KeyVerifyOptions {
    std::vector<std::string> files;
    std::vector<NamedKey> keys;
    std::vector<std::uint16_t> server_ports = {1883};
};

// Prints for each bridge how many sealed messages there are and how many of them each key opens. kExitGood when every
// one is opened by a key that is for its bridge, kExitFindings when not, kExitFailed when nothing sealed was found or a
// file cannot be read.
[[nodiscard]] int verify_keys(const KeyVerifyOptions& options, std::ostream& out, std::ostream& err);

}  // namespace millrace::app
