// `/api/v1/sensors/{uuid}/uses`: the uses of water a sensor's flow was cut into, oldest first, and the one under way.
// PUT `…/{id}` labels one: what the owner says it was.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/body.h"
#include "base/device_id.h"
#include "base/time_zone.h"
#include "base/units.h"
#include "detect/use.h"
#include "ports/alarm_records.h"

namespace millrace::api {

// A house has 50 to 100 uses a day; each is a little object, and a page is built on the loop thread.
inline constexpr std::size_t kDefaultUsesPerPage = 500;
inline constexpr std::size_t kMaxUsesPerPage = 2'000;

// How quantities, times and the range of a list are to be shown.
struct UsesView {
    base::DeviceId sensor;
    base::WallTime from;
    base::WallTime to;
    base::VolumeUnit unit = base::VolumeUnit::Litre;
    base::TimeZone zone;
};

// The page's last use, when more than `limit` were asked for and found. Uses that began together stay together.
[[nodiscard]] std::optional<base::WallTime> cut_page(std::vector<ports::KeptUse>& uses, std::size_t limit);

[[nodiscard]] std::string uses_document(const std::vector<ports::KeptUse>& uses,
                                        const std::optional<ports::KeptUse>& open, std::optional<base::WallTime> next,
                                        const UsesView& view);
// One alone, as it stands after it was labelled.
[[nodiscard]] std::string use_document(const ports::KeptUse& use, const UsesView& view);
// Without the one that is under way.
[[nodiscard]] std::string uses_csv(const std::vector<ports::KeptUse>& uses, const UsesView& view);

// How a use is named in paths, and which one a name is; nothing when it is none.
[[nodiscard]] std::string use_id(const ports::UseKey& use);
[[nodiscard]] std::optional<ports::UseKey> use_from_id(std::string_view id);

// In characters, and so up to four times as many bytes.
inline constexpr std::size_t kMaxUseNameLength = 60;

// `before` with what the body says of it: null takes a member back, one that is left out stays. What is wrong is told
// to the body.
[[nodiscard]] ports::UseLabel label_from(Body& body, ports::UseLabel before);

}  // namespace millrace::api
