#include "api/alarm_json.h"

#include "api/parameters.h"
#include "api/quantity.h"
#include "detect/wording.h"

namespace millrace::api {
namespace {

using detect::Measure;

// A number of the measure's own unit as people read it.
Json measured(std::int64_t value, Measure measure, base::VolumeUnit unit) {
    switch (measure) {
        case Measure::Duration: return static_cast<double>(value) / 1e3;
        case Measure::Flow: return shown(base::FlowRate{value}, unit);
        case Measure::Amount: return shown(base::Volume{value}, unit);
        case Measure::Count:
        case Measure::Percent:
        case Measure::Millivolts: return value;
        case Measure::None: return nullptr;
    }
    return nullptr;
}

Json unit_of(Measure measure, base::VolumeUnit unit) {
    switch (measure) {
        case Measure::Duration: return "s";
        case Measure::Flow: return flow_unit(unit);
        case Measure::Amount: return name(unit);
        case Measure::Millivolts: return "mV";
        case Measure::Percent: return "%";
        case Measure::Count:
        case Measure::None: return nullptr;
    }
    return nullptr;
}

Json explanation_json(const detect::Finding& finding, const AlarmView& view) {
    const bool steady = finding.at_least.microlitres_per_second > 0;
    return Json{
        {"measure", name(finding.measure)},
        {"unit", unit_of(finding.measure, view.unit)},
        {"observed", measured(finding.observed, finding.measure, view.unit)},
        {"limit", measured(finding.limit, finding.measure, view.unit)},
        {"limit_source", name(finding.source)},
        {"usual", finding.usual == 0 ? Json(nullptr) : measured(finding.usual, finding.measure, view.unit)},
        {"learned_days", finding.learned_days},
        {"flow_at_least", steady ? Json(shown(finding.at_least, view.unit)) : Json(nullptr)},
        {"detail", finding.detail},
    };
}

// Sentences know litres and gallons.
detect::Wording wording(const AlarmView& view) {
    const bool cubic_metres = view.unit == base::VolumeUnit::CubicMetre;
    return {cubic_metres ? base::VolumeUnit::Litre : view.unit, view.zone};
}

}  // namespace

std::string_view name(Measure measure) {
    switch (measure) {
        case Measure::Duration: return "duration";
        case Measure::Flow: return "flow";
        case Measure::Amount: return "volume";
        case Measure::Count: return "count";
        case Measure::Millivolts: return "voltage";
        case Measure::Percent: return "percent";
        case Measure::None: return "none";
    }
    return "none";
}

std::string_view name(detect::LimitSource source) {
    switch (source) {
        case detect::LimitSource::Fallback: return "fallback";
        case detect::LimitSource::Learned: return "learned";
        case detect::LimitSource::Owner: return "owner";
        case detect::LimitSource::Floor: return "floor";
    }
    return "fallback";
}

Json finding_json(const detect::Finding& finding, const AlarmView& view) {
    return Json{
        {"rule", detect::name(finding.rule)},
        {"title", detect::title(finding.rule)},
        {"severity", detect::name(finding.severity)},
        {"sentence", detect::sentence(finding, wording(view))},
        {"since", view.zone.rfc3339(finding.since)},
        {"at", view.zone.rfc3339(finding.at)},
        {"volume", shown(finding.volume, view.unit)},
        {"rate", shown(finding.rate, view.unit)},
        {"explanation", explanation_json(finding, view)},
    };
}

Json incident_json(const detect::Incident& incident, const AlarmView& view) {
    Json document{
        {"id", incident.id},
        {"device", incident.device.text()},
        {"state", detect::name(incident.state)},
        {"raised", view.zone.rfc3339(incident.raised)},
        {"cleared", time_or_null(incident.cleared, view.zone)},
        {"snoozed_until", time_or_null(incident.snoozed_until, view.zone)},
        {"answered_by", incident.answered_by},
        {"note", incident.note},
        {"not_a_leak", incident.not_a_leak},
        {"reopened", incident.reopened},
    };
    document.update(finding_json(incident.finding, view));
    return document;
}

}  // namespace millrace::api
