// What MQTT 3.1.1 accepts as a UTF-8 encoded string (section 1.5.3).
//
// Stricter than "decodes": no code point in two ways, no surrogates, nothing past U+10FFFF and no U+0000. Any thread.
#pragma once

#include "base/bytes.h"

namespace millrace::base {

[[nodiscard]] bool is_mqtt_utf8(ByteView text);

}  // namespace millrace::base
