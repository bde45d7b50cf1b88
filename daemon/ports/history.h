// Questions about the past. Answers come on the loop thread; the work is done on a reader thread with a read-only
// connection, so a long question never delays a frame.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/device_id.h"
#include "base/result.h"
#include "base/time.h"
#include "base/time_zone.h"
#include "base/units.h"
#include "classify/category.h"
#include "meter/calibration_table.h"
#include "meter/reading.h"
#include "ports/frame.h"
#include "ports/records.h"

namespace millrace::ports {

struct ReadingQuery {
    base::DeviceId sensor;
    base::WallTime from;  // inclusive
    base::WallTime to;    // exclusive
    std::size_t limit = 1000;
    // Position after the last reading of the page before; opaque to everybody but the store.
    std::optional<std::string> cursor;
};

struct ReadingPage {
    std::vector<meter::Reading> readings;  // ascending by time, then total
    std::optional<std::string> next_cursor;
    meter::CalibrationTable calibration;  // the sensor's: what the peaks were worth, and when
};

struct UsageQuery {
    base::DeviceId sensor;
    base::WallTime from;  // inclusive, moved back to the start of its bucket
    base::WallTime to;    // exclusive
    base::CalendarUnit bucket = base::CalendarUnit::Hour;
    base::TimeZone zone;
    bool by_category = false;  // whether UsageAnswer::labelled is asked for
};

struct UsageBucket {
    base::WallTime start;
    base::WallTime end;
    base::PeakCount peaks;
    base::Volume volume;  // at the calibration in force when the water ran
};

// What the uses of a category that began in a bucket took of its water.
struct LabelledVolume {
    std::size_t bucket = 0;
    std::string category;
    base::Volume volume;

    bool operator==(const LabelledVolume&) const = default;
};

struct UsageAnswer {
    std::vector<UsageBucket> buckets;  // every bucket of the range, empty ones too
    bool calibrated = false;
    std::vector<LabelledVolume> labelled{};  // by bucket and category; of one bucket never more than its volume
};

// The peaks counted between two moments, for calibration: the rise of each series from its last reading at or before
// `from` to its last at or before `to`.
struct CountQuery {
    base::DeviceId sensor;
    std::vector<base::WallTime> times;  // ascending; the answer has one count less
};

// When a sensor was heard, and what explains the silences between.
struct EvidenceQuery {
    base::DeviceId sensor;
    base::WallTime from;
    base::WallTime to;
};
struct Evidence {
    std::vector<base::WallTime> heard;     // of the sensor, as received, ascending; the last before `from` is the first
    std::vector<meter::Reading> readings;  // by their own time
    std::vector<SpellRecord> spells;       // that overlap the range
    std::vector<EventRecord> bridge_events;
    meter::CalibrationTable calibration;
};

struct EstimateQuery {
    base::DeviceId sensor;
    base::WallTime from;
    base::WallTime to;
};

// Alarms of the past, the newest first.
struct IncidentQuery {
    std::optional<base::DeviceId> device;
    std::optional<base::WallTime> from;  // raised at or after
    std::optional<base::WallTime> to;    // raised before
    std::size_t limit = 100;
    std::optional<std::int64_t> below;  // ids below this one: the page after
};
// The history of one, oldest first; empty when there is no such incident.
struct IncidentHistoryQuery {
    std::int64_t incident = 0;
};
// Uses that overlap a range, by start.
struct UseQuery {
    base::DeviceId sensor;
    base::WallTime from;
    base::WallTime to;
    std::size_t limit = 1000;
    std::optional<base::WallTime> after;  // the start of the last one of the page before
};
struct OneUseQuery {
    base::DeviceId sensor;
    UseKey use;
};
// What the uses of each category took that began in a range, by the owner's word or else by ours.
struct CategorySumsQuery {
    base::DeviceId sensor;
    std::vector<std::pair<base::WallTime, base::WallTime>> ranges;  // the second exclusive
};
struct CategorySum {
    std::int64_t uses = 0;  // a machine's cycle is one
    base::Volume volume;
    base::Milliseconds ran{0};
};
using CategorySums = std::array<CategorySum, classify::kCategories>;  // by index_of()

// The newest first.
struct DeliveryQuery {
    std::optional<std::string> channel;
    std::size_t limit = 100;
};

// The archive, the newest first.
struct FrameQuery {
    std::optional<base::DeviceId> bridge;  // of its connections
    std::optional<base::WallTime> from;    // received at or after
    std::optional<base::WallTime> to;      // received before
    std::size_t limit = 100;
    std::optional<std::int64_t> below;  // ids below this one: the page after
};
struct FramePage {
    struct Item {
        Frame frame;
        bool opened = false;
    };
    std::vector<Item> frames;
    // Where the page after begins, which may have frames even when this one has none: only so many are looked at.
    std::optional<std::int64_t> next_below;
};

// How many buckets one question may ask for: ten years of hours.
inline constexpr std::size_t kMaxUsageBuckets = 10 * 366 * 24;

class History {
public:
    virtual ~History() = default;

    template <typename T>
    using Answer = std::function<void(base::Result<T, base::Error>)>;

    virtual void readings(ReadingQuery query, Answer<ReadingPage> answer) = 0;
    virtual void usage(UsageQuery query, Answer<UsageAnswer> answer) = 0;
    virtual void counts(CountQuery query, Answer<std::vector<base::PeakCount>> answer) = 0;
    virtual void evidence(EvidenceQuery query, Answer<Evidence> answer) = 0;
    virtual void estimates(EstimateQuery query, Answer<std::vector<EstimateRecord>> answer) = 0;
    virtual void incidents(IncidentQuery query, Answer<std::vector<detect::Incident>> answer) = 0;
    virtual void incident_history(IncidentHistoryQuery query, Answer<std::vector<detect::AlarmEvent>> answer) = 0;
    virtual void uses(UseQuery query, Answer<std::vector<KeptUse>> answer) = 0;
    virtual void use(OneUseQuery query, Answer<std::optional<KeptUse>> answer) = 0;  // nothing: there is none such
    // One for each range.
    virtual void category_sums(CategorySumsQuery query, Answer<std::vector<CategorySums>> answer) = 0;
    virtual void deliveries(DeliveryQuery query, Answer<std::vector<DeliveryRecord>> answer) = 0;
    virtual void frames(FrameQuery query, Answer<FramePage> answer) = 0;
};

}  // namespace millrace::ports
