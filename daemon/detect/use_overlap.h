// Tells apart what ran at the same time, by steps of the flow: a use that began and ended while another went on evenly,
// such as a flush during a shower, and one that began during another and outlasted it, when the flow fell by what the
// first had taken. A tap opened further stays one use. Values; pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace millrace::detect {

// One of the uses in a stretch of water, in buckets of time.
struct Part {
    std::size_t from = 0;               // its first bucket
    std::vector<std::int64_t> buckets;  // its own water in each
    std::int64_t beside_ul = 0;         // what another took in a bucket when it began

    bool operator==(const Part&) const = default;
};

// `buckets`: microlitres in each 5 s of a stretch. `grain_ul`: what a peak is worth, which a bucket may be off by. The
// first part is what began first. All parts together have the water of the stretch, bucket by bucket.
[[nodiscard]] std::vector<Part> tell_apart(std::vector<std::int64_t> buckets, std::int64_t grain_ul);

}  // namespace millrace::detect
