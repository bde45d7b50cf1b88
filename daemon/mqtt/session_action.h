// What sessions of either role ask their owner to do.
#pragma once

#include <string>

#include "base/bytes.h"

namespace millrace::mqtt {

struct Send {
    base::Bytes bytes;
};

// Nothing more comes from a session after this; the owner sends what it was given and ends the connection.
struct Close {
    std::string reason;      // for the log; holds nothing the other side chose but lengths and counts
    bool by_client = false;  // a DISCONNECT: nothing is wrong
};

}  // namespace millrace::mqtt
