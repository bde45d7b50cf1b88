// Packets off a network interface, through libpcap. Read only: nothing is ever sent.
//
// Opening needs CAP_NET_RAW; reading afterwards does not, so privileges can be given up in between. What was read is
// wiped out of the kernel's ring, because it may hold a bridge's password. Loop thread only, once opened.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "capture/pcap/settings.h"
#include "capture/pcap/tcp_segment.h"

namespace millrace::capture {

// What the kernel and the card counted, since the interface was opened.
struct SourceCounts {
    std::uint64_t received = 0;         // packets that passed the filter
    std::uint64_t dropped = 0;          // of these, by the kernel, because its buffer was full
    std::uint64_t dropped_by_card = 0;  // by the interface or its driver, of whatever traffic
};

enum class LinkState : std::uint8_t { Up, Down, Gone };

class PacketSource {
public:
    // The packet lives until the consumer returns.
    using Consumer = std::function<void(base::ByteView packet)>;

    virtual ~PacketSource() = default;

    [[nodiscard]] virtual LinkType link() const = 0;

    // Hands over at most so many packets that are waiting; gives how many. Never blocks. Fails when nothing more will
    // come, because the interface is gone.
    [[nodiscard]] virtual base::Result<std::size_t, base::Error> read(std::size_t at_most,
                                                                      const Consumer& consumer) = 0;

    // Becomes readable when packets wait; stays the source's own.
    [[nodiscard]] virtual int descriptor() const = 0;

    // After so long it is to be read even when its descriptor said nothing; zero when the descriptor is to be trusted.
    [[nodiscard]] virtual base::Milliseconds must_read_every() const = 0;

    [[nodiscard]] virtual SourceCounts counts() const = 0;
    [[nodiscard]] virtual LinkState state() const = 0;
};

struct OpenFailure {
    std::string message;            // for a person: what is wrong and how to mend it
    bool lacks_privileges = false;  // trying again is of no use
};

using OpenedSource = base::Result<std::unique_ptr<PacketSource>, OpenFailure>;
using PacketOpener = std::function<OpenedSource(const LiveSettings&)>;

[[nodiscard]] OpenedSource open_interface(const LiveSettings& settings);

// What passes: TCP of these ports over IPv4 and IPv6; on Ethernet also behind one or two VLAN tags.
[[nodiscard]] std::string filter_for(const std::vector<std::uint16_t>& ports, LinkType link);

}  // namespace millrace::capture
