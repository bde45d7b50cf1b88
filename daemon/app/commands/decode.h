// `millrace decode`: prints what bridges and their cloud said, out of captures and JSON lines.
//
// Blocks; writes to the two streams only, and never anything of a key.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "app/exit_code.h"
#include "payload/key_ring.h"

namespace millrace::app {

struct DecodeOptions {
    std::vector<std::string> files;
    payload::KeyRing keys;
    std::vector<std::uint16_t> server_ports = {1883};  // none: any port that speaks MQTT
};

// One JSON object a PUBLISH on `out`: time, direction, qos, dup, retain, topic, uuid, kind, sealed, opened, payload
// (the opened JSON, or null), error (text, or null) and bridge (or null). A payload that is not shown as JSON comes as
// `payload_hex`, so that nothing is lost and the output can be read in again; so does a Bluetooth device's
// advertisement, whose payload is what it says as JSON (message::to_json). A summary of each file goes to `err`.
//
// Gives kExitFailed when a file cannot be read or `out` cannot be written, and kExitFindings when all was read but some
// messages did not open or decode, or the capture lacks bytes.
[[nodiscard]] int decode_file(const DecodeOptions& options, std::ostream& out, std::ostream& err);

}  // namespace millrace::app
