// Asks name servers, each by itself, for the addresses of names. Blocks for up to four seconds; any thread.
//
// Never through the system's resolver, /etc/hosts or a cache: what counts is what the bridge is told.
#pragma once

#include <string>
#include <vector>

#include "doctor/facts.h"
#include "doctor/wait.h"

namespace millrace::doctor {

// c-ares counts who uses it, without a lock: made and ended on the thread of all who do, which in the daemon is the
// loop. Must live while names are asked for.
class NameLibrary {
public:
    NameLibrary();
    ~NameLibrary();
    NameLibrary(const NameLibrary&) = delete;
    NameLibrary& operator=(const NameLibrary&) = delete;
};

// One answer for each server and name, IPv4 and IPv6 together.
[[nodiscard]] std::vector<NameAnswer> ask_names(const std::vector<std::string>& servers,
                                                const std::vector<std::string>& names, const Bounds& bounds);

}  // namespace millrace::doctor
