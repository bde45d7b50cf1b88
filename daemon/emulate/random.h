// A small deterministic source of random numbers: eight bytes a bridge, the same series from the same seed everywhere.
//
// Steele, Lea and Flood's SplitMix64. Not for secrets.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>

namespace millrace::emulate {

class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    // From 0 up to, not including, 1.
    double fraction() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
    double between(double low, double high) { return low + (high - low) * fraction(); }
    bool chance(double probability) { return fraction() < probability; }

    // Around `mean`; bounded to three deviations, so that no shower lasts a night.
    double around(double mean, double deviation) {
        const double radius = std::sqrt(-2.0 * std::log(1.0 - fraction()));
        const double normal = radius * std::cos(2.0 * 3.14159265358979323846 * fraction());
        return mean + deviation * std::fmin(3.0, std::fmax(-3.0, normal));
    }

    void fill(std::span<std::uint8_t> bytes) {
        for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(next() >> 56);
    }

private:
    std::uint64_t state_;
};

}  // namespace millrace::emulate
