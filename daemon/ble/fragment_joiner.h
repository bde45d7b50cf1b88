// Joins fragments to the bytes of whole frames, as FORMAT.md says. Pure; any thread, one at a time.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/time.h"

namespace millrace::ble {

class FragmentJoiner {
public:
    // The bytes of the frame that this notification completes; nothing when it completes none.
    [[nodiscard]] std::optional<base::Bytes> take(base::ByteView notification, base::SteadyTime now);

    // The connection ended: what was begun is dropped, and the next fragment may have any number.
    void reset();

    // Fragments that came and belong to no whole frame, and gaps, each counted as one.
    [[nodiscard]] std::uint64_t broken() const { return broken_; }

private:
    void drop();

    base::Bytes begun_;
    std::uint64_t fragments_ = 0;  // in `begun_`; 0: no frame is begun
    base::SteadyTime since_{};
    std::optional<std::uint8_t> expected_;
    std::uint64_t broken_ = 0;
};

}  // namespace millrace::ble
