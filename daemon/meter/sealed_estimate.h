// Water told by sealed messages: when it ran, for how long, and at least how much, from sizes and times alone.
//
// Sealing adds a fixed number of bytes, and a sample message holds nothing but entries of 33 bytes and the digits of a
// running total. How many digits those are is learnt: a set of possible forms is carried along that each message
// narrows, because digits only grow by counting. The number of entries is then the smallest that any form left allows.
//
// Lower bound: every entry is at least one peak, but the first after a boot, which may only repeat the base the server
// gave. It is a bound as long as each sample is told once: samples sent again under a new time of publishing look like
// new ones, so the owner marks those messages that may be such (`may_repeat`), and they count nothing. At high flow an
// entry stands for dozens of peaks, so the bound is far below the truth there.
//
// Time: a message tells of peaks between the message before it and its own publishing. One that follows within a
// delivery and could not hold much more fills the time between; one with fewer entries ran right after the message
// before; one after a rest ran just before it was published. Such a stretch is as long as its entries are on the
// sensor's grid, and one step more. Only a message that seems collected at a slow steady flow, where entries are single
// peaks some way apart, is given all the time since the one before.
//
// A state value and pure functions on it. Times are on the sensor's clock (the time of publishing) where that is set
// and sane, else those of receipt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "base/time.h"
#include "base/units.h"

namespace millrace::meter {

// What sealing adds to a payload.
inline constexpr std::size_t kSealedOverheadBytes = 36;

// A stretch of time in which water ran, as far as a sealed message tells.
struct SealedSpan {
    base::WallTime from;
    base::WallTime to;
    base::PeakCount least;  // 0 when water ran and nothing can be said of how much

    bool operator==(const SealedSpan&) const = default;
};

// A sample message on the sensor's topic.
struct SealedMessage {
    std::size_t bytes = 0;  // of the sealed payload
    base::WallTime received;
    std::optional<base::WallTime> published;  // from the topic
    bool dup = false;
    // It may hold samples that were sent before: the bridge has connected anew and not everything was acknowledged.
    bool may_repeat = false;
};

// The ways the bytes of a message can be meant: the digits of the newest total (1 to 10), and whether a byte trails the
// JSON. One bit a way.
using SealedForms = std::uint32_t;
inline constexpr SealedForms kAllSealedForms = (SealedForms{1} << 20) - 1;

struct SealedMeter {
    struct Step {
        base::WallTime time;
        std::optional<base::WallTime> published;
        std::size_t bytes = 0;
        std::size_t entries = 0;

        bool operator==(const Step&) const = default;
    };
    // For telling repeats and the pace of a slow flow. A bridge has at most some eight messages under way at once.
    static constexpr std::size_t kRecentSteps = 32;

    SealedForms forms = kAllSealedForms;
    bool base_may_repeat = true;
    std::deque<Step> recent;                // in the order they came
    std::optional<Step> newest;             // by time
    base::WallTime newest_received;         // meaningful with `newest`
    std::optional<base::WallTime> since;    // begin of the newest run of messages without a rest
    std::optional<base::WallTime> rest_at;  // when that run ends, unless a message comes

    bool operator==(const SealedMeter&) const = default;
};

// Nothing when the message is a repeat or tells nothing: too short for an entry, or longer than any bridge sends.
[[nodiscard]] std::optional<SealedSpan> apply(SealedMeter& meter, const SealedMessage& message);

// The sensor has booted, as its boot message tells without being opened: its total may go on from any base.
void note_boot(SealedMeter& meter);

// Whether water runs now, by the newest messages, and since when it has run without a rest. A slow flow is told by
// messages of few entries that keep coming at like intervals, up to 15 minutes apart.
struct SealedFlow {
    bool running = false;
    std::optional<base::WallTime> since;
    // When the answer changes by the passing of time alone; nothing when it is at rest.
    std::optional<base::WallTime> changes_at;

    bool operator==(const SealedFlow&) const = default;
};

// `now` is the time on the sensor's clock.
[[nodiscard]] SealedFlow sealed_flow_at(const SealedMeter& meter, base::WallTime now);

// The least number of entries a message of so many bytes holds, by the forms left; narrows `forms`, and begins anew
// with all of them when none is left. 0 when no number of entries has this size.
[[nodiscard]] std::size_t count_entries(SealedForms& forms, std::size_t bytes);

}  // namespace millrace::meter
