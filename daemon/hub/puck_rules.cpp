#include "hub/puck_rules.h"

#include <string>

namespace millrace::hub {
namespace {

using base::Milliseconds;
using base::WallTime;
using detect::Finding;
using detect::Measure;
using detect::Rule;

Finding found(Rule rule, const PuckSight& puck, WallTime since, WallTime at) {
    Finding finding;
    finding.rule = rule;
    finding.severity = severity_of(rule);
    finding.since = since;
    finding.at = at;
    finding.measure = Measure::None;
    finding.detail = place_of(puck.live.says);
    return finding;
}

void add_battery(std::vector<Finding>& findings, const PuckSight& puck, WallTime now) {
    const ports::LiveAdvertised& says = puck.live.says;
    const std::int64_t limit =
        kPuckBatteryLowPercent + (puck.battery_low_since ? kPuckBatteryHysteresisPercent : std::int64_t{0});
    const bool by_percent = says.battery_percent && *says.battery_percent <= limit;
    if (!by_percent && !says.battery_low.value_or(false)) return;
    Finding finding = found(Rule::PuckBattery, puck, puck.battery_low_since.value_or(now), now);
    if (by_percent) {
        finding.measure = Measure::Percent;
        finding.observed = *says.battery_percent;
        finding.limit = limit;
    }
    findings.push_back(std::move(finding));
}

}  // namespace

std::string place_of(const ports::LiveAdvertised& says) {
    return says.room.empty() || says.name.empty() ? says.name + says.room : says.name + ", " + says.room;
}

std::vector<Finding> puck_findings(const PuckSight& puck, WallTime now) {
    std::vector<Finding> findings;
    const ports::LivePuck& live = puck.live;
    if (live.wet.value_or(false)) {
        findings.push_back(found(Rule::PuckWet, puck, live.wet_since.value_or(now), live.last_seen.value_or(now)));
    }
    if (live.last_seen && puck.unheard >= kPuckSilentAfter) {
        Finding finding = found(Rule::PuckSilent, puck, *live.last_seen, now);
        finding.measure = Measure::Duration;
        finding.observed = Milliseconds{now - *live.last_seen}.count();
        finding.limit = Milliseconds{kPuckSilentAfter}.count();
        if (finding.holds()) findings.push_back(std::move(finding));
    }
    add_battery(findings, puck, now);
    return findings;
}

}  // namespace millrace::hub
