// `/api/v1/sensors/{uuid}/usage`: water used per minute, hour, day, week, month or year of a time zone, beside the
// period before on request, as JSON or CSV.
#pragma once

#include <cstddef>
#include <string>

#include "base/time_zone.h"
#include "base/units.h"
#include "ports/history.h"

namespace millrace::api {

// Fewer than the store would give, because the document is built on the loop thread, which this many cost about 7 ms on
// a PC: more than a year of hours.
inline constexpr std::int64_t kMaxBucketsPerAnswer = 10'000;

struct UsageView {
    base::DeviceId sensor;
    base::WallTime from;
    base::WallTime to;
    base::CalendarUnit bucket = base::CalendarUnit::Hour;
    base::VolumeUnit unit = base::VolumeUnit::Litre;
    base::TimeZone zone;
    bool split = false;      // by category
    std::size_t before = 0;  // so many of the answer's buckets, at its front, are the period before, to compare with
};

// Buckets in order. With a period before, each has `previous_volume`, that of its counterpart; the last bucket may be
// running still while its counterpart is whole. Split, each and the whole have `categories`: what labelled uses took,
// and the rest as `uncategorised`.
[[nodiscard]] std::string usage_document(const ports::UsageAnswer& answer, const UsageView& view);

// The same as CSV (RFC 4180) with a line of names; the volumes' names end in their unit.
[[nodiscard]] std::string usage_csv(const ports::UsageAnswer& answer, const UsageView& view);

// How many buckets lie between `from` and `to`, those that these are in included, and where as many before them begin.
struct PeriodBefore {
    std::size_t buckets = 0;
    base::WallTime from;
};
[[nodiscard]] PeriodBefore period_before(base::WallTime from, base::WallTime to, base::CalendarUnit bucket,
                                         const base::TimeZone& zone);

// At least as many as the buckets that a range touches.
[[nodiscard]] std::int64_t most_buckets(base::WallTime from, base::WallTime to, base::CalendarUnit bucket);

// Where a question begins that names no start: the last 60 minutes, 24 hours, 30 days, 13 weeks, 12 months or 5 years
// up to `to`, the one that is running included.
[[nodiscard]] base::WallTime default_from(base::WallTime to, base::CalendarUnit bucket, const base::TimeZone& zone);

}  // namespace millrace::api
