// Random draws in whole numbers, so that the same seed gives the same leaks on every machine.
//
// Each thing that is drawn has a series of its own, named by what it is: adding a kind of leak does not change others.
#pragma once

#include <cstdint>
#include <string_view>

#include "emulate/random.h"

namespace millrace::app {

[[nodiscard]] inline std::uint64_t mix(std::uint64_t seed, std::uint64_t more) {
    return emulate::Random(seed ^ (more * 0xD1B54A32D192ED03)).next();
}

// Fowler, Noll and Vo's hash, mixed into the seed.
[[nodiscard]] inline std::uint64_t mix(std::uint64_t seed, std::string_view name) {
    std::uint64_t hash = 0xCBF29CE484222325;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
    return mix(seed, hash);
}

class Draw {
public:
    explicit Draw(std::uint64_t seed) : random_(seed) {}

    // Both ends included.
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(random_.next() % static_cast<std::uint64_t>(high - low + 1));
    }
    bool chance(std::int64_t percent) { return between(1, 100) <= percent; }
    // Bell-shaped: twelve even draws have a deviation of one and reach six at most.
    std::int64_t scattered(std::int64_t mean, std::int64_t deviation_percent) {
        std::int64_t thousandths = -6'000;
        for (int i = 0; i < 12; ++i) thousandths += between(0, 1'000);
        return mean + mean * thousandths / 1'000 * deviation_percent / 100;
    }

private:
    emulate::Random random_;
};

}  // namespace millrace::app
