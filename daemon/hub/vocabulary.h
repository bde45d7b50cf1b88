// What `message` knows of the devices' numbers, for rooms that do not see it. Pure; any thread.
#pragma once

#include "ports/vocabulary.h"

namespace millrace::hub {

class Vocabulary final : public ports::Vocabulary {
public:
    [[nodiscard]] ports::Meaning state(ports::DeviceKind kind, std::uint64_t key) const override;
    [[nodiscard]] ports::Meaning event(ports::DeviceKind kind, std::uint64_t type) const override;
};

}  // namespace millrace::hub
