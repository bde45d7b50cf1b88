// How often an address may show what is no token: `kBurst` times at once, then once in `kRefill`.
//
// Addresses are forgotten when their failures are paid off, and at the latest when there are too many of them, the
// longest quiet first. Pure; times are parameters. Loop thread only.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "base/time.h"

namespace millrace::access {

class Attempts {
public:
    static constexpr int kBurst = 10;
    static constexpr base::Seconds kRefill{6};
    static constexpr std::size_t kMostAddresses = 1024;

    // How long the address has to wait before it is heard; 0 when it need not.
    [[nodiscard]] base::Seconds wait(const std::string& address, base::SteadyTime now) const;
    void failed(const std::string& address, base::SteadyTime now);

private:
    // An address owes until this time: each failure moves it on by kRefill, and the burst may be owed.
    std::unordered_map<std::string, base::SteadyTime> owing_;
};

}  // namespace millrace::access
