// `/api/v1/channels`, the ways people are told, and `/api/v1/notifications`, what went out over them and when.
//
// A channel is named as in the config file. Its test goes out past filters and quiet hours, and the answer is the
// outcome; meanwhile nothing else is held up.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/time_zone.h"
#include "ports/alarm_records.h"
#include "ports/notify.h"

namespace millrace::api {

inline constexpr std::size_t kDefaultDeliveries = 100;
inline constexpr std::size_t kMaxDeliveries = 1'000;
inline constexpr std::size_t kMaxChannelNameBytes = 64;

[[nodiscard]] std::string channels_document(const std::vector<ports::ChannelState>& channels, bool enabled,
                                            const base::TimeZone& zone);
[[nodiscard]] std::string deliveries_document(const std::vector<ports::DeliveryRecord>& deliveries, bool enabled,
                                              const base::TimeZone& zone);

}  // namespace millrace::api
