// Silences of a sensor, told apart: why nothing was heard, and what arrived of that time later.
//
// A sensor reports its state every 600 s whether water runs or not, so "no water" is never silent for long. A silence
// longer than kSilence is a gap. It is cut where its cause changes; but a piece shorter than kSilence joins the longer
// of its neighbours, because the minutes between an outage and the next report tell nothing of their own. Pure
// functions of values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "meter/calibration_table.h"
#include "meter/reading.h"

namespace millrace::meter {

// Silence of up to 13 minutes is normal without water. A state report lost on the way makes 20 minutes of two times
// ten; half an interval more covers reports that come late. So a gap begins with the second report that is missing.
inline constexpr base::Seconds kSilence{25 * 60};

// The bridge tells of a lost radio link after this long without a packet.
inline constexpr base::Seconds kRadioLostAfter{35 * 60};

// A sample that reaches us within this of its own time came as always: batches wait some 20 s, and a bridge sends
// again what was not acknowledged. What comes later was kept in between, and is recovered.
inline constexpr base::Seconds kPromptDelivery{120};

// In the order of their strength: where several hold at once, the first is named.
enum class GapCause : std::uint8_t {
    DaemonDown,     // we did not run
    CloudAway,      // the bridge was not connected, and the cloud could not be reached for it
    BridgeOffline,  // the bridge was not connected
    RadioLost,      // the bridge was there and said that it heard nothing from the sensor
    Unknown,
};

// "daemon_down", "cloud_away", "bridge_offline", "radio_lost", "unknown".
[[nodiscard]] std::string_view name(GapCause cause);

// From `from` up to, not including, `to`.
struct Span {
    base::WallTime from;
    base::WallTime to;
};

struct RadioEvent {
    base::WallTime time;
    bool up = false;  // the link came back; else nothing was heard for kRadioLostAfter
};

struct SilenceEvidence {
    base::WallTime from;  // the range that is looked at; ends at the present at the latest
    base::WallTime to;
    bool to_is_now = false;             // a silence that reaches `to` still lasts
    std::vector<base::WallTime> heard;  // when anything of the sensor arrived, ascending; the last before `from` too
    std::vector<Reading> readings;
    // Spans may overlap and come in any order.
    std::vector<Span> ran;
    std::vector<Span> connected;
    std::vector<Span> cloud_away;
    std::vector<RadioEvent> radio;  // ascending
};

struct Gap {
    base::WallTime from;
    std::optional<base::WallTime> to;  // nothing when it goes on past the range
    bool open = false;                 // it lasts still
    GapCause cause = GapCause::Unknown;
    // What arrived later of this time, each reading at its own time's calibration.
    base::PeakCount recovered;
    base::Volume recovered_volume;

    bool operator==(const Gap&) const = default;
};

// The gaps that end in or overlap the range, ascending.
//
// What is not written down is not taken as proof: times before the first span in which we ran are never DaemonDown
// (what was heard then came from files, or from a version that kept no diary), and without any span of a connection
// nothing is called BridgeOffline once something was heard.
//
// Of two pieces that join the longer one names the cause, but an Unknown one that is shorter than kSilence always gives
// way: before and after an outage some minutes of normal silence are to be expected.
[[nodiscard]] std::vector<Gap> gaps(const SilenceEvidence& evidence, const CalibrationTable& calibration);

}  // namespace millrace::meter
