// Random bytes from the kernel.
#pragma once

#include "ports/random.h"

namespace millrace::app {

class SystemRandom final : public ports::Random {
public:
    void fill(std::span<std::uint8_t> bytes) override;
};

}  // namespace millrace::app
