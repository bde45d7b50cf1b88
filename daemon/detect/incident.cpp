#include "detect/incident.h"

#include <algorithm>
#include <utility>

namespace millrace::detect {
namespace {

using base::WallTime;

// Findings of one slot share an incident: all of the water, and each system rule by itself.
int slot_of(Rule rule) {
    return is_water(rule) ? 0 : static_cast<int>(rule);
}

// All three say that water does not rest; the later ones say it more exactly.
int telling(Rule rule) {
    switch (rule) {
        case Rule::SlowLeak: return 1;
        case Rule::ContinuousFlow: return 2;
        case Rule::RunningToilet: return 3;
        default: return 0;
    }
}

bool tells_more(Rule rule, Rule than) {
    return telling(than) > 0 && telling(rule) > telling(than);
}

// Among the critical ones a burst is the gravest: whoever has answered "somebody waters the plants" wants to hear it.
bool graver(const Finding& finding, const Finding& than) {
    if (finding.severity != than.severity) return finding.severity > than.severity;
    return finding.rule == Rule::Burst && than.rule != Rule::Burst;
}

// The one that gives the incident its name: the first of the gravest, unless another says it more exactly.
const Finding& gravest(const std::vector<Finding>& holding) {
    const Finding* best = &holding.front();
    for (const Finding& finding : holding) {
        const bool replaces = finding.severity == best->severity && tells_more(finding.rule, best->rule);
        if (graver(finding, *best) || replaces) best = &finding;
    }
    return *best;
}

// Whether "that was no leak" covers this too: the same said again or less exactly, or something less grave.
bool covers(const Finding& said, const Finding& finding) {
    if (finding.rule == said.rule || finding.severity < said.severity) return true;
    return finding.severity == said.severity && telling(finding.rule) > 0 && telling(said.rule) > 0;
}

// Whether both tell of the same. A budget is of its period and as large as it was set: what a new day takes, and what
// is measured by another number, is another matter.
bool same_matter(const Finding& a, const Finding& b) {
    return !is_budget(a.rule) || (a.since == b.since && a.limit == b.limit);
}

// At most `bytes`, without half a character at the end.
std::string cut(const std::string& text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
    return text.substr(0, bytes);
}

base::Seconds clears_after(const Incident& incident) {
    constexpr auto& times = IncidentBook::kClearsAfter;
    return times[std::min(static_cast<std::size_t>(incident.reopened), times.size() - 1)];
}

void unanswer(Incident& incident) {
    incident.state = IncidentState::Raised;
    incident.snoozed_until.reset();
    incident.answered_by.clear();
}

}  // namespace

std::string_view name(IncidentState state) {
    switch (state) {
        case IncidentState::Raised: return "raised";
        case IncidentState::Acknowledged: return "acknowledged";
        case IncidentState::Snoozed: return "snoozed";
        case IncidentState::Cleared: return "cleared";
    }
    return "unknown";
}

std::string_view name(Change change) {
    switch (change) {
        case Change::Raised: return "raised";
        case Change::Escalated: return "escalated";
        case Change::Acknowledged: return "acknowledged";
        case Change::Snoozed: return "snoozed";
        case Change::Resumed: return "resumed";
        case Change::Cleared: return "cleared";
        case Change::Reopened: return "reopened";
        case Change::Noted: return "noted";
        case Change::NotALeak: return "not_a_leak";
    }
    return "unknown";
}

void IncidentBook::restore(std::vector<Incident> incidents, std::int64_t last_id) {
    incidents_ = std::move(incidents);
    std::sort(incidents_.begin(), incidents_.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    lives_.assign(incidents_.size(), Life{});
    last_id_ = last_id;
    by_device_.clear();
    for (const Incident& incident : incidents_) by_device_[incident.device].push_back(incident.id);
    for (std::size_t i = 0; i < incidents_.size(); ++i) {
        lives_[i].hushed = incidents_[i].not_a_leak;
        last_id_ = std::max(last_id_, incidents_[i].id);
    }
    while (incidents_.size() > kMaxIncidents) {
        const auto cleared =
            std::find_if(incidents_.begin(), incidents_.end(), [](const auto& i) { return !i.open(); });
        drop(cleared == incidents_.end() ? 0 : static_cast<std::size_t>(cleared - incidents_.begin()));
    }
}

std::optional<std::size_t> IncidentBook::index_of(std::int64_t id) const {
    const auto found =
        std::lower_bound(incidents_.begin(), incidents_.end(), id,
                         [](const Incident& incident, std::int64_t wanted) { return incident.id < wanted; });
    if (found == incidents_.end() || found->id != id) return std::nullopt;
    return static_cast<std::size_t>(found - incidents_.begin());
}

std::optional<std::size_t> IncidentBook::newest_of(const base::DeviceId& device, int slot, bool open) const {
    const std::vector<std::size_t> all = indices_of(device);
    const auto found = std::find_if(all.rbegin(), all.rend(), [&](std::size_t i) {
        return incidents_[i].open() == open && slot_of(incidents_[i].finding.rule) == slot;
    });
    return found == all.rend() ? std::nullopt : std::optional(*found);
}

std::vector<std::size_t> IncidentBook::indices_of(const base::DeviceId& device) const {
    std::vector<std::size_t> indices;
    const auto found = by_device_.find(device);
    if (found == by_device_.end()) return indices;
    for (const std::int64_t id : found->second) indices.push_back(*index_of(id));
    return indices;
}

std::vector<const Incident*> IncidentBook::of(const base::DeviceId& device) const {
    std::vector<const Incident*> found;
    for (const std::size_t i : indices_of(device)) found.push_back(&incidents_[i]);
    return found;
}

std::vector<AlarmEvent> IncidentBook::update(const base::DeviceId& device, const std::vector<Finding>& findings,
                                             WallTime now, const Sight& sight) {
    std::vector<int> slots;
    for (const Finding& finding : findings) {
        if (finding.holds()) slots.push_back(slot_of(finding.rule));
    }
    for (const std::size_t i : indices_of(device)) {
        if (incidents_[i].open() || lives_[i].hushed) slots.push_back(slot_of(incidents_[i].finding.rule));
    }
    std::sort(slots.begin(), slots.end());
    slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
    std::vector<AlarmEvent> events;
    for (const int slot : slots) {
        std::vector<Finding> holding;
        for (const Finding& finding : findings) {
            if (finding.holds() && slot_of(finding.rule) == slot) holding.push_back(finding);
        }
        settle(device, slot, std::move(holding), now, sight, events);
    }
    if (!events.empty()) drop_old_cleared(now);
    return events;
}

void IncidentBook::settle(const base::DeviceId& device, int slot, std::vector<Finding> holding, WallTime now,
                          const Sight& sight, std::vector<AlarmEvent>& events) {
    // What was counted stands, and a day ends, however badly the device is seen.
    if (sight.muted && !is_budget(static_cast<Rule>(slot))) {
        // Nothing is known of the present: it goes on as it was, and has to be seen at rest anew.
        for (const std::size_t i : indices_of(device)) {
            if (slot_of(incidents_[i].finding.rule) != slot) continue;
            lives_[i].held = now;
            if (lives_[i].rested) lives_[i].rested = now;
        }
        return;
    }
    take_hushed(device, slot, holding, now);
    const auto open = newest_of(device, slot, true);
    if (open && holding.empty()) return rest(*open, now, sight, events);
    if (open && same_matter(incidents_[*open].finding, holding.front())) return follow(*open, holding, now, events);
    if (open) clear(*open, now, events);
    if (!holding.empty()) raise(device, slot, gravest(holding), now, events);
}

// Takes out of `holding` what the owner has said to be no leak, while the same water runs on.
void IncidentBook::take_hushed(const base::DeviceId& device, int slot, std::vector<Finding>& holding, WallTime now) {
    const bool at_rest = holding.empty();
    for (const std::size_t i : indices_of(device)) {
        const Incident& incident = incidents_[i];
        Life& life = lives_[i];
        if (!life.hushed || slot_of(incident.finding.rule) != slot) continue;
        const bool first_look = !life.held;
        if (at_rest) {
            if (first_look || *life.held > now) life.held = now;
            life.hushed = now - *life.held < IncidentBook::kClearsAfter.front();
            continue;
        }
        // What began while the daemon was down is other water.
        const auto began_later = [&](const Finding& f) { return incident.cleared && f.since > *incident.cleared; };
        const bool other_water = first_look && std::all_of(holding.begin(), holding.end(), began_later);
        if (other_water || !same_matter(incident.finding, holding.front())) {
            life.hushed = false;
            continue;
        }
        life.held = now;
        std::erase_if(holding, [&incident](const Finding& finding) { return covers(incident.finding, finding); });
    }
}

void IncidentBook::follow(std::size_t index, const std::vector<Finding>& holding, WallTime now,
                          std::vector<AlarmEvent>& events) {
    Incident& incident = incidents_[index];
    lives_[index].held = now;
    lives_[index].rested.reset();
    const Finding& worst = gravest(holding);
    if (graver(worst, incident.finding)) {
        incident.finding = worst;
        unanswer(incident);
        events.push_back({Change::Escalated, now, "", incident});
        return;
    }
    // The incident keeps the name of the gravest it has been; its numbers follow quietly.
    const Severity severity = incident.finding.severity;
    const Finding* told = nullptr;
    for (const Finding& finding : holding) {
        if (finding.rule == incident.finding.rule) told = &finding;
    }
    for (const Finding& finding : holding) {
        if (finding.severity != severity) continue;
        const Rule named = told != nullptr ? told->rule : incident.finding.rule;
        // What no longer holds gives way to its equals, but not to what says less exactly the same.
        const bool takes_over =
            told == nullptr && !tells_more(named, finding.rule) && !(incident.finding.rule == Rule::Burst);
        if (takes_over || tells_more(finding.rule, named)) told = &finding;
    }
    if (told == nullptr) return;
    incident.finding = *told;
    incident.finding.severity = severity;
}

void IncidentBook::rest(std::size_t index, WallTime now, const Sight& sight, std::vector<AlarmEvent>& events) {
    Incident& incident = incidents_[index];
    Life& life = lives_[index];
    // After a start, and when the clock was put back, the rest is timed from now.
    if (!life.held || *life.held > now) life.held = now;
    if (!life.rested || *life.rested > now) life.rested = now;
    // What is measured by a budget only grows until its period is over: it does not flap.
    if (!is_budget(incident.finding.rule) && now - *life.held < clears_after(incident)) return;
    if (is_water(incident.finding.rule) && sight.heard && *sight.heard < *life.rested) return;
    clear(index, now, events);
}

void IncidentBook::clear(std::size_t index, WallTime now, std::vector<AlarmEvent>& events) {
    Incident& incident = incidents_[index];
    incident.state = IncidentState::Cleared;
    incident.cleared = now;
    incident.snoozed_until.reset();
    events.push_back({Change::Cleared, now, "", incident});
}

void IncidentBook::raise(const base::DeviceId& device, int slot, const Finding& finding, WallTime now,
                         std::vector<AlarmEvent>& events) {
    const Life life{now, std::nullopt, false};
    if (const auto last = newest_of(device, slot, false)) {
        Incident& incident = incidents_[*last];
        if (!incident.not_a_leak && incident.cleared && now - *incident.cleared <= kReopensWithin &&
            same_matter(incident.finding, finding)) {
            unanswer(incident);
            incident.cleared.reset();
            incident.finding = finding;
            ++incident.reopened;
            lives_[*last] = life;
            events.push_back({Change::Reopened, now, "", incident});
            return;
        }
    }
    if (!make_room(finding)) return;
    Incident incident;
    incident.id = ++last_id_;
    incident.device = device;
    incident.finding = finding;
    incident.raised = now;
    incidents_.push_back(incident);
    lives_.push_back(life);
    by_device_[device].push_back(incident.id);
    events.push_back({Change::Raised, now, "", std::move(incident)});
}

// The oldest cleared one goes first; water may displace what a system rule says of some other device.
bool IncidentBook::make_room(const Finding& finding) {
    if (incidents_.size() < kMaxIncidents) return true;
    auto victim = std::find_if(incidents_.begin(), incidents_.end(), [](const auto& i) { return !i.open(); });
    if (victim == incidents_.end() && is_water(finding.rule)) {
        victim = std::find_if(incidents_.begin(), incidents_.end(),
                              [](const Incident& incident) { return !is_water(incident.finding.rule); });
    }
    if (victim == incidents_.end()) return false;
    drop(static_cast<std::size_t>(victim - incidents_.begin()));
    return true;
}

void IncidentBook::drop_old_cleared(WallTime now) {
    std::size_t kept = 0;
    for (std::size_t i = incidents_.size(); i-- > 0;) {
        const Incident& incident = incidents_[i];
        if (incident.open() || lives_[i].hushed) continue;
        if (incident.cleared && now - *incident.cleared <= kReopensWithin) continue;
        if (++kept > kKeptCleared) drop(i);
    }
}

void IncidentBook::drop(std::size_t index) {
    const auto ids = by_device_.find(incidents_[index].device);
    std::erase(ids->second, incidents_[index].id);
    if (ids->second.empty()) by_device_.erase(ids);
    incidents_.erase(incidents_.begin() + static_cast<std::ptrdiff_t>(index));
    lives_.erase(lives_.begin() + static_cast<std::ptrdiff_t>(index));
}

std::vector<AlarmEvent> IncidentBook::tick(WallTime now) {
    std::vector<AlarmEvent> events;
    for (std::size_t i = 0; i < incidents_.size(); ++i) {
        Incident& incident = incidents_[i];
        if (incident.state != IncidentState::Snoozed || lives_[i].rested) continue;
        if (incident.snoozed_until && *incident.snoozed_until > now) continue;
        unanswer(incident);
        events.push_back({Change::Resumed, now, "", incident});
    }
    return events;
}

base::Result<std::size_t, base::Error> IncidentBook::answerable(std::int64_t id) const {
    const auto index = index_of(id);
    if (!index) return base::failure(base::Error{"there is no alarm " + std::to_string(id)});
    if (!incidents_[*index].open()) {
        return base::failure(base::Error{"alarm " + std::to_string(id) + " is over already"});
    }
    return *index;
}

IncidentBook::Answer IncidentBook::acknowledge(std::int64_t id, const std::string& by, WallTime now) {
    const auto index = answerable(id);
    if (!index) return base::failure(index.error());
    Incident& incident = incidents_[*index];
    incident.state = IncidentState::Acknowledged;
    incident.snoozed_until.reset();
    incident.answered_by = cut(by, kMaxNameBytes);
    return AlarmEvent{Change::Acknowledged, now, incident.answered_by, incident};
}

IncidentBook::Answer IncidentBook::snooze(std::int64_t id, WallTime until, const std::string& by, WallTime now) {
    const auto index = answerable(id);
    if (!index) return base::failure(index.error());
    if (until <= now) return base::failure(base::Error{"the end of the snooze has passed already"});
    Incident& incident = incidents_[*index];
    incident.state = IncidentState::Snoozed;
    incident.snoozed_until = until;
    incident.answered_by = cut(by, kMaxNameBytes);
    return AlarmEvent{Change::Snoozed, now, incident.answered_by, incident};
}

IncidentBook::Answer IncidentBook::note(std::int64_t id, const std::string& text, const std::string& by, WallTime now) {
    const auto index = index_of(id);
    if (!index) return base::failure(base::Error{"there is no alarm " + std::to_string(id)});
    if (text.size() > kMaxNoteBytes) {
        return base::failure(base::Error{"a note has at most " + std::to_string(kMaxNoteBytes) + " bytes"});
    }
    incidents_[*index].note = text;
    return AlarmEvent{Change::Noted, now, cut(by, kMaxNameBytes), incidents_[*index]};
}

IncidentBook::Answer IncidentBook::not_a_leak(std::int64_t id, const std::string& by, WallTime now) {
    const auto index = index_of(id);
    if (!index) return base::failure(base::Error{"there is no alarm " + std::to_string(id)});
    Incident& incident = incidents_[*index];
    incident.not_a_leak = true;
    if (incident.open()) {
        incident.state = IncidentState::Cleared;
        incident.cleared = now;
        incident.snoozed_until.reset();
        lives_[*index].hushed = true;
        if (!lives_[*index].held) lives_[*index].held = now;
    }
    return AlarmEvent{Change::NotALeak, now, cut(by, kMaxNameBytes), incident};
}

}  // namespace millrace::detect
