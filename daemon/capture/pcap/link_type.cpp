#include "capture/pcap/link_type.h"

#include <pcap/pcap.h>

namespace millrace::capture {

std::optional<LinkType> link_type(int number) {
    switch (number) {
        case DLT_EN10MB: return LinkType::Ethernet;
        case DLT_LINUX_SLL: return LinkType::LinuxCooked;
        case DLT_LINUX_SLL2: return LinkType::LinuxCooked2;
        case DLT_RAW:
        case DLT_IPV4:
        case DLT_IPV6: return LinkType::RawIp;
        case DLT_NULL:
        case DLT_LOOP: return LinkType::Loopback;
        default: return std::nullopt;
    }
}

std::string unsupported_link(int number) {
    const char* name = pcap_datalink_val_to_name(number);
    return "link type " + (name != nullptr ? std::string(name) : std::to_string(number)) +
           " is not supported: capture Ethernet, Linux cooked, raw IP or loopback";
}

}  // namespace millrace::capture
