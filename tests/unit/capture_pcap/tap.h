// A network of the test's own: a namespace with one Ethernet interface, whose far end the test holds. What it writes is
// what a mirror port would bring. Needs root.
#pragma once

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/bytes.h"

namespace millrace::capture::test {

inline bool change_flags(const std::string& interface, short add, short remove) {
    const int any = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    interface.copy(request.ifr_name, sizeof request.ifr_name - 1);
    bool done = ::ioctl(any, SIOCGIFFLAGS, &request) == 0;
    request.ifr_flags = static_cast<short>((request.ifr_flags | add) & ~remove);
    done = done && ::ioctl(any, SIOCSIFFLAGS, &request) == 0;
    ::close(any);
    return done;
}

// Why there cannot be one here, or nothing once the process is in it; its loopback interface is up.
inline std::string enter_own_network() {
    if (::geteuid() != 0) return "needs root, for a network namespace of its own";
    if (::unshare(CLONE_NEWNET) != 0) return std::string("no network namespace: ") + std::strerror(errno);
    if (!change_flags("lo", IFF_UP, 0)) return "the loopback interface does not come up";
    return "";
}

class Tap {
public:
    static constexpr const char* kName = "tap0";

    Tap() : file_(::open("/dev/net/tun", O_RDWR | O_CLOEXEC)) {
        ifreq request{};
        std::strncpy(request.ifr_name, kName, sizeof request.ifr_name - 1);
        request.ifr_flags = IFF_TAP | IFF_NO_PI;
        works_ = file_ >= 0 && ::ioctl(file_, TUNSETIFF, &request) == 0 && up();
    }
    ~Tap() { ::close(file_); }  // the interface goes with it
    Tap(const Tap&) = delete;
    Tap& operator=(const Tap&) = delete;

    [[nodiscard]] bool works() const { return works_; }
    bool up() { return change_flags(kName, IFF_UP, 0); }
    bool down() { return change_flags(kName, 0, IFF_UP); }
    bool set_link_type(unsigned long arp_type) { return down() && ::ioctl(file_, TUNSETLINK, arp_type) == 0 && up(); }
    bool bring(const base::Bytes& frame) {
        return ::write(file_, frame.data(), frame.size()) == static_cast<ssize_t>(frame.size());
    }

private:
    int file_;
    bool works_ = false;
};

}  // namespace millrace::capture::test
