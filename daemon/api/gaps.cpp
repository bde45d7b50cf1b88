#include "api/gaps.h"

#include <algorithm>

#include "api/csv.h"
#include "api/devices.h"
#include "api/json.h"
#include "api/parameters.h"
#include "api/quantity.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

constexpr base::Milliseconds kDefaultWeek = std::chrono::hours{7 * 24};

// Types of a bridge's events: its radio link to the sensor is up again, or has been silent for 35 minutes.
constexpr std::uint64_t kRadioLinkUp = 256;
constexpr std::uint64_t kRadioLinkLost = 512;

// A spell that ended no longer ago than this lasts still, or might as well.
constexpr base::Milliseconds kLastWritten = std::chrono::minutes{2};

void handle_gaps(const Site& site, const Request& request, const Responder& responder) {
    const ports::LiveState live = site.dependencies.live.live();
    const ports::LiveSensor* sensor = find_sensor(live, request.path_parameter("uuid"));
    if (sensor == nullptr) return responder.answer(problem(404, "No sensor of this name has been heard."));

    const base::WallTime now = site.dependencies.clock.wall_now();
    Parameters parameters(request);
    const auto from = parameters.time("from");
    const auto to = parameters.time("to");
    GapsView view;
    view.sensor = sensor->id;
    view.to = std::min(to.value_or(now), now);
    view.from = from.value_or(view.to - kDefaultWeek);
    view.unit = parameters.unit("unit", site.settings.unit);
    const bool csv = parameters.csv_wanted();
    view.zone = site.settings.zone;
    if (view.from >= view.to) parameters.refuse("from", "must be earlier than to, and in the past");
    if (view.to - view.from > kLongestGaps) parameters.refuse("from", "must be at most 31 days before to");
    if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));

    site.dependencies.history.evidence(
        {view.sensor, view.from, view.to},
        [view, now, bridge = sensor->bridge, csv, responder](base::Result<ports::Evidence, base::Error> evidence) {
            if (!evidence) {
                return responder.answer(problem(503, "The history cannot be read: " + evidence.error().message));
            }
            const auto gaps =
                meter::gaps(silence_evidence(*evidence, bridge, view.from, view.to, now), evidence->calibration);
            responder.answer(csv ? csv_response(gaps_csv(gaps, view))
                                 : json_response(gaps_document(gaps, evidence->calibration.calibrated(), view)));
        });
}

}  // namespace

meter::SilenceEvidence silence_evidence(const ports::Evidence& evidence, const std::optional<base::DeviceId>& bridge,
                                        base::WallTime from, base::WallTime to, base::WallTime now) {
    meter::SilenceEvidence result;
    result.from = from;
    result.to = std::min(to, now);
    result.to_is_now = to >= now;
    result.heard = evidence.heard;
    result.readings = evidence.readings;
    for (const ports::SpellRecord& spell : evidence.spells) {
        if (spell.bridge && bridge && *spell.bridge != *bridge) continue;
        // What lasts is written down every minute.
        const bool lasts = result.to_is_now && spell.to >= now - kLastWritten;
        const meter::Span span{spell.from, lasts ? now : spell.to};
        switch (spell.kind) {
            case ports::SpellKind::Run: result.ran.push_back(span); break;
            case ports::SpellKind::Connection: result.connected.push_back(span); break;
            case ports::SpellKind::CloudAway: result.cloud_away.push_back(span); break;
        }
    }
    for (const ports::EventRecord& event : evidence.bridge_events) {
        if (bridge && event.device != *bridge) continue;
        if (event.type != kRadioLinkUp && event.type != kRadioLinkLost) continue;
        result.radio.push_back({event.time, event.type == kRadioLinkUp});
    }
    std::stable_sort(result.radio.begin(), result.radio.end(),
                     [](const auto& a, const auto& b) { return a.time < b.time; });
    return result;
}

std::string gaps_document(const std::vector<meter::Gap>& gaps, bool calibrated, const GapsView& view) {
    Json items = Json::array();
    for (const meter::Gap& gap : gaps) {
        items.push_back(Json{
            {"from", view.zone.rfc3339(gap.from)},
            {"to", time_or_null(gap.to, view.zone)},
            {"open", gap.open},
            {"cause", meter::name(gap.cause)},
            {"recovered_peaks", gap.recovered.value},
            {"recovered_volume", shown(gap.recovered_volume, view.unit)},
        });
    }
    return to_text(Json{
        {"sensor", view.sensor.text()},
        {"from", view.zone.rfc3339(view.from)},
        {"to", view.zone.rfc3339(view.to)},
        {"unit", name(view.unit)},
        {"calibrated", calibrated},
        {"longer_than_seconds", meter::kSilence.count()},
        {"items", std::move(items)},
    });
}

std::string gaps_csv(const std::vector<meter::Gap>& gaps, const GapsView& view) {
    Csv csv({"from", "to", "open", "cause", "recovered_peaks", column("recovered_volume", view.unit)});
    for (const meter::Gap& gap : gaps) {
        csv.row({view.zone.rfc3339(gap.from), gap.to ? view.zone.rfc3339(*gap.to) : "", gap.open,
                 meter::name(gap.cause), gap.recovered.value, shown(gap.recovered_volume, view.unit)});
    }
    return std::move(csv).text();
}

void add_gaps_route(Router& router, const Site& site) {
    router.add(Method::Get, "/api/v1/sensors/{uuid}/gaps",
               [&site](const Request& request, const Responder& responder) { handle_gaps(site, request, responder); });
}

}  // namespace millrace::api
