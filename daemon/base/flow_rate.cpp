#include "base/flow_rate.h"

#include <algorithm>
#include <limits>

#include "base/wide.h"

namespace millrace::base {
namespace {

std::int64_t held(Wide value) {
    using Limits = std::numeric_limits<std::int64_t>;
    return static_cast<std::int64_t>(std::clamp<Wide>(value, Limits::min(), Limits::max()));
}

}  // namespace

FlowRate mean_flow(Volume volume, Milliseconds length) {
    return {held(Wide{volume.microlitres} * 1'000 / std::max<std::int64_t>(1'000, length.count()))};
}

Volume volume_of(FlowRate flow, Milliseconds length) {
    return {held(Wide{flow.microlitres_per_second} * length.count() / 1'000)};
}

}  // namespace millrace::base
