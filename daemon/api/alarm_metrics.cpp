#include "api/alarm_metrics.h"

#include <algorithm>
#include <string>
#include <utility>

namespace millrace::api {
namespace {

using detect::Rule;
using ports::Metric;
using ports::MetricType;

// What a bridge tells of is the bridge's; all else is the water and the sensor itself.
bool is_of_bridge(Rule rule) {
    return rule == Rule::BridgeOffline || rule == Rule::RadioLost;
}

Metric active(const char* device, const base::DeviceId& id, Rule rule, detect::Severity severity, bool on) {
    return {"millrace_alarm_active",
            "1 while an alarm is open, 0 while there is none.",
            MetricType::Gauge,
            {{device, id.str()},
             {"rule", std::string(detect::name(rule))},
             {"severity", std::string(detect::name(severity))}},
            on ? 1.0 : 0.0};
}

}  // namespace

void append_alarm_metrics(const ports::AlarmState& state, const ports::LiveState& live,
                          const std::map<Rule, std::uint64_t>& raised, std::vector<Metric>& metrics) {
    const auto is_bridge = [&](const base::DeviceId& id) {
        return std::any_of(live.bridges.begin(), live.bridges.end(),
                           [&](const auto& bridge) { return bridge.id == id; });
    };
    // Of two series with the same labels the page keeps the first.
    for (const detect::Incident& incident : state.incidents) {
        if (!incident.open()) continue;
        metrics.push_back(active(is_bridge(incident.device) ? "bridge" : "sensor", incident.device,
                                 incident.finding.rule, incident.finding.severity, true));
    }
    for (const Rule rule : detect::kRules) {
        const auto severity = detect::severity_of(rule);
        if (is_of_bridge(rule)) {
            for (const auto& bridge : live.bridges)
                metrics.push_back(active("bridge", bridge.id, rule, severity, false));
        } else {
            for (const auto& sensor : live.sensors)
                metrics.push_back(active("sensor", sensor.id, rule, severity, false));
        }
    }
    for (const Rule rule : detect::kRules) {
        const auto count = raised.find(rule);
        metrics.push_back({"millrace_alarms_raised_total",
                           "Times a rule raised an alarm, or made an open one graver, since the daemon was started.",
                           MetricType::Counter,
                           {{"rule", std::string(detect::name(rule))}},
                           count == raised.end() ? 0.0 : static_cast<double>(count->second)});
    }
}

}  // namespace millrace::api
