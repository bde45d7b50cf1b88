#include "hub/watch.h"

#include <algorithm>
#include <utility>

#include "hub/pipeline.h"
#include "message/events.h"

namespace millrace::hub {
namespace {

using base::Milliseconds;
using base::Seconds;
using base::WallTime;
using detect::Finding;
using detect::Incident;
using detect::Rule;

// Uses of the last hour before a stop are stored again at the start: they are the same, and none is lost.
constexpr Seconds kUsesAgain{3'600};
// A step of the wall clock larger than this is a clock put right, or a machine that slept: no time that was watched.
constexpr Seconds kClockJump{60};

bool is_current(const meter::Reading& reading) {
    return reading.kind != meter::ReadingKind::Late && reading.kind != meter::ReadingKind::Repeat;
}

bool same_water(Rule a, Rule b) {
    return a == b || (detect::is_water(a) && detect::is_water(b));
}

}  // namespace

Watch::Watch(WatchParts parts)
    : parts_(std::move(parts)),
      rules_(parts_.rules),
      sorting_(parts_.store, [this](ports::Entry entry) { keep(std::move(entry), nullptr); }) {}

void Watch::restore(const ports::StoredState& stored) {
    book_.restore(stored.incidents, stored.last_incident);
    for (const ports::ChoiceRecord& choice : stored.choices) restore_choice(choice);
    for (const Incident& incident : stored.incidents) {
        if (incident.open()) restore_sight(incident);
    }
    for (const auto& [id, uses] : stored.recent_uses) {
        const meter::CalibrationTable calibration = calibration_of(id, stored.calibrations);
        std::vector<ports::KeptUse> present = uses;
        std::erase_if(present, [&](const ports::KeptUse& kept) {
            return kept.use.start > parts_.clock.wall_now() + kLargestClockLead;
        });
        sorting_.restore(id, present, [&](const detect::Use& use) { return scale_of(use, calibration); });
    }
    for (const ports::CategoryTotalsRecord& record : stored.category_totals) sorting_.restore(record);
    for (const auto& [id, readings] : stored.learning_readings) {
        Watched* sensor = watched(id);
        if (sensor == nullptr) continue;
        sensor->calibration = calibration_of(id, stored.calibrations);
        Learning learning(sensor->word, rules_, parts_.zone);
        for (const meter::Reading& reading : readings) {
            learning.apply(reading, sensor->calibration.at(reading.time));
            if (is_current(reading)) sensor->last_reading = reading.time;
        }
        sensor->detector = learning.finish();
        if (sensor->last_reading) {
            take_uses(id, *sensor, *sensor->last_reading - kUsesAgain, *sensor->last_reading);
        }
    }
    choose_mode(parts_.clock.wall_now());
}

void Watch::restore_choice(const ports::ChoiceRecord& choice) {
    const auto follows = [this, &choice](const char* name) -> Watched* {
        const std::string prefix = name;
        if (choice.name.compare(0, prefix.size(), prefix) != 0) return nullptr;
        const auto id = base::DeviceId::parse(std::string_view(choice.name).substr(prefix.size()));
        return id ? watched(*id) : nullptr;
    };
    // Gives what was read to where it belongs.
    bool readable = true;
    const auto use = [&readable](auto found, auto&& where) {
        readable = found.has_value();
        if (found) where = std::move(*found);
    };
    if (choice.name == kModeChoice) {
        if (!choice.value.empty()) use(detect::mode_by_name(choice.value), chosen_mode_);
    } else if (choice.name == kIrrigationChoice) {
        ChosenTime since;
        use(chosen_time_from(choice.value), since);
        irrigation_since_ = since.at;
    } else if (choice.name == kRulesChoice) {
        // It stands as long as the config file has not changed its mind.
        if (choice.configured == to_text(parts_.rules)) use(settings_from(choice.value), rules_);
    } else if (Watched* sensor = follows(kHabitsChoice)) {
        use(habit_words_from(choice.value), sensor->word.habits);
        for (const detect::Habit& habit : sensor->word.habits.set) sensor->detector.set_habit(habit);
    } else if (Watched* said = follows(kNotALeakChoice)) {
        use(findings_from(choice.value), said->word.not_leaks);
    } else if (Watched* forgot = follows(kLearnFromChoice)) {
        use(chosen_time_from(choice.value), forgot->word.learn_from);
    }
    if (!readable) {
        parts_.notices.notice(ports::Severity::Warning,
                              "what was chosen for " + choice.name + " cannot be read and is not used");
    }
}

// An alarm of an earlier run holds on to what it was raised for.
void Watch::restore_sight(const Incident& incident) {
    const Finding& finding = incident.finding;
    const Report report{finding.since, finding.at, finding.detail};
    const Rule rule = finding.rule;
    if (rule == Rule::BridgeOffline) {
        bridges_[incident.device].offline_since = finding.since;
    } else if (rule == Rule::RadioLost) {
        bridges_[incident.device].radio_lost = report;
    } else if (detect::is_of_pucks(rule)) {
        PuckSight& puck = pucks_[incident.device];
        if (rule == Rule::PuckSilent) puck.unheard = kPuckSilentAfter;
    } else if (!detect::has_volume(rule)) {
        Watched* sensor = watched(incident.device);
        if (sensor == nullptr) return;
        SensorSight& sight = sensor->sight;
        if (rule == Rule::SensorSilent) sight.unheard = kHeardWithin;
        if (rule == Rule::BatteryDead) sight.battery_dead = report;
        if (rule == Rule::DeviceMoved) sight.moved = report;
        if (rule == Rule::DataErased) sight.erased = report;
        if (rule == Rule::ClockMissing) sight.clockless.assign(kClocklessMessages + 1, finding.at);
    }
}

Watch::Watched* Watch::watched(const base::DeviceId& sensor) {
    const auto found = sensors_.find(sensor);
    if (found != sensors_.end()) return &found->second;
    if (sensors_.size() < parts_.max_watched) return &sensors_[sensor];
    if (!std::exchange(told_full_, true)) {
        parts_.notices.notice(ports::Severity::Warning,
                              "there are more than " + std::to_string(parts_.max_watched) +
                                  " sensors; no leaks are looked for at those beyond, the first of them " +
                                  sensor.str() + " (bridge.max_connections says how many a fleet may have)");
    }
    return nullptr;
}

detect::Context Watch::context(WallTime now) const {
    return {rules_, mode_, parts_.zone.utc_offset(now), irrigation_since_.has_value()};
}

void Watch::on_readings(const base::DeviceId& id, const std::vector<meter::Reading>& readings,
                        const meter::CalibrationTable& calibration, Milliseconds ahead, WallTime now) {
    Watched* sensor = readings.empty() ? nullptr : watched(id);
    if (sensor == nullptr) return;
    sensor->ahead = ahead > kLargestClockLead ? Milliseconds{0} : ahead;
    sensor->last_receipt = now;
    sensor->sight.last_seen = now;
    sensor->sight.unheard = Milliseconds{0};
    sensor->sight.gone = false;
    bool clockless = false;
    const detect::Context judged_in = context(now);
    for (const meter::Reading& reading : readings) {
        const base::VolumePerPeak per_peak = calibration.at(reading.time);
        sensor->detector.apply(reading, per_peak, judged_in);
        if (sensor->learning && sensor->meanwhile.size() < kMaxMeanwhile) {
            sensor->meanwhile.emplace_back(reading, per_peak);
        }
        clockless = clockless || reading.time_is_receipt;
        if (!is_current(reading)) continue;
        sensor->last_reading = reading.time;
        // What the sensor counted after the radio was lost came by radio.
        const auto bridge = sensor->bridge ? bridges_.find(*sensor->bridge) : bridges_.end();
        if (bridge == bridges_.end()) continue;
        std::optional<Report>& lost = bridge->second.radio_lost;
        if (lost && reading.time > lost->at) lost.reset();
    }
    if (clockless) note_clockless(sensor->sight, now);
    judge(id, *sensor, now);
}

void Watch::on_event(const ports::EventRecord& event, ports::DeviceKind kind) {
    const Report report{event.time, event.received, shown_detail(event.extra)};
    if (ports::is_of_bluetooth(kind)) return;  // buttons and dimmers
    // The news of long ago, from a device that was put away.
    const bool stale = event.received - event.time >= kEventHolds;
    // A message sent again is not another event.
    const auto note = [&report, stale](std::optional<Report>& noted) {
        if (!stale && (!noted || noted->at != report.at)) noted = report;
    };
    if (kind == ports::DeviceKind::Bridge) {
        namespace types = message::bridge_event;
        const auto known = bridges_.find(event.device);
        if (event.type == types::kRadioLinkUp && known != bridges_.end()) {
            std::optional<Report>& lost = known->second.radio_lost;
            if (lost && report.at >= lost->at) lost.reset();
        }
        if (event.type == types::kRadioLinkLost && (known != bridges_.end() || bridges_.size() < kMaxDevices)) {
            note(bridges_[event.device].radio_lost);
        }
        return;
    }
    namespace types = message::sensor_event;
    const bool telling = event.type == types::kBatteryDead || event.type == types::kStoredDataErased ||
                         event.type == types::kDeviceMoved;
    Watched* sensor = telling ? watched(event.device) : nullptr;
    if (sensor == nullptr) return;
    if (event.type == types::kBatteryDead) note(sensor->sight.battery_dead);
    if (event.type == types::kStoredDataErased) note(sensor->sight.erased);
    if (event.type == types::kDeviceMoved) note(sensor->sight.moved);
}

bool Watch::due(WallTime now) const {
    const Seconds step = kStep * static_cast<std::int64_t>(1 + sensors_.size() / (kEachSecond + 1));
    return !ticked_ || now < *ticked_ || now - *ticked_ >= step;
}

void Watch::tick(WallTime now, ports::LiveState live, const Ahead& ahead) {
    const Milliseconds passed = ticked_ ? now - *ticked_ : Milliseconds{0};
    ticked_ = now;
    offer_again();
    choose_mode(now);
    if (irrigation_since_ && now - *irrigation_since_ >= kIrrigationLongest) {
        parts_.notices.notice(ports::Severity::Info,
                              "the sprinklers have been said to run for twelve hours; that is no longer believed");
        set_irrigation_active(false, [](const auto&) {});
    }
    hears_bluetooth_ = live.hears_bluetooth;
    see_bridges(live, passed, now);
    look_ = Look{std::move(live), passed};
    look_on(now, ahead);
}

void Watch::look_on(WallTime now, const Ahead& ahead) {
    Look& look = *look_;
    const std::vector<ports::LiveBridge>& bridges = look.live.bridges;
    for (std::size_t left = kAtOnce; left > 0 && look.bridge < bridges.size(); --left, ++look.bridge) {
        const auto found = bridges_.find(bridges[look.bridge].id);
        if (found != bridges_.end()) judge_bridge(found->first, found->second, now);
    }
    const std::vector<ports::LiveSensor>& sensors = look.live.sensors;
    for (std::size_t left = kAtOnce; left > 0 && look.sensor < sensors.size(); --left, ++look.sensor) {
        const ports::LiveSensor& seen = sensors[look.sensor];
        Watched* sensor = watched(seen.id);
        if (sensor == nullptr) continue;
        const Milliseconds before_ours = ahead(seen.id);
        sensor->ahead = before_ours > kLargestClockLead ? Milliseconds{0} : before_ours;
        see_sensor(*sensor, seen, look.passed, now);
        take_uses(seen.id, *sensor, WallTime{}, own_time(*sensor, now));
        see_use_under_way(seen, *sensor, now);
        judge(seen.id, *sensor, now);
    }
    if (look.bridge < bridges.size() || look.sensor < sensors.size()) return;
    see_pucks(look.live, look.passed, now);
    judge_the_gone(now);
    tell(book_.tick(now));
    look_.reset();
}

void Watch::see_pucks(const ports::LiveState& live, Milliseconds passed, WallTime now) {
    for (const ports::LivePuck& seen : live.pucks) {
        if (!pucks_.contains(seen.id) && pucks_.size() >= parts_.max_watched) continue;
        PuckSight& puck = pucks_[seen.id];
        if (seen.last_seen != puck.live.last_seen && puck.live.last_seen) puck.unheard = Milliseconds{0};
        puck.live = seen;
        if (live.hears_bluetooth) puck.unheard += std::clamp(passed, Milliseconds{0}, Milliseconds{kClockJump});
        judge_puck(puck, now);
    }
    std::erase_if(pucks_, [&live](const auto& known) {
        return std::none_of(live.pucks.begin(), live.pucks.end(),
                            [&known](const ports::LivePuck& seen) { return seen.id == known.first; });
    });
}

void Watch::on_puck(const ports::LivePuck& puck, WallTime now) {
    if (!pucks_.contains(puck.id) && pucks_.size() >= parts_.max_watched) return;
    PuckSight& sight = pucks_[puck.id];
    sight.live = puck;
    sight.unheard = Milliseconds{0};
    judge_puck(sight, now);
}

void Watch::judge_puck(PuckSight& puck, WallTime now) {
    const base::DeviceId& id = puck.live.id;
    const auto since = [this, &id](Rule rule) {
        const Incident* open = open_incident(id, rule);
        return open == nullptr ? std::nullopt : std::optional(open->finding.since);
    };
    puck.battery_low_since = since(Rule::PuckBattery);
    // Since when it is wet is not known after a start, but by the alarm.
    if (!puck.live.wet_since) puck.live.wet_since = since(Rule::PuckWet);
    std::vector<Finding> findings = puck_findings(puck, now);
    drop_off(findings);
    tell(book_.update(id, findings, now));
}

void Watch::see_bridges(const ports::LiveState& live, Milliseconds passed, WallTime now) {
    const bool jumped = passed < Milliseconds{0} || passed > kClockJump;
    for (const ports::LiveBridge& seen : live.bridges) {
        BridgeSight& bridge = bridges_[seen.id];
        bridge.connected = seen.connected;
        if (seen.last_seen) bridge.last_seen = seen.last_seen;
        if (seen.connected) {
            bridge.offline_since.reset();
        } else if (!bridge.offline_since) {
            bridge.offline_since = now;
        } else if (jumped) {
            *bridge.offline_since += passed;
        }
    }
    std::erase_if(bridges_, [&live](const auto& known) {
        const auto at = std::lower_bound(live.bridges.begin(), live.bridges.end(), known.first,
                                         [](const auto& seen, const auto& id) { return seen.id < id; });
        return at == live.bridges.end() || at->id != known.first;
    });
}

void Watch::see_sensor(Watched& sensor, const ports::LiveSensor& live, Milliseconds passed, WallTime now) {
    SensorSight& sight = sensor.sight;
    sensor.bridge = live.bridge;
    sensor.readings_known = live.readings_known;
    sensor.by_bluetooth = live.says.has_value();
    sight.place = live.says ? place_of(*live.says) : "";
    if (live.last_seen && sight.last_seen != live.last_seen) {
        const bool first_look = !sight.last_seen;
        sight.gone = first_look && now - *live.last_seen >= kGoneAfter && sight.unheard == Milliseconds{0};
        if (!first_look) sight.unheard = Milliseconds{0};
        sight.last_seen = live.last_seen;
    }
    if (bridge_connected(sensor)) sight.unheard += std::clamp(passed, Milliseconds{0}, Milliseconds{kClockJump});
    sight.battery_mv = live.battery_mv;
    sensor.used = UsedTotals{
        {live.day_start, live.today}, {live.week_start, live.week}, {live.month_start, live.month}, live.totals_known};
    const Incident* low = open_incident(live.id, Rule::BatteryLow);
    sight.battery_low_since = low == nullptr ? std::nullopt : std::optional(low->finding.since);
}

bool Watch::bridge_connected(const Watched& sensor) const {
    if (sensor.by_bluetooth) return hears_bluetooth_;
    if (sensor.bridge) {
        const auto found = bridges_.find(*sensor.bridge);
        return found != bridges_.end() && found->second.connected;
    }
    return std::any_of(bridges_.begin(), bridges_.end(), [](const auto& bridge) { return bridge.second.connected; });
}

bool Watch::is_blind(const Watched& sensor, WallTime now) const {
    const bool comes = sensor.last_receipt && now - *sensor.last_receipt < kSeesWithin;
    return !comes && !bridge_connected(sensor);
}

bool Watch::is_dark(const Watched& sensor) const {
    const auto bridge = sensor.bridge ? bridges_.find(*sensor.bridge) : bridges_.end();
    const bool radio_lost = bridge != bridges_.end() && bridge->second.radio_lost.has_value();
    return radio_lost || !sensor.readings_known || sensor.sight.unheard >= kHeardWithin;
}

bool Watch::tells_of_the_past(Watched& sensor, WallTime now) const {
    const bool coming = sensor.last_receipt && now - *sensor.last_receipt <= kStillComing;
    const bool old = sensor.last_reading && now + sensor.ahead - *sensor.last_reading > kOldReading;
    if (!coming || !old) {
        sensor.catching_up.reset();
        return false;
    }
    if (!sensor.catching_up || *sensor.catching_up > now) sensor.catching_up = now;
    return now - *sensor.catching_up < kCatchingUp;
}

// The time that the sensor tells of; while it tells of the past a use goes on until its own readings end it.
WallTime Watch::own_time(Watched& sensor, WallTime now) {
    return tells_of_the_past(sensor, now) ? *sensor.last_reading : now + sensor.ahead;
}

// What holds of the water; as it stood at the last look where it cannot be seen.
std::vector<Finding> Watch::water_of(const base::DeviceId& id, Watched& sensor, WallTime now) {
    if (!tells_of_the_past(sensor, now) && !is_dark(sensor)) {
        sensor.water = sensor.detector.judge(now + sensor.ahead, context(now));
        drop_off(sensor.water);
        return sensor.water;
    }
    std::vector<Finding> stands = sensor.water;
    const Incident* open = open_incident(id, Rule::ContinuousFlow);
    if (open != nullptr) stands.push_back(open->finding);
    return stands;
}

// What holds of the budgets; as it stood in an earlier run until the first look.
std::vector<Finding> Watch::budgets_of(const base::DeviceId& id, const Watched& sensor, WallTime now) const {
    if (sensor.used && sensor.used->known) return budget_findings(*sensor.used, rules_, {}, now);
    std::vector<Finding> open;
    for (const Incident* incident : book_.of(id)) {
        if (incident->open() && detect::is_budget(incident->finding.rule)) open.push_back(incident->finding);
    }
    if (!sensor.used) return open;
    return budget_findings(*sensor.used, rules_, open, now);
}

void Watch::judge(const base::DeviceId& id, Watched& sensor, WallTime now) {
    const detect::IncidentBook::Sight sight{is_blind(sensor, now), sensor.sight.last_seen};
    std::vector<Finding> findings;
    if (!sight.muted) findings = water_of(id, sensor, now);
    std::vector<Finding> others = sensor_findings(sensor.sight, rules_, now);
    for (Finding& budget : budgets_of(id, sensor, now)) others.push_back(std::move(budget));
    drop_off(others);
    findings.insert(findings.end(), others.begin(), others.end());
    tell(book_.update(id, findings, now, sight));
}

void Watch::judge_bridge(const base::DeviceId& id, const BridgeSight& bridge, WallTime now) {
    std::vector<Finding> findings = bridge_findings(bridge, rules_, now);
    drop_off(findings);
    tell(book_.update(id, findings, now));
}

// Alarms of devices that are no longer known at all.
void Watch::judge_the_gone(WallTime now) {
    std::vector<base::DeviceId> gone;
    for (const Incident& incident : book_.incidents()) {
        const bool known = sensors_.contains(incident.device) || bridges_.contains(incident.device) ||
                           pucks_.contains(incident.device);
        if (incident.open() && !known) gone.push_back(incident.device);
    }
    for (const base::DeviceId& id : gone) tell(book_.update(id, {}, now));
}

void Watch::drop_off(std::vector<Finding>& findings) const {
    std::erase_if(findings, [this](const Finding& finding) {
        return std::find(rules_.off.begin(), rules_.off.end(), finding.rule) != rules_.off.end();
    });
}

const Incident* Watch::open_incident(const base::DeviceId& device, Rule rule) const {
    const std::vector<const Incident*> all = book_.of(device);
    const auto found = std::find_if(all.rbegin(), all.rend(), [&](const Incident* incident) {
        return incident->open() && same_water(incident->finding.rule, rule);
    });
    return found == all.rend() ? nullptr : *found;
}

void Watch::choose_mode(WallTime now) {
    detect::Mode mode = detect::Mode::Home;
    const Seconds offset = parts_.zone.utc_offset(now);
    const auto window = std::find_if(rules_.modes.begin(), rules_.modes.end(),
                                     [&](const detect::ModeWindow& each) { return holds(each.when, now, offset); });
    if (window != rules_.modes.end()) mode = window->mode;
    mode = chosen_mode_.value_or(mode);
    if (std::exchange(mode_, mode) != mode) changed_ = true;
}

void Watch::take_uses(const base::DeviceId& id, Watched& sensor, WallTime ended_after, WallTime own_now) {
    std::vector<detect::Use> uses = sensor.detector.take_uses(own_now);
    std::erase_if(uses, [&](const detect::Use& use) { return use.end <= ended_after; });
    if (uses.empty()) return;
    for (const detect::Use& use : uses) keep(ports::UseRecord{id, use}, nullptr);
    // A clock that runs far ahead must not make the classifier forget what is.
    std::erase_if(uses, [&](const detect::Use& use) { return use.start > own_now + kLargestClockLead; });
    sorting_.on_uses(id, uses, [&](const detect::Use& use) { return scale_of(use, sensor.calibration); });
    changed_ = true;
}

// Guessed at when it has grown, not each time that somebody asks.
void Watch::see_use_under_way(const ports::LiveSensor& seen, Watched& sensor, WallTime now) {
    const auto use = sensor.detector.open_use(now + sensor.ahead);
    if (!use) {
        if (seen.readings_known) sorting_.on_rest(seen.id, seen.lifetime, now);
        sensor.under_way.reset();
    } else if (!sensor.under_way || sensor.under_way->first != use->volume) {
        sensor.under_way.emplace(use->volume, sorting_.guess(seen.id, *use, scale_of(*use, sensor.calibration)));
        changed_ = true;
    }
}

UseScale Watch::scale_of(const detect::Use& use, const meter::CalibrationTable& calibration) const {
    return {calibration.at(use.start), parts_.zone.utc_offset(use.start)};
}

void Watch::tell(const std::vector<detect::AlarmEvent>& events) {
    for (const detect::AlarmEvent& event : events) {
        changed_ = true;
        said_.tell(event, parts_.notices);
        for (ports::AlarmSubscriber* subscriber : subscribers_) subscriber->on_alarm(event);
        keep(ports::AlarmRecord{event}, nullptr);
    }
}

}  // namespace millrace::hub
