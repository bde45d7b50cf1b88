// Which of libpcap's link types we read.
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "capture/pcap/tcp_segment.h"

namespace millrace::capture {

// `number` is one of libpcap's DLT_ values.
[[nodiscard]] std::optional<LinkType> link_type(int number);

// For people: what is not supported, and what is.
[[nodiscard]] std::string unsupported_link(int number);

}  // namespace millrace::capture
