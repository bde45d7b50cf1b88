// Keeps watch over the water, its budgets, leak pucks and the system: detectors, rules, modes and the book of
// incidents.
//
// Readings and events come in as the hub applies them; once a second everything is judged by the passing of time.
// Subscribers hear of a change at once, and the store gets it to keep; a store that fails holds nothing back, what it
// did not take is offered again. While a bridge is away its sensors' alarms stand still, and while a sensor is silent
// those of its water do: what cannot be seen neither rests nor runs.
// What was learned comes from stored readings: it is learned anew when their worth in volume changes. Loop thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "base/time_zone.h"
#include "detect/incident.h"
#include "detect/sensor_detector.h"
#include "hub/budget_rules.h"
#include "hub/learning.h"
#include "hub/puck_rules.h"
#include "hub/system_rules.h"
#include "hub/use_sorting.h"
#include "hub/watch_notices.h"
#include "meter/calibration_table.h"
#include "ports/alarms.h"
#include "ports/frame_store.h"
#include "ports/history.h"
#include "ports/live.h"
#include "ports/notices.h"

namespace millrace::hub {

// Sensors that are watched, and leak pucks. A sensor's state is large; a stranger who makes up sensors cannot make more
// of them be watched.
inline constexpr std::size_t kMaxWatched = 2'048;

struct WatchParts {
    detect::Settings rules;  // as the config file has them
    base::TimeZone zone;
    ports::FrameStore& store;
    ports::History* history = nullptr;  // nothing: what was learned stands until the next start
    const base::Clock& clock;
    ports::Notices& notices;
    std::size_t max_watched = kMaxWatched;  // more where more bridges may connect
};

class Watch final : public ports::Alarms {
public:
    // How often everything is judged by the passing of time.
    static constexpr base::Seconds kStep{1};
    static constexpr std::size_t kEachSecond = 2'048;
    static constexpr std::size_t kAtOnce = 1'024;
    // Somebody who said that the sprinklers run and went away must not hide a leak for good.
    static constexpr base::Seconds kIrrigationLongest{12 * 3'600};

    explicit Watch(WatchParts parts);

    // Subscribers outlive the watch's last call.
    void subscribe(ports::AlarmSubscriber& subscriber) { subscribers_.push_back(&subscriber); }

    // Goes on from where an earlier run ended. Raises nothing.
    void restore(const ports::StoredState& stored);

    // Readings of one message, as they were applied. `ahead`: the sensor's clock before ours.
    void on_readings(const base::DeviceId& sensor, const std::vector<meter::Reading>& readings,
                     const meter::CalibrationTable& calibration, base::Milliseconds ahead, base::WallTime now);
    void on_event(const ports::EventRecord& event, ports::DeviceKind kind);
    // A leak puck has said something: judged at once.
    void on_puck(const ports::LivePuck& puck, base::WallTime now);
    // The stored readings of a sensor, or what they are worth, have changed: they are learned from anew.
    void on_rewritten(const base::DeviceId& sensor, const meter::CalibrationTable& calibration);

    // Where the owner's clocks are; what comes by the clock is learned anew.
    void set_zone(const base::TimeZone& zone);

    // Whether it is time for the next tick(): each second; where more than kEachSecond sensors are watched, as many
    // times that as they are more. What a message says is judged at once, however many there are.
    [[nodiscard]] bool due(base::WallTime now) const;
    // `ahead` gives the clock of each sensor before ours.
    using Ahead = std::function<base::Milliseconds(const base::DeviceId&)>;
    void tick(base::WallTime now, ports::LiveState live, const Ahead& ahead);
    // A tick looks at kAtOnce sensors and as many bridges. Where there are more, it goes on with the next ones at each
    // call of look_on(), so that the messages of others need not wait for all of them.
    [[nodiscard]] bool looking() const { return look_.has_value(); }
    void look_on(base::WallTime now, const Ahead& ahead);

    // A sensor's totals by category, as they are on disk.
    [[nodiscard]] std::optional<classify::CategoryTotals> category_totals(const base::DeviceId& sensor) const {
        return sorting_.shown(sensor);
    }

    // Whether anything that is shown has changed since the last call.
    [[nodiscard]] bool take_changed() {
        const bool sorted = sorting_.take_changed();
        return std::exchange(changed_, false) || sorted;
    }

    // ports::Alarms
    [[nodiscard]] ports::AlarmState alarms() const override;
    [[nodiscard]] detect::LimitOverview limits(const base::DeviceId& sensor) const override;
    void acknowledge(std::int64_t incident, const std::string& by, Done done) override;
    void snooze(std::int64_t incident, base::WallTime until, const std::string& by, Done done) override;
    void note(std::int64_t incident, const std::string& text, const std::string& by, Done done) override;
    void not_a_leak(std::int64_t incident, const std::string& by, Done done) override;
    void set_mode(std::optional<detect::Mode> mode, Done done) override;
    void set_irrigation_active(bool active, Done done) override;
    void set_rules(const detect::Settings& settings, Done done) override;
    void label_use(const ports::UseLabelRecord& label, const ports::KeptUse& before, Done done) override;
    void judge_uses_again(const base::DeviceId& sensor, Done done) override;
    void set_habit(const base::DeviceId& sensor, const detect::Habit& habit, Done done) override;
    void forget_habit(const base::DeviceId& sensor, std::int64_t number, Done done) override;
    void forget_learned(const base::DeviceId& sensor, Done done) override;

private:
    // A sensor is judged by what it says of the present. While it tells of the past, after an outage, that waits; but
    // not for longer than this, because its clock may simply be wrong.
    static constexpr base::Seconds kCatchingUp{10 * 60};
    static constexpr base::Seconds kOldReading{120};
    static constexpr base::Seconds kStillComing{10};
    // A connection that is not known of, over which readings come all the same, hides nothing.
    static constexpr base::Seconds kSeesWithin{60};
    // A device's clock further before ours than this is not believed.
    static constexpr base::Seconds kLargestClockLead{3'600};
    // Words of the owner that are kept for learning anew.
    static constexpr std::size_t kMaxWords = 48;
    // What a store that fails may leave to be offered again: alarms of days, uses of hours.
    static constexpr std::size_t kMaxUnsaved = 1'000;
    static constexpr base::Seconds kOfferedEvery{10};
    // Readings that come while a sensor is learned anew: more than an hour's.
    static constexpr std::size_t kMaxMeanwhile = 20'000;
    static constexpr std::size_t kReadingsPerPage = 1'000;

    struct Watched {
        detect::SensorDetector detector;
        meter::CalibrationTable calibration;  // for learning anew
        OwnersWord word;
        SensorSight sight;
        std::optional<UsedTotals> used;  // at the last look
        std::optional<base::DeviceId> bridge;
        base::Milliseconds ahead{0};
        std::vector<detect::Finding> water;  // at the last look
        std::optional<std::pair<base::Volume, classify::Verdict>>
            under_way;                               // the use at the last look, and what it may be
        std::optional<base::WallTime> last_reading;  // by its own clock
        std::optional<base::WallTime> last_receipt;  // of a reading
        std::optional<base::WallTime> catching_up;   // since when it tells of the past
        bool readings_known = true;
        bool by_bluetooth = false;  // it has no bridge but our own adapters
        bool learning = false;      // `meanwhile` is kept for the detector that learns anew
        std::vector<std::pair<meter::Reading, base::VolumePerPeak>> meanwhile;
    };

    // One look at everything, piece by piece.
    struct Look {
        ports::LiveState live;
        base::Milliseconds passed{0};
        std::size_t sensor = 0;  // the next one
        std::size_t bridge = 0;
    };

    [[nodiscard]] Watched* watched(const base::DeviceId& sensor);
    [[nodiscard]] detect::Context context(base::WallTime now) const;
    void restore_choice(const ports::ChoiceRecord& choice);
    void restore_sight(const detect::Incident& incident);
    void see_bridges(const ports::LiveState& live, base::Milliseconds passed, base::WallTime now);
    void see_sensor(Watched& sensor, const ports::LiveSensor& live, base::Milliseconds passed, base::WallTime now);
    [[nodiscard]] bool bridge_connected(const Watched& sensor) const;
    // Nothing of it reaches us.
    [[nodiscard]] bool is_blind(const Watched& sensor, base::WallTime now) const;
    // Something may reach us, but nothing can be said of its water.
    [[nodiscard]] bool is_dark(const Watched& sensor) const;
    [[nodiscard]] bool tells_of_the_past(Watched& sensor, base::WallTime now) const;
    [[nodiscard]] base::WallTime own_time(Watched& sensor, base::WallTime now);
    void judge(const base::DeviceId& id, Watched& sensor, base::WallTime now);
    void judge_bridge(const base::DeviceId& id, const BridgeSight& bridge, base::WallTime now);
    void see_pucks(const ports::LiveState& live, base::Milliseconds passed, base::WallTime now);
    void judge_puck(PuckSight& puck, base::WallTime now);
    void judge_the_gone(base::WallTime now);
    [[nodiscard]] std::vector<detect::Finding> water_of(const base::DeviceId& id, Watched& sensor, base::WallTime now);
    [[nodiscard]] std::vector<detect::Finding> budgets_of(const base::DeviceId& id, const Watched& sensor,
                                                          base::WallTime now) const;
    void drop_off(std::vector<detect::Finding>& findings) const;
    [[nodiscard]] const detect::Incident* open_incident(const base::DeviceId& device, detect::Rule rule) const;
    void choose_mode(base::WallTime now);
    void see_use_under_way(const ports::LiveSensor& seen, Watched& sensor, base::WallTime now);
    [[nodiscard]] UseScale scale_of(const detect::Use& use, const meter::CalibrationTable& calibration) const;
    void take_uses(const base::DeviceId& id, Watched& sensor, base::WallTime ended_after, base::WallTime own_now);

    void tell(const std::vector<detect::AlarmEvent>& events);
    void answered(detect::IncidentBook::Answer answer, Done done);
    // Of alarms and uses; what the store does not take is offered again.
    void keep(ports::Entry entry, Done done);
    void put_aside(ports::Entry entry);
    void offer_again();
    void keep_choice(std::string name, std::string value, std::string configured, Done done);
    void keep_words(const base::DeviceId& id, Watched& sensor, Done done);

    void learn_anew(const base::DeviceId& sensor);
    void learn_next();
    void learn_page(const std::shared_ptr<Learning>& learning, ports::ReadingQuery query);
    void end_learning(Learning* learning);

    WatchParts parts_;
    detect::Settings rules_;  // in force
    detect::IncidentBook book_;
    std::map<base::DeviceId, Watched> sensors_;
    std::map<base::DeviceId, BridgeSight> bridges_;
    std::map<base::DeviceId, PuckSight> pucks_;
    std::optional<detect::Mode> chosen_mode_;
    detect::Mode mode_ = detect::Mode::Home;
    std::optional<base::WallTime> irrigation_since_;
    std::vector<ports::AlarmSubscriber*> subscribers_;
    WatchNotices said_;
    UseSorting sorting_;
    std::deque<ports::Entry> unsaved_;
    std::optional<base::WallTime> offered_;
    std::deque<base::DeviceId> to_learn_;  // the first one is being learned
    std::optional<base::WallTime> ticked_;
    std::optional<Look> look_;  // that is not over
    bool hears_bluetooth_ = false;
    bool changed_ = true;
    bool told_full_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // answers of store and history may come late
};

}  // namespace millrace::hub
