// Random bytes fit for cryptography, as an interface, so that everything that needs them can be tested.
#pragma once

#include <cstdint>
#include <span>

namespace millrace::ports {

class Random {
public:
    virtual ~Random() = default;
    // Never fails: without random bytes the process cannot go on and ends.
    virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

}  // namespace millrace::ports
