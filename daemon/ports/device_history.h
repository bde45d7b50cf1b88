// What devices have said of themselves: their states, events and log lines, and when they booted.
//
// Asked and answered as the questions of history.h: on a reader thread, with the answer on the loop thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base/device_id.h"
#include "base/result.h"
#include "base/time.h"
#include "ports/records.h"

namespace millrace::ports {

// Where the page before ended: after so many of those at this time.
struct PlaceInTime {
    base::WallTime time;
    std::size_t passed = 0;

    bool operator==(const PlaceInTime&) const = default;
};

// By the device's own time, the newest first.
struct DeviceQuery {
    base::DeviceId device;
    std::optional<base::WallTime> from;  // at or after
    std::optional<base::WallTime> to;    // before
    std::size_t limit = 100;
    std::optional<PlaceInTime> after;  // the page after
};

template <typename Record>
struct DevicePage {
    std::vector<Record> records;
    std::optional<PlaceInTime> next;  // nothing: this was the last page
};

// Boot frames in the archive, the newest first.
struct BootQuery {
    base::DeviceId device;
    std::optional<base::WallTime> from;  // received at or after
    std::optional<base::WallTime> to;    // received before
    std::size_t limit = 100;
    std::optional<std::int64_t> below;  // frames below this one: the page after
};

// A device says that it has started until it is answered: all that belongs together.
struct Boot {
    base::WallTime received;  // the first of the frames
    std::size_t frames = 0;

    bool operator==(const Boot&) const = default;
};
struct BootPage {
    std::vector<Boot> boots;
    // The archive was looked through from here on; nothing: it is empty.
    std::optional<base::WallTime> looked_from;
    // Where the page after begins, which may have boots even when this one has none: only so many frames are looked at.
    std::optional<std::int64_t> next_below;
};

class DeviceHistory {
public:
    virtual ~DeviceHistory() = default;

    template <typename T>
    using Answer = std::function<void(base::Result<T, base::Error>)>;

    virtual void states(DeviceQuery query, Answer<DevicePage<StateRecord>> answer) = 0;
    virtual void events(DeviceQuery query, Answer<DevicePage<EventRecord>> answer) = 0;
    virtual void logs(DeviceQuery query, Answer<DevicePage<LogRecord>> answer) = 0;
    virtual void boots(BootQuery query, Answer<BootPage> answer) = 0;
    // The time of each sensor's oldest reading; those without one are left out.
    virtual void first_readings(Answer<std::map<base::DeviceId, base::WallTime>> answer) = 0;
};

}  // namespace millrace::ports
