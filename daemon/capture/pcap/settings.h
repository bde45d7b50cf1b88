// What the config file may set for live capture. Plain values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace millrace::capture {

struct LiveSettings {
    std::string interface;                      // empty: nothing is captured
    std::vector<std::uint16_t> ports = {1883};  // TCP ports of the cloud's side
    // Whom the daemon becomes once the interface is open, when it was started as root.
    std::string user;

    // Network cards and the kernel put segments together, so that what is captured may be as long as an IP packet. The
    // kernel rounds this plus its own header up to a power of two: a little below 64 KiB wastes nothing.
    std::size_t snap_length = 64 * 1024 - 512;
    // The kernel's buffer, in which every packet takes `snap_length`: 128 packets, while a bridge sends a few a minute
    // and at worst its stored day at once. It takes that much memory that cannot be paged out.
    std::size_t buffer_bytes = 8 * 1024 * 1024;
    // A mirror port brings packets for other machines; without this the card leaves them out.
    bool promiscuous = true;

    // How often connections are looked after and the interface is looked at, and how often one that went away is looked
    // for. Tests shorten them.
    base::Milliseconds tick{5'000};
    base::Milliseconds reopen_after{10'000};
};

}  // namespace millrace::capture
