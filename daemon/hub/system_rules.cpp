#include "hub/system_rules.h"

#include <algorithm>

namespace millrace::hub {
namespace {

using base::Milliseconds;
using base::Seconds;
using base::WallTime;
using detect::Finding;
using detect::LimitSource;
using detect::Measure;
using detect::Rule;

// More than anybody counts; the hour's figure stands still beyond it.
constexpr std::size_t kMaxClockless = 1'000;
constexpr std::size_t kMaxDetailBytes = 120;
// What a bridge measures of a sensor's battery when it does not know.
constexpr std::int64_t kNoVoltageMv = 500;

Finding happened(Rule rule, WallTime since, WallTime at) {
    Finding finding;
    finding.rule = rule;
    finding.severity = severity_of(rule);
    finding.since = since;
    finding.at = at;
    finding.measure = Measure::None;
    return finding;
}

Finding lasting(Rule rule, WallTime since, WallTime now, Seconds limit, bool is_default) {
    Finding finding = happened(rule, since, now);
    finding.measure = Measure::Duration;
    finding.observed = Milliseconds{now - since}.count();
    finding.limit = Milliseconds{limit}.count();
    finding.source = is_default ? LimitSource::Fallback : LimitSource::Owner;
    return finding;
}

void add_event(std::vector<Finding>& findings, Rule rule, const std::optional<Report>& report, WallTime now) {
    if (!report || now - report->received >= kEventHolds) return;
    Finding finding = happened(rule, report->at, report->received);
    finding.detail = report->detail;
    findings.push_back(std::move(finding));
}

void add_battery(std::vector<Finding>& findings, const SensorSight& sensor, const detect::Settings& settings,
                 WallTime now) {
    const bool known = sensor.battery_mv && *sensor.battery_mv > kNoVoltageMv;
    const std::int64_t limit =
        settings.battery_low_mv + (sensor.battery_low_since ? kBatteryHysteresisMv : std::int64_t{0});
    if (known && *sensor.battery_mv <= limit) {
        Finding finding = happened(Rule::BatteryLow, sensor.battery_low_since.value_or(now), now);
        finding.measure = Measure::Millivolts;
        finding.observed = *sensor.battery_mv;
        finding.limit = limit;
        const bool is_default = settings.battery_low_mv == detect::Settings{}.battery_low_mv;
        finding.source = is_default ? LimitSource::Fallback : LimitSource::Owner;
        findings.push_back(std::move(finding));
    }
    if (!sensor.battery_dead) return;
    // A dead sensor says nothing more. It is over when fresh cells show, or when a day later it still reports fair
    // ones.
    const bool renewed = known && *sensor.battery_mv >= settings.battery_low_mv + kBatteryRenewedMv &&
                         sensor.last_seen && *sensor.last_seen > sensor.battery_dead->received;
    const bool alive = sensor.last_seen && *sensor.last_seen - sensor.battery_dead->received >= kEventHolds && known &&
                       *sensor.battery_mv > settings.battery_low_mv + kBatteryHysteresisMv;
    if (renewed || alive) return;
    Finding finding = happened(Rule::BatteryDead, sensor.battery_dead->at, sensor.battery_dead->received);
    finding.detail = sensor.battery_dead->detail;
    findings.push_back(std::move(finding));
}

}  // namespace

std::vector<Finding> sensor_findings(const SensorSight& sensor, const detect::Settings& settings, WallTime now) {
    const detect::Settings defaults;
    std::vector<Finding> findings;
    const bool expected = sensor.last_seen && !sensor.gone && sensor.unheard >= kHeardWithin;
    if (expected && now - *sensor.last_seen >= settings.sensor_silent_after) {
        findings.push_back(lasting(Rule::SensorSilent, *sensor.last_seen, now, settings.sensor_silent_after,
                                   settings.sensor_silent_after == defaults.sensor_silent_after));
        findings.back().detail = sensor.place;
    }
    add_battery(findings, sensor, settings, now);
    add_event(findings, Rule::DeviceMoved, sensor.moved, now);
    add_event(findings, Rule::DataErased, sensor.erased, now);
    const auto recent = std::find_if(sensor.clockless.begin(), sensor.clockless.end(),
                                     [now](WallTime at) { return now - at < kClocklessWithin; });
    const auto count = sensor.clockless.end() - recent;
    if (count > kClocklessMessages) {
        Finding finding = happened(Rule::ClockMissing, *recent, sensor.clockless.back());
        finding.measure = Measure::Count;
        finding.observed = count;
        finding.limit = kClocklessMessages;
        findings.push_back(std::move(finding));
    }
    return findings;
}

std::vector<Finding> bridge_findings(const BridgeSight& bridge, const detect::Settings& settings, WallTime now) {
    std::vector<Finding> findings;
    const bool in_the_house =
        bridge.last_seen && bridge.offline_since && *bridge.offline_since - *bridge.last_seen < kGoneAfter;
    if (!bridge.connected && in_the_house && now - *bridge.offline_since >= settings.bridge_offline_after) {
        findings.push_back(lasting(Rule::BridgeOffline, *bridge.offline_since, now, settings.bridge_offline_after,
                                   settings.bridge_offline_after == detect::Settings{}.bridge_offline_after));
    }
    if (bridge.radio_lost) {
        Finding finding = happened(Rule::RadioLost, bridge.radio_lost->at, bridge.radio_lost->received);
        finding.detail = bridge.radio_lost->detail;
        findings.push_back(std::move(finding));
    }
    return findings;
}

void note_clockless(SensorSight& sensor, WallTime now) {
    // A clock of ours that was put back leaves stamps of the future behind.
    while (!sensor.clockless.empty() && sensor.clockless.back() > now) sensor.clockless.pop_back();
    sensor.clockless.push_back(now);
    while (sensor.clockless.size() > kMaxClockless || now - sensor.clockless.front() >= kClocklessWithin) {
        sensor.clockless.pop_front();
    }
}

std::string shown_detail(std::string_view extra) {
    std::string shown;
    for (const char c : extra.substr(0, kMaxDetailBytes)) {
        const bool printable = c >= ' ' && c <= '~';
        shown += printable ? c : '?';
    }
    return shown;
}

}  // namespace millrace::hub
