#include "payload/secret_memory.h"

namespace millrace::payload {

bool equal_in_constant_time(base::ByteView left, base::ByteView right) {
    if (left.size() != right.size()) return false;
    // Volatile, so that the loop can not be turned into one that stops at the first difference.
    volatile std::uint8_t difference = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
        difference = static_cast<std::uint8_t>(difference | (left[i] ^ right[i]));
    }
    return difference == 0;
}

}  // namespace millrace::payload
