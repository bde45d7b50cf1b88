// What people may ask of the watch and tell it, and how that is kept.
#include <algorithm>
#include <iterator>
#include <utility>

#include "hub/watch.h"

namespace millrace::hub {
namespace {

using base::WallTime;
using detect::Incident;

constexpr const char* kNotKept =
    "it could not be written to disk, see the health of the store; it holds until the next start";
constexpr const char* kLabelNotKept = "it could not be written to disk, see the health of the store";

tl::unexpected<base::Error> refused(std::string why) {
    return base::failure(base::Error{std::move(why)});
}

std::optional<detect::Habit> habit_of(const detect::SensorDetector& detector, std::int64_t number) {
    for (detect::Habit& habit : detector.habits()) {
        if (habit.number == number) return std::move(habit);
    }
    return std::nullopt;
}

std::int64_t highest_number(const detect::SensorDetector& detector) {
    std::int64_t highest = 0;
    for (const detect::Habit& habit : detector.habits()) highest = std::max(highest, habit.number);
    return highest;
}

}  // namespace

ports::AlarmState Watch::alarms() const {
    ports::AlarmState state;
    state.mode = mode_;
    state.mode_by_schedule = !chosen_mode_.has_value();
    state.irrigation_active = irrigation_since_.has_value();
    state.rules = rules_;
    for (const Incident& incident : book_.incidents()) {
        if (incident.open()) state.incidents.push_back(incident);
    }
    std::stable_sort(state.incidents.begin(), state.incidents.end(),
                     [](const Incident& a, const Incident& b) { return a.finding.severity > b.finding.severity; });
    const WallTime now = parts_.clock.wall_now();
    for (const auto& [id, sensor] : sensors_) {
        ports::SensorWatch watch;
        watch.sensor = id;
        watch.use = sensor.detector.open_use(now + sensor.ahead);
        if (watch.use && sensor.under_way) watch.use_may_be = sensor.under_way->second;
        watch.last_use = sorting_.last(id);
        watch.base_flow = sensor.detector.base_flow(now + sensor.ahead);
        watch.pending = sensor.water;
        if (sensor.used) {
            std::vector<detect::Finding> budgets = budgets_on_their_way(*sensor.used, rules_, now);
            drop_off(budgets);
            std::move(budgets.begin(), budgets.end(), std::back_inserter(watch.pending));
        }
        watch.habits = sensor.detector.habits();
        watch.days_learned = sensor.detector.days_learned();
        state.sensors.push_back(std::move(watch));
    }
    return state;
}

detect::LimitOverview Watch::limits(const base::DeviceId& id) const {
    const WallTime now = parts_.clock.wall_now();
    const auto found = sensors_.find(id);
    if (found == sensors_.end()) return detect::SensorDetector().limits(now, context(now));
    return found->second.detector.limits(now + found->second.ahead, context(now));
}

void Watch::answered(detect::IncidentBook::Answer answer, Done done) {
    if (!answer) return done(base::failure(std::move(answer.error())));
    changed_ = true;
    said_.tell(*answer, parts_.notices);
    for (ports::AlarmSubscriber* subscriber : subscribers_) subscriber->on_alarm(*answer);
    keep(ports::AlarmRecord{std::move(*answer)}, std::move(done));
}

void Watch::acknowledge(std::int64_t incident, const std::string& by, Done done) {
    const auto& all = book_.incidents();
    const bool again = std::any_of(all.begin(), all.end(), [incident](const Incident& known) {
        return known.id == incident && known.state == detect::IncidentState::Acknowledged;
    });
    // A button pressed twice is one answer, and the first who gave it is the one who did.
    if (again) return done({});
    answered(book_.acknowledge(incident, by, parts_.clock.wall_now()), std::move(done));
}

void Watch::snooze(std::int64_t incident, WallTime until, const std::string& by, Done done) {
    answered(book_.snooze(incident, until, by, parts_.clock.wall_now()), std::move(done));
}

void Watch::note(std::int64_t incident, const std::string& text, const std::string& by, Done done) {
    answered(book_.note(incident, text, by, parts_.clock.wall_now()), std::move(done));
}

void Watch::not_a_leak(std::int64_t incident, const std::string& by, Done done) {
    auto answer = book_.not_a_leak(incident, by, parts_.clock.wall_now());
    if (answer && detect::is_water(answer->incident.finding.rule)) {
        const base::DeviceId& id = answer->incident.device;
        if (Watched* sensor = watched(id)) {
            const detect::Finding& finding = answer->incident.finding;
            sensor->detector.not_a_leak(finding);
            auto& said = sensor->word.not_leaks;
            said.push_back(finding);
            if (said.size() > kMaxWords) said.erase(said.begin());
            keep_choice(kNotALeakChoice + id.str(), to_text(said), "", [](const auto&) {});
            if (sensor->learning) learn_anew(id);
        }
    }
    answered(std::move(answer), std::move(done));
}

void Watch::set_mode(std::optional<detect::Mode> mode, Done done) {
    chosen_mode_ = mode;
    choose_mode(parts_.clock.wall_now());
    changed_ = true;
    keep_choice(kModeChoice, mode ? std::string(name(*mode)) : "", "", std::move(done));
}

void Watch::set_irrigation_active(bool active, Done done) {
    irrigation_since_ = active ? std::optional(parts_.clock.wall_now()) : std::nullopt;
    changed_ = true;
    keep_choice(kIrrigationChoice, to_text(ChosenTime{irrigation_since_}), "", std::move(done));
}

void Watch::set_rules(const detect::Settings& settings, Done done) {
    rules_ = settings;
    choose_mode(parts_.clock.wall_now());
    changed_ = true;
    keep_choice(kRulesChoice, to_text(rules_), to_text(parts_.rules), std::move(done));
}

void Watch::label_use(const ports::UseLabelRecord& label, const ports::KeptUse& before, Done done) {
    ports::UseLabelRecord record = label;
    record.label.at = parts_.clock.wall_now();
    const auto sensor = sensors_.find(label.sensor);
    const meter::CalibrationTable calibration =
        sensor == sensors_.end() ? meter::CalibrationTable{} : sensor->second.calibration;
    for (const ports::UseKey& fill :
         sorting_.on_label(label.sensor, before, record.label, scale_of(before.use, calibration))) {
        keep(ports::UseLabelRecord{label.sensor, fill, record.label}, nullptr);
    }
    changed_ = true;
    const auto answer = std::make_shared<Done>(std::move(done));
    const bool queued = parts_.store.commit(std::move(record), [answer](bool durable) {
        if (durable) return (*answer)({});
        (*answer)(refused(kLabelNotKept));
    });
    if (!queued) (*answer)(refused(kLabelNotKept));
}

void Watch::judge_uses_again(const base::DeviceId& sensor, Done done) {
    sorting_.judge_again(sensor, [done = std::move(done)](bool durable) {
        if (durable) return done({});
        done(refused(kLabelNotKept));
    });
    changed_ = true;
}

void Watch::set_habit(const base::DeviceId& id, const detect::Habit& habit, Done done) {
    const auto found = sensors_.find(id);
    if (found == sensors_.end()) return done(refused("there is no sensor " + id.str()));
    Watched& sensor = found->second;
    if (habit.number != 0 && !habit_of(sensor.detector, habit.number)) {
        return done(refused("there is no habit " + std::to_string(habit.number)));
    }
    std::vector<detect::Habit>& set = sensor.word.habits.set;
    const auto old =
        std::find_if(set.begin(), set.end(), [&](const auto& each) { return each.number == habit.number; });
    if (old == set.end() && set.size() >= kMaxWords) {
        return done(refused("no more than " + std::to_string(kMaxWords) + " habits can be entered"));
    }
    const std::int64_t highest = highest_number(sensor.detector);
    sensor.detector.set_habit(habit);
    const std::int64_t number = habit.number != 0 ? habit.number : highest_number(sensor.detector);
    auto taken = habit_of(sensor.detector, number);
    if (!taken || (habit.number == 0 && number <= highest)) return done(refused("there are too many habits already"));
    if (old == set.end()) {
        set.push_back(std::move(*taken));
    } else {
        *old = std::move(*taken);
    }
    keep_words(id, sensor, std::move(done));
}

void Watch::forget_habit(const base::DeviceId& id, std::int64_t number, Done done) {
    const auto found = sensors_.find(id);
    if (found == sensors_.end()) return done(refused("there is no sensor " + id.str()));
    Watched& sensor = found->second;
    const auto habit = habit_of(sensor.detector, number);
    if (!habit) return done(refused("there is no habit " + std::to_string(number)));
    sensor.detector.forget_habit(number);
    HabitWords& words = sensor.word.habits;
    std::erase_if(words.set, [number](const detect::Habit& each) { return each.number == number; });
    words.forgotten.push_back({parts_.clock.wall_now() + sensor.ahead, habit->start_minute});
    if (words.forgotten.size() > kMaxWords) words.forgotten.erase(words.forgotten.begin());
    keep_words(id, sensor, std::move(done));
}

void Watch::forget_learned(const base::DeviceId& id, Done done) {
    const auto found = sensors_.find(id);
    if (found == sensors_.end()) return done(refused("there is no sensor " + id.str()));
    Watched& sensor = found->second;
    sensor.detector.forget();
    OwnersWord& word = sensor.word;
    word.learn_from.at = parts_.clock.wall_now() + sensor.ahead;
    word.not_leaks.clear();
    word.habits.forgotten.clear();
    std::erase_if(word.habits.set,
                  [](const detect::Habit& habit) { return habit.source == detect::HabitSource::Learned; });
    keep_choice(kNotALeakChoice + id.str(), to_text(word.not_leaks), "", [](const auto&) {});
    keep_choice(kLearnFromChoice + id.str(), to_text(word.learn_from), "", [](const auto&) {});
    keep_words(id, sensor, std::move(done));
}

void Watch::keep_words(const base::DeviceId& id, Watched& sensor, Done done) {
    changed_ = true;
    // The detector that is being made has not heard of this.
    if (sensor.learning) learn_anew(id);
    keep_choice(kHabitsChoice + id.str(), to_text(sensor.word.habits), "", std::move(done));
}

void Watch::keep_choice(std::string name, std::string value, std::string configured, Done done) {
    const auto answer = std::make_shared<Done>(std::move(done));
    const bool queued = parts_.store.commit(
        ports::ChoiceRecord{std::move(name), std::move(value), std::move(configured)}, [answer](bool durable) {
            if (durable) return (*answer)({});
            (*answer)(refused(kNotKept));
        });
    if (!queued) (*answer)(refused(kNotKept));
}

void Watch::keep(ports::Entry entry, Done done) {
    const auto kept = std::make_shared<ports::Entry>(std::move(entry));
    const auto answer = std::make_shared<Done>(std::move(done));
    const auto failed = [this, alive = std::weak_ptr(alive_), kept, answer] {
        if (!alive.expired()) put_aside(*kept);
        if (*answer) (*answer)(refused(kNotKept));
    };
    const bool queued = parts_.store.commit(*kept, [answer, failed](bool durable) {
        if (!durable) return failed();
        if (*answer) (*answer)({});
    });
    if (!queued) failed();
}

// Alarms matter more than uses, and the newest more than old ones.
void Watch::put_aside(ports::Entry entry) {
    if (unsaved_.size() >= kMaxUnsaved) {
        const auto use = std::find_if(unsaved_.begin(), unsaved_.end(), [](const ports::Entry& each) {
            return std::holds_alternative<ports::UseRecord>(each) ||
                   std::holds_alternative<ports::UseVerdictRecord>(each);
        });
        unsaved_.erase(use == unsaved_.end() ? unsaved_.begin() : use);
    }
    unsaved_.push_back(std::move(entry));
}

void Watch::offer_again() {
    if (unsaved_.empty() || !ticked_) return;
    if (offered_ && *offered_ <= *ticked_ && *ticked_ - *offered_ < kOfferedEvery) return;
    offered_ = *ticked_;
    std::deque<ports::Entry> again = std::move(unsaved_);
    unsaved_.clear();
    for (ports::Entry& entry : again) {
        // An incident is stored as it stands now: what was stored since must not be undone.
        if (auto* alarm = std::get_if<ports::AlarmRecord>(&entry)) {
            const auto& all = book_.incidents();
            const auto now = std::find_if(all.begin(), all.end(), [alarm](const Incident& incident) {
                return incident.id == alarm->event.incident.id;
            });
            if (now != all.end()) alarm->event.incident = *now;
        }
        keep(std::move(entry), nullptr);
    }
}

void Watch::on_rewritten(const base::DeviceId& id, const meter::CalibrationTable& calibration) {
    const auto found = sensors_.find(id);
    if (found == sensors_.end()) return;
    found->second.calibration = calibration;
    learn_anew(id);
}

void Watch::set_zone(const base::TimeZone& zone) {
    parts_.zone = zone;
    for (const auto& [id, sensor] : sensors_) learn_anew(id);
}

void Watch::learn_anew(const base::DeviceId& sensor) {
    if (parts_.history == nullptr) return;
    // The one that is under way does not count: it began with what was known then.
    const auto waiting = to_learn_.empty() ? to_learn_.end() : to_learn_.begin() + 1;
    if (std::find(waiting, to_learn_.end(), sensor) != to_learn_.end()) return;
    to_learn_.push_back(sensor);
    if (to_learn_.size() == 1) learn_next();
}

void Watch::learn_next() {
    Watched& sensor = sensors_.at(to_learn_.front());
    sensor.learning = true;
    sensor.meanwhile.clear();
    ports::ReadingQuery query;
    query.sensor = to_learn_.front();
    const WallTime now = parts_.clock.wall_now() + sensor.ahead;
    query.from = now - detect::SensorDetector::kMemory;
    query.to = now + kLargestClockLead;
    query.limit = kReadingsPerPage;
    learn_page(std::make_shared<Learning>(sensor.word, rules_, parts_.zone), std::move(query));
}

void Watch::learn_page(const std::shared_ptr<Learning>& learning, ports::ReadingQuery query) {
    parts_.history->readings(query, [this, learning, query, alive = std::weak_ptr(alive_)](
                                        base::Result<ports::ReadingPage, base::Error> page) mutable {
        if (alive.expired()) return;
        if (!page) {
            parts_.notices.notice(ports::Severity::Warning, "what is usual at sensor " + query.sensor.str() +
                                                                " was not learned anew: " + page.error().message);
            return end_learning(nullptr);
        }
        const Watched& sensor = sensors_.at(query.sensor);
        for (const meter::Reading& reading : page->readings) {
            learning->apply(reading, sensor.calibration.at(reading.time));
        }
        if (!page->next_cursor || page->readings.empty()) return end_learning(learning.get());
        query.cursor = std::move(page->next_cursor);
        learn_page(learning, std::move(query));
    });
}

void Watch::end_learning(Learning* learning) {
    Watched& sensor = sensors_.at(to_learn_.front());
    if (learning != nullptr) {
        sensor.detector = learning->finish();
        const WallTime now = parts_.clock.wall_now();
        for (const auto& [reading, per_peak] : sensor.meanwhile) {
            sensor.detector.apply(reading, per_peak, context(now));
        }
        // They were stored when they ended.
        if (sensor.last_reading) static_cast<void>(sensor.detector.take_uses(*sensor.last_reading));
        changed_ = true;
    }
    sensor.learning = false;
    sensor.meanwhile.clear();
    sensor.meanwhile.shrink_to_fit();
    to_learn_.pop_front();
    if (!to_learn_.empty()) learn_next();
}

}  // namespace millrace::hub
