// `/api/v1/sensors/{uuid}/readings`: what a sensor reported, page by page, oldest first, as JSON or CSV.
//
// A reading's volume is its peaks at the calibration in force at its time.
#pragma once

#include <cstddef>
#include <string>

#include "base/time_zone.h"
#include "base/units.h"
#include "ports/history.h"
#include "ports/live.h"

namespace millrace::api {

// A page is built on the loop thread, which must not be held up for long: this many cost it about 5 ms on a PC.
inline constexpr std::size_t kMaxReadingsPerPage = 5000;
inline constexpr std::size_t kDefaultReadingsPerPage = 1000;

// Positions are short; a longer text is none of ours.
inline constexpr std::size_t kMaxCursorBytes = 256;

struct ReadingsView {
    base::DeviceId sensor;
    base::WallTime from;
    base::WallTime to;
    base::VolumeUnit unit = base::VolumeUnit::Litre;
    base::TimeZone zone;
};

[[nodiscard]] std::string readings_document(const ports::ReadingPage& page, const ReadingsView& view);
[[nodiscard]] std::string readings_csv(const ports::ReadingPage& page, const ReadingsView& view);

}  // namespace millrace::api
