// What is kept of alarms, uses, what they are taken for, and notices. Primary data: an alarm was raised or it was not,
// whatever is rebuilt later.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/device_id.h"
#include "base/time.h"
#include "classify/category_totals.h"
#include "classify/verdict.h"
#include "detect/incident.h"
#include "detect/use.h"

namespace millrace::ports {

// The incident is inserted or replaced, keyed by its id; the event is added to its history.
struct AlarmRecord {
    detect::AlarmEvent event;
};

// Inserted or replaced, keyed by sensor, start and whether it is `overlapped`, volume.
struct UseRecord {
    base::DeviceId sensor;
    detect::Use use;
};

using detect::key_of;
using detect::UseKey;

// What the owner says a use was.
struct UseLabel {
    std::string category;  // a key of kUseCategories, or empty
    std::string name;      // in the owner's words, or empty
    std::string by;        // who said so
    base::WallTime at;     // when

    bool operator==(const UseLabel&) const = default;
};

// Inserted or replaced, keyed by sensor and use. A label without category and name takes the one before back.
struct UseLabelRecord {
    base::DeviceId sensor;
    UseKey use;
    UseLabel label;

    bool operator==(const UseLabelRecord&) const = default;
};

// What Millrace takes a use for. Inserted or replaced, keyed by sensor and use.
struct UseVerdictRecord {
    base::DeviceId sensor;
    UseKey use;
    classify::Verdict verdict;
};

// What is shown as a sensor's totals by category. Replaced whole.
struct CategoryTotalsRecord {
    base::DeviceId sensor;
    classify::CategoryTotals totals;
};

// Of a use that is the first of a machine's cycle: all of it.
struct MachineCycle {
    int fills = 1;
    base::WallTime end;
    base::Volume volume;

    bool operator==(const MachineCycle&) const = default;
};

// A use with what else is known of it.
struct KeptUse {
    detect::Use use;
    std::optional<UseLabel> label{};
    std::optional<classify::Verdict> verdict{};
    std::optional<MachineCycle> cycle{};  // of several fills
    std::optional<std::int64_t> alarm{};  // the newest of the sensor's water that ran at the same time

    bool operator==(const KeptUse&) const = default;
};

// The owner's word, else Millrace's; nothing when there is neither.
[[nodiscard]] inline std::optional<classify::Category> category_of(const KeptUse& kept) {
    if (kept.label && !kept.label->category.empty()) return classify::category_of(kept.label->category);
    return kept.verdict ? std::optional(kept.verdict->category) : std::nullopt;
}

// A notice on its way to a channel. Inserted or replaced, keyed by number, which the sender counts up.
enum class DeliveryState : std::uint8_t { Waiting = 1, Delivered = 2, GivenUp = 3, Superseded = 4 };
struct DeliveryRecord {
    std::int64_t number = 0;
    std::string channel;
    std::int64_t incident = 0;  // 0: a test
    std::string kind;           // "raised", "reminder", "cleared", "test" …
    DeliveryState state = DeliveryState::Waiting;
    base::WallTime queued;
    base::WallTime next_try;
    int tries = 0;
    std::optional<base::WallTime> delivered;
    std::string error;  // of the last try, without secrets
    std::string title;
    std::string text;

    bool operator==(const DeliveryRecord&) const = default;
};

}  // namespace millrace::ports
