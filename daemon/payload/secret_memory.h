// What code that holds secrets needs of memory: clearing it in a way the optimiser may not drop, and comparing it in a
// time that does not tell where it differs. Any thread.
#pragma once

#include <string.h>  // explicit_bzero is a C library extension that <cstring> does not promise

#include <cstddef>

#include "base/bytes.h"

namespace millrace::payload {

inline void wipe(void* memory, std::size_t size) {
    if (size > 0) explicit_bzero(memory, size);
}

// Only the sizes, which are no secret, may end it early.
[[nodiscard]] bool equal_in_constant_time(base::ByteView left, base::ByteView right);

}  // namespace millrace::payload
