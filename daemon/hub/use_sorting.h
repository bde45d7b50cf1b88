// What each sensor's uses are taken for, as they end, and the totals that are shown of it.
//
// What is shown of totals is on disk, so that no crash makes it fall. Loop thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/device_id.h"
#include "base/time.h"
#include "base/time_zone.h"
#include "base/units.h"
#include "classify/category_totals.h"
#include "classify/classifier.h"
#include "detect/use.h"
#include "meter/calibration_table.h"
#include "ports/alarm_records.h"
#include "ports/frame_store.h"

namespace millrace::hub {

// What a use is measured by.
struct UseScale {
    base::VolumePerPeak per_peak;
    base::Seconds utc_offset{0};
};

class UseSorting {
public:
    // How long water that no use took may wait to be shown.
    static constexpr base::Seconds kRestNotedEvery{60};

    // `keep` takes verdicts on their way to the store. The store outlives this.
    UseSorting(ports::FrameStore& store, std::function<void(ports::Entry)> keep);

    // Of an earlier run: uses by start, each with its scale.
    void restore(const base::DeviceId& sensor, const std::vector<ports::KeptUse>& uses,
                 const std::function<UseScale(const detect::Use&)>& scale_of);
    void restore(const ports::CategoryTotalsRecord& record);

    // Uses that have ended, by start.
    void on_uses(const base::DeviceId& sensor, const std::vector<detect::Use>& uses,
                 const std::function<UseScale(const detect::Use&)>& scale_of);
    // No use of the sensor is under way. `lifetime`: of all its water.
    void on_rest(const base::DeviceId& sensor, base::Volume lifetime, base::WallTime now);

    // The owner has said what a use was, or, without category and name, takes that back. `before`: as it was kept. What
    // is said of a machine's first fill is said of its whole cycle: returns its other fills.
    std::vector<detect::UseKey> on_label(const base::DeviceId& sensor, const ports::KeptUse& before,
                                         const ports::UseLabel& label, const UseScale& scale);
    // All remembered uses are told anew; `done` hears whether that is on disk. What is shown as totals stays.
    void judge_again(const base::DeviceId& sensor, std::function<void(bool durable)> done);

    // Of the use under way.
    [[nodiscard]] classify::Verdict guess(const base::DeviceId& sensor, const detect::Use& use,
                                          const UseScale& scale) const;
    // What the last use that ended was; nothing before one has ended in this run.
    [[nodiscard]] std::optional<classify::Category> last(const base::DeviceId& sensor) const;
    // Whether what is shown has changed since the last call: it does when it is on disk.
    [[nodiscard]] bool take_changed() { return std::exchange(changed_, false); }
    // Nothing before anything is known.
    [[nodiscard]] std::optional<classify::CategoryTotals> shown(const base::DeviceId& sensor) const;

private:
    struct Sorted {
        classify::Classifier classifier;
        classify::CategoryTotals totals;
        std::optional<classify::CategoryTotals> shown;  // the newest that is on disk
        std::optional<base::WallTime> rest_noted;
        std::optional<classify::Category> last;
    };

    void tell(const base::DeviceId& sensor, Sorted& sorted, const detect::Use& use, const UseScale& scale);
    void keep_totals(const base::DeviceId& sensor, std::function<void(bool durable)> done = nullptr);

    ports::FrameStore& store_;
    std::function<void(ports::Entry)> keep_;
    std::map<base::DeviceId, Sorted> sensors_;
    bool changed_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // the store may answer late
};

}  // namespace millrace::hub
