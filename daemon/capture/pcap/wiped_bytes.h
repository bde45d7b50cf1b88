// Bytes that leave no trace in memory once they are freed.
//
// What is captured may hold the password of a bridge's CONNECT, in whatever pieces it came. Any thread.
#pragma once

#include <string.h>  // explicit_bzero

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace millrace::capture {

template <typename T>
struct WipingAllocator {
    using value_type = T;

    WipingAllocator() = default;
    template <typename Other>
    WipingAllocator(const WipingAllocator<Other>&) noexcept {}

    [[nodiscard]] T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
    void deallocate(T* place, std::size_t count) noexcept {
        ::explicit_bzero(place, count * sizeof(T));
        std::allocator<T>().deallocate(place, count);
    }

    friend bool operator==(const WipingAllocator&, const WipingAllocator&) { return true; }
};

using WipedBytes = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;

// Takes bytes off the front, and leaves nothing of them behind the end.
inline void drop_front(WipedBytes& bytes, std::size_t count) {
    if (count == 0) return;
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
    const std::size_t left = bytes.size();
    bytes.resize(left + count);  // within what is allocated, because this much was there
    ::explicit_bzero(bytes.data() + left, count);
    bytes.resize(left);
}

}  // namespace millrace::capture
