#include "meter/sealed_estimate.h"

#include <algorithm>
#include <chrono>

#include "message/samples.h"
#include "meter/sensor_meter.h"

namespace millrace::meter {
namespace {

using base::Milliseconds;
using base::Seconds;
using base::WallTime;

// {"timestamp":1785105201,"value":} and the comma or bracket that follows; the digits of the value come on top.
constexpr std::size_t kEntryBytes = 34;
constexpr std::size_t kMostDigits = 10;
// Sealed around the entries: "[" and what sealing adds. "]" is counted with the last entry.
constexpr std::size_t kAroundBytes = kSealedOverheadBytes + 1;
// Twice what a bridge sends in one message. A longer message is nothing a bridge made, and must not count as water.
constexpr std::size_t kMostEntries = 60;
constexpr std::size_t kMostBytes = kAroundBytes + 1 + kMostEntries * (kEntryBytes + kMostDigits);
// A total below this many digits can gain several within a message; above, it would take more peaks than a household
// has in weeks.
constexpr std::size_t kSteadyDigits = 5;

// While water runs a message comes every 20 s or so; with a grid step to spare.
constexpr Milliseconds kCycle = Seconds{25};
// When the next message is this late, the water has stopped: a cycle and what the network adds.
constexpr Milliseconds kRest = Seconds{30};
// At low flow a bridge was seen to collect for two minutes, peaks up to 36 s apart.
constexpr Milliseconds kLongestDelivery = Seconds{150};
constexpr Milliseconds kSlowInterval = Seconds{36};
// Collected over such a time, a message has more entries than the cycle alone would give it.
constexpr std::size_t kCollectedEntries = 6;
// Messages further apart than this are no flow.
constexpr Milliseconds kLongestRest = Seconds{900};
// A slow flow gives its peaks one by one, so more entries at once are the begin of a use; and it must have kept its
// pace over three intervals, because two of them may be chance.
constexpr std::size_t kSlowEntries = 2;
constexpr std::size_t kSlowIntervals = 3;
// Messages of a connection come in order. One this much older is of a clock that was put back.
constexpr Milliseconds kClockPutBack = Seconds{60};

// `trailing`: 0 or 1 byte after the JSON. `digits`: 1 to kMostDigits.
constexpr SealedForms form_bit(std::size_t trailing, std::size_t digits) {
    return SealedForms{1} << (trailing * kMostDigits + digits - 1);
}

std::size_t most_digits_after(std::size_t digits) {
    return std::min(kMostDigits, std::max(digits + 1, kSteadyDigits + 1));
}

// Whether `entries` totals, the last of `after` digits and none of less than `before`, have so many digits together.
bool can_hold(std::size_t entries, std::size_t digits_together, std::size_t before, std::size_t after) {
    if (entries == 0) return false;
    return digits_together >= (entries - 1) * before + after && digits_together <= entries * after;
}

struct Counted {
    SealedForms forms = 0;
    std::size_t least = 0;
};

// The forms that stay possible after a message of so many bytes, and the least number of entries under any of them.
Counted narrow(SealedForms forms, std::size_t bytes) {
    Counted counted;
    for (std::size_t trailing = 0; trailing <= 1; ++trailing) {
        if (bytes < kAroundBytes + trailing) continue;
        const std::size_t entry_bytes = bytes - kAroundBytes - trailing;
        for (std::size_t before = 1; before <= kMostDigits; ++before) {
            if ((forms & form_bit(trailing, before)) == 0) continue;
            for (std::size_t after = before; after <= most_digits_after(before); ++after) {
                const std::size_t most = entry_bytes / (kEntryBytes + before);
                for (std::size_t n = entry_bytes / (kEntryBytes + after); n <= most; ++n) {
                    if (!can_hold(n, entry_bytes - n * kEntryBytes, before, after)) continue;
                    counted.forms |= form_bit(trailing, after);
                    counted.least = counted.least == 0 ? n : std::min(counted.least, n);
                }
            }
        }
    }
    return counted;
}

WallTime time_of(const SealedMessage& message) {
    if (!message.published) return message.received;
    const bool unset = base::unix_s(*message.published) <= message::kLargestUnsetTimestamp;
    const bool absurd = *message.published > message.received + kMostAheadOfReceipt;
    return unset || absurd ? message.received : *message.published;
}

// A message sent again keeps its topic and so its time of publishing. Without that time only what is marked as sent
// again can be told.
bool is_repeat(const SealedMeter& meter, const SealedMessage& message) {
    if (!message.published && !message.dup) return false;
    return std::any_of(meter.recent.begin(), meter.recent.end(), [&](const SealedMeter::Step& step) {
        return step.published == message.published && step.bytes == message.bytes;
    });
}

bool alike(Milliseconds a, Milliseconds b) {
    const auto [shorter, longer] = std::minmax(a, b);
    return 2 * longer <= 5 * shorter;
}

// Begin and longest interval of the slow flow that the newest messages tell of, if they do.
struct SlowFlow {
    WallTime since;
    Milliseconds interval{0};
};

std::optional<SlowFlow> slow_flow(const std::deque<SealedMeter::Step>& recent) {
    SlowFlow flow;
    std::size_t intervals = 0;
    Milliseconds newest{0};
    for (std::size_t i = recent.size(); i-- > 1 && intervals < kSlowIntervals; ++intervals) {
        const Milliseconds interval = recent[i].time - recent[i - 1].time;
        if (interval <= Milliseconds{0} || interval > kLongestRest || recent[i].entries > kSlowEntries) return {};
        if (intervals == 0) newest = interval;
        if (!alike(interval, newest)) return {};
        flow.interval = std::max(flow.interval, interval);
        flow.since = recent[i - 1].time;
    }
    if (intervals < kSlowIntervals) return {};
    return flow;
}

// The stretch of a message of `entries` that follows one of `before`.
SealedSpan stretch(WallTime time, std::size_t entries, const std::optional<SealedMeter::Step>& before) {
    // The peaks of an entry fell in the step before it, and the newest entry is up to a step old when it is published.
    const Milliseconds explained = static_cast<std::int64_t>(entries + 1) * Milliseconds{kGridStep};
    if (!before || before->time > time) return {time - explained, time, {}};
    const Milliseconds gap = time - before->time;
    if (gap <= kCycle) {
        // With no room for more than one entry besides, it ran all the time.
        if (explained + kGridStep >= gap) return {before->time, time, {}};
        return {before->time, before->time + explained, {}};
    }
    const bool collected = entries >= kCollectedEntries && gap <= kLongestDelivery &&
                           gap <= static_cast<std::int64_t>(entries) * kSlowInterval;
    if (collected) return {before->time, time, {}};
    return {std::max(time - explained, before->time), time, {}};
}

// Adds the message to the run it belongs to, or begins one with it.
void follow_run(SealedMeter& meter, const SealedMeter::Step& step, WallTime from, WallTime received) {
    const bool goes_on = meter.since && meter.rest_at && step.time < *meter.rest_at;
    const auto slow = slow_flow(meter.recent);
    if (!goes_on) meter.since = slow ? std::min(slow->since, from) : from;
    if (goes_on && slow) meter.since = std::min(*meter.since, slow->since);
    meter.rest_at = step.time + (slow ? std::clamp<Milliseconds>(2 * slow->interval, kRest, kLongestRest) : kRest);
    meter.newest = step;
    meter.newest_received = received;
}

}  // namespace

std::size_t count_entries(SealedForms& forms, std::size_t bytes) {
    Counted counted = narrow(forms, bytes);
    if (counted.least == 0) counted = narrow(kAllSealedForms, bytes);
    forms = counted.least == 0 ? kAllSealedForms : counted.forms;
    return counted.least;
}

std::optional<SealedSpan> apply(SealedMeter& meter, const SealedMessage& message) {
    if (message.bytes < kAroundBytes + kEntryBytes + 1 || message.bytes > kMostBytes) return std::nullopt;
    if (is_repeat(meter, message)) return std::nullopt;

    SealedForms forms = meter.forms;
    const std::size_t fitting = count_entries(forms, message.bytes);
    if (fitting > kMostEntries) return std::nullopt;
    // Digits that fell, without a boot that we saw.
    const bool restarted = fitting > 0 && narrow(meter.forms, message.bytes).least == 0;
    meter.base_may_repeat = meter.base_may_repeat || restarted;
    meter.forms = forms;

    const std::size_t entries = std::max<std::size_t>(fitting, 1);
    const SealedMeter::Step step{time_of(message), message.published, message.bytes, entries};
    const bool put_back =
        meter.newest && step.time + kClockPutBack < meter.newest->time && message.received >= meter.newest_received;
    if (put_back) {
        meter.newest.reset();
        meter.since.reset();
        meter.rest_at.reset();
    }
    SealedSpan span = stretch(step.time, entries, meter.newest);
    if (fitting > 0 && !message.may_repeat) {
        span.least = {static_cast<std::int64_t>(fitting - (meter.base_may_repeat ? 1 : 0))};
        meter.base_may_repeat = false;
    }

    meter.recent.push_back(step);
    if (meter.recent.size() > SealedMeter::kRecentSteps) meter.recent.pop_front();
    if (!meter.newest || step.time >= meter.newest->time) follow_run(meter, step, span.from, message.received);
    return span;
}

void note_boot(SealedMeter& meter) {
    meter.forms = kAllSealedForms;
    meter.base_may_repeat = true;
}

SealedFlow sealed_flow_at(const SealedMeter& meter, WallTime now) {
    if (!meter.rest_at || now >= *meter.rest_at) return {};
    return {true, meter.since, meter.rest_at};
}

}  // namespace millrace::meter
