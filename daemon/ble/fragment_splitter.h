// Cuts the bytes of a frame into fragments, as FORMAT.md says: the joiner's inverse. Pure; any thread, one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace millrace::ble {

class FragmentSplitter {
public:
    // `longest` is what a notification can hold, in bytes: the MTU less 3. Taken as 3 when less and 512 when more.
    explicit FragmentSplitter(std::size_t longest);

    // The notifications in their order. Numbers go on from call to call.
    [[nodiscard]] std::vector<base::Bytes> split(base::ByteView frame);

private:
    std::size_t data_bytes_;
    std::uint8_t next_ = 0;
};

}  // namespace millrace::ble
