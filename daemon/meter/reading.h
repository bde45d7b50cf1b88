// A sample that has been placed: in which series it belongs, when it happened, and what it added.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.h"
#include "base/units.h"

namespace millrace::meter {

enum class ReadingKind : std::uint8_t {
    First,    // of its series, with no known base: nothing can be said of the water before it
    Advance,  // the total rose, or stood still at a later time
    CatchUp,  // the total rose after a gap: when exactly the water ran is not known
    Late,     // older than the newest: fills history, adds nothing to the register
    Repeat,   // the same sample again
};

// "catch_up", as all that is written out names it.
[[nodiscard]] constexpr std::string_view name(ReadingKind kind) {
    switch (kind) {
        case ReadingKind::First: return "first";
        case ReadingKind::Advance: return "advance";
        case ReadingKind::CatchUp: return "catch_up";
        case ReadingKind::Late: return "late";
        case ReadingKind::Repeat: return "repeat";
    }
    return "unknown";
}

struct Reading {
    base::WallTime time;      // when the sensor says it happened, or `received` when its clock was unset or absurd
    base::WallTime received;  // when the frame reached us
    bool time_is_receipt = false;
    std::int64_t series = 1;  // counts up from 1 whenever the running total starts anew
    base::PeakCount total;    // the series' running total, unwrapped past 32 bits
    base::PeakCount advance;  // by how much the series' highest total rose; never negative
    ReadingKind kind = ReadingKind::Advance;

    bool operator==(const Reading&) const = default;
};

}  // namespace millrace::meter
