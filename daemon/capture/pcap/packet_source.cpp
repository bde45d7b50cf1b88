#include "capture/pcap/packet_source.h"

#include <net/if.h>
#include <pcap/pcap.h>
#include <string.h>  // explicit_bzero
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "capture/pcap/link_type.h"

namespace millrace::capture {
namespace {

using Pcap = std::unique_ptr<pcap_t, void (*)(pcap_t*)>;

constexpr const char* kEveryInterface = "any";  // libpcap's name for all of them together

// The flags of an interface (IFF_…), or nothing when there is none of this name.
std::optional<unsigned> interface_flags(const std::string& name) {
    const int any_socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (any_socket < 0) return std::nullopt;
    ifreq request{};
    name.copy(request.ifr_name, sizeof request.ifr_name - 1);
    const int got = ::ioctl(any_socket, SIOCGIFFLAGS, &request);
    ::close(any_socket);
    if (got != 0) return std::nullopt;
    return static_cast<unsigned short>(request.ifr_flags);
}

class Interface final : public PacketSource {
public:
    Interface(Pcap pcap, std::string name, LinkType link)
        : pcap_(std::move(pcap)), name_(std::move(name)), link_(link) {}

    [[nodiscard]] LinkType link() const override { return link_; }

    base::Result<std::size_t, base::Error> read(std::size_t at_most, const Consumer& consumer) override {
        // Nothing may be thrown through libpcap.
        const auto hand_over = [](u_char* user, const pcap_pkthdr* header, const u_char* bytes) noexcept {
            (*reinterpret_cast<const Consumer*>(user))({bytes, header->caplen});
            // The ring is mapped writable, and libpcap itself moves bytes in it. It gives the slot back afterwards.
            ::explicit_bzero(const_cast<u_char*>(bytes), header->caplen);
        };
        const int got = pcap_dispatch(pcap_.get(), static_cast<int>(at_most), hand_over,
                                      reinterpret_cast<u_char*>(const_cast<Consumer*>(&consumer)));
        if (got < 0) return base::failure(base::Error{name_ + ": " + pcap_geterr(pcap_.get())});
        return static_cast<std::size_t>(got);
    }

    [[nodiscard]] int descriptor() const override { return pcap_get_selectable_fd(pcap_.get()); }

    [[nodiscard]] base::Milliseconds must_read_every() const override {
        const timeval* timeout = pcap_get_required_select_timeout(pcap_.get());
        if (timeout == nullptr) return base::Milliseconds{0};
        return std::max(base::Milliseconds{timeout->tv_sec * 1000 + timeout->tv_usec / 1000}, base::Milliseconds{1});
    }

    [[nodiscard]] SourceCounts counts() const override {
        pcap_stat stat{};
        if (pcap_stats(pcap_.get(), &stat) != 0) return counts_;
        // They are 32 bits wide and wrap.
        counts_.received += stat.ps_recv - std::exchange(last_.ps_recv, stat.ps_recv);
        counts_.dropped += stat.ps_drop - std::exchange(last_.ps_drop, stat.ps_drop);
        counts_.dropped_by_card += stat.ps_ifdrop - std::exchange(last_.ps_ifdrop, stat.ps_ifdrop);
        return counts_;
    }

    [[nodiscard]] LinkState state() const override {
        if (name_ == kEveryInterface) return LinkState::Up;
        const auto flags = interface_flags(name_);
        if (!flags) return LinkState::Gone;
        return (*flags & IFF_UP) != 0 && (*flags & IFF_RUNNING) != 0 ? LinkState::Up : LinkState::Down;
    }

private:
    Pcap pcap_;
    std::string name_;
    LinkType link_;
    mutable SourceCounts counts_;
    mutable pcap_stat last_{};
};

OpenFailure explain(int code, const std::string& name, const std::string& detail) {
    switch (code) {
        case PCAP_ERROR_NO_SUCH_DEVICE:
            return {"there is no network interface '" + name + "' to capture on; `ip link` lists them"};
        case PCAP_ERROR_PERM_DENIED:
        case PCAP_ERROR_PROMISC_PERM_DENIED:
            return {
                "capturing on " + name +
                    " needs the right to open raw sockets: under systemd set AmbientCapabilities=CAP_NET_RAW, or run "
                    "`setcap cap_net_raw=ep` on the program, or start it as root and name whom it is to become with "
                    "capture.user",
                true};
        case PCAP_ERROR_IFACE_NOT_UP:
            return {"the network interface " + name + " is down; a mirror port needs no address, but `ip link set " +
                    name + " up`"};
        default: return {"capturing on " + name + " is not possible: " + detail};
    }
}

std::string error_text(pcap_t* pcap, int code) {
    const std::string said = pcap_geterr(pcap);
    return said.empty() ? pcap_statustostr(code) : said;
}

base::Result<void, OpenFailure> set_filter(pcap_t* pcap, const LiveSettings& settings, LinkType link) {
    std::string filter = filter_for(settings.ports, link);
    // On the loopback interface every packet goes out and comes in.
    if (interface_flags(settings.interface).value_or(0) & IFF_LOOPBACK) filter = "inbound and (" + filter + ")";
    bpf_program program{};
    bool done = pcap_compile(pcap, &program, filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (done) {
        done = pcap_setfilter(pcap, &program) == 0;
        pcap_freecode(&program);
    }
    if (!done) return base::failure(explain(PCAP_ERROR, settings.interface, error_text(pcap, PCAP_ERROR)));
    return {};
}

}  // namespace

std::string filter_for(const std::vector<std::uint16_t>& ports, LinkType link) {
    std::string plain;
    for (const std::uint16_t port : ports)
        plain += (plain.empty() ? "tcp port " : " or tcp port ") + std::to_string(port);
    if (plain.empty()) plain = "tcp";
    // Each "vlan" moves on by one tag for all that stands behind it.
    if (link == LinkType::Ethernet) plain += " or (vlan and (" + plain + ")) or (vlan and (" + plain + "))";
    return plain;
}

OpenedSource open_interface(const LiveSettings& settings) {
    const std::string& name = settings.interface;
    char why[PCAP_ERRBUF_SIZE] = "";
    Pcap pcap(pcap_create(name.c_str(), why), pcap_close);
    if (!pcap) return base::failure(explain(PCAP_ERROR, name, why));
    pcap_set_snaplen(pcap.get(), static_cast<int>(settings.snap_length));
    pcap_set_buffer_size(pcap.get(), static_cast<int>(settings.buffer_bytes));
    pcap_set_promisc(pcap.get(), settings.promiscuous && name != kEveryInterface ? 1 : 0);
    pcap_set_immediate_mode(pcap.get(), 1);
    const int activated = pcap_activate(pcap.get());  // above zero: a warning
    if (activated < 0) return base::failure(explain(activated, name, error_text(pcap.get(), activated)));

    const int number = pcap_datalink(pcap.get());
    const auto link = link_type(number);
    if (!link) return base::failure(explain(PCAP_ERROR, name, unsupported_link(number)));
    if (auto filtered = set_filter(pcap.get(), settings, *link); !filtered) {
        return base::failure(std::move(filtered.error()));
    }
    if (pcap_setnonblock(pcap.get(), 1, why) != 0) return base::failure(explain(PCAP_ERROR, name, why));
    if (pcap_get_selectable_fd(pcap.get()) < 0) {
        return base::failure(explain(PCAP_ERROR, name, "it cannot be waited for"));
    }
    return std::make_unique<Interface>(std::move(pcap), name, *link);
}

}  // namespace millrace::capture
