// Tells apart what ran at the same time, by steps of the flow: a use that began and ended while another went on evenly,
// such as a flush during a shower. What began during one use and outlasted it cannot be told from a tap opened further
// and stays one use. Values; pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace millrace::detect {

// Of one within another, in buckets of time.
struct Overlap {
    std::size_t from = 0;
    std::size_t to = 0;          // the first after it
    std::int64_t beside_ul = 0;  // what the other took in a bucket meanwhile
    std::int64_t volume_ul = 0;  // its own

    bool operator==(const Overlap&) const = default;
};

// `buckets`: microlitres in each 5 s of a use. `grain_ul`: what a peak is worth, which a bucket may be off by.
[[nodiscard]] std::vector<Overlap> find_overlaps(const std::vector<std::int64_t>& buckets, std::int64_t grain_ul);

}  // namespace millrace::detect
