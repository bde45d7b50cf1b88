// `/api/v1/sensors/{uuid}/uses`: the uses of water a sensor's flow was cut into, oldest first, and the one under way.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/device_id.h"
#include "base/time_zone.h"
#include "base/units.h"
#include "detect/use.h"

namespace millrace::api {

// A house has 50 to 100 uses a day; each is a little object, and a page is built on the loop thread.
inline constexpr std::size_t kDefaultUsesPerPage = 500;
inline constexpr std::size_t kMaxUsesPerPage = 2'000;

struct UsesView {
    base::DeviceId sensor;
    base::WallTime from;
    base::WallTime to;
    base::VolumeUnit unit = base::VolumeUnit::Litre;
    base::TimeZone zone;
};

// The page's last use, when more than `limit` were asked for and found. Uses that began together stay together.
[[nodiscard]] std::optional<base::WallTime> cut_page(std::vector<detect::Use>& uses, std::size_t limit);

[[nodiscard]] std::string uses_document(const std::vector<detect::Use>& uses, const std::optional<detect::Use>& open,
                                        std::optional<base::WallTime> next, const UsesView& view);
// Without the one that is under way.
[[nodiscard]] std::string uses_csv(const std::vector<detect::Use>& uses, const UsesView& view);

}  // namespace millrace::api
