#include "api/calibration.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "api/body.h"
#include "api/calibration_list.h"
#include "api/devices.h"
#include "api/meter_fit.h"
#include "api/parameters.h"
#include "api/quantity.h"
#include "api/routes.h"
#include "meter/silence.h"

namespace millrace::api {
namespace {

using ports::CalibrationRecord;
using ports::CalibrationSource;

constexpr base::Milliseconds kClockDifference = std::chrono::minutes{1};
constexpr double kLeastMl = static_cast<double>(meter::kLeastPerPeak.microlitres) / 1e3;
constexpr double kMostMl = static_cast<double>(meter::kMostPerPeak.microlitres) / 1e3;
constexpr double kMlPerGallon = base::kLitresPerGallon * 1000;

std::string_view name(CalibrationSource source) {
    switch (source) {
        case CalibrationSource::Config: return "config";
        case CalibrationSource::Entered: return "entered";
        case CalibrationSource::DrawnVolume: return "drawn";
        case CalibrationSource::MeterReadings: return "meter_readings";
        case CalibrationSource::Register: return "register";
    }
    return "unknown";
}

Json from_json(base::WallTime from, const base::TimeZone& zone) {
    return from == kFromTheBeginning ? Json(nullptr) : Json(zone.rfc3339(from));
}

Json record_json(const CalibrationRecord& record, const base::TimeZone& zone) {
    const bool known = record.entry.per_peak.microlitres != 0;
    return Json{
        {"number", record.number},
        {"from", from_json(record.entry.from, zone)},
        {"volume_per_peak_ml", known ? Json(shown_ml(record.entry.per_peak)) : Json(nullptr)},
        {"volume_per_peak_gal", known ? Json(shown_gallons(record.entry.per_peak)) : Json(nullptr)},
        {"source", name(record.source)},
        {"note", record.note},
        {"entered", zone.rfc3339(record.entered)},
    };
}

// What a handler of this resource works on.
struct AskedOfCalibration {
    const Site& site;
    base::DeviceId sensor;
    Responder responder;

    [[nodiscard]] std::vector<CalibrationRecord> records() const {
        return site.dependencies.controls.calibrations(sensor);
    }
    [[nodiscard]] base::WallTime now() const { return site.dependencies.clock.wall_now(); }
};

std::optional<Response> full_problem(const std::vector<CalibrationRecord>& records) {
    if (records.size() < kMaxCalibrations) return std::nullopt;
    return problem(409, "There are " + std::to_string(kMaxCalibrations) + " entries already, the most that are kept.");
}

void enter(const AskedOfCalibration& asked, CalibrationProposal proposal, bool dry_run) {
    const auto before = asked.records();
    const base::TimeZone& zone = asked.site.settings.zone;
    if (dry_run) {
        const auto document = proposal_document(proposal, before, zone, asked.now(), std::nullopt);
        return asked.responder.answer(json_response(document));
    }
    if (auto refusal = full_problem(before)) return asked.responder.answer(std::move(*refusal));
    CalibrationRecord record = proposal.record;
    asked.site.dependencies.controls.calibrate(
        std::move(record),
        while_served(asked.site, [asked, before, proposal = std::move(proposal)](base::Result<void, base::Error> done) {
            if (!done) {
                return asked.responder.answer(problem(503, "It could not be kept: " + done.error().message));
            }
            std::int64_t number = 0;
            for (const CalibrationRecord& known : asked.records()) number = std::max(number, known.number);
            Response response =
                json_response(proposal_document(proposal, before, asked.site.settings.zone, asked.now(), number), 201);
            response.headers.emplace_back("Location", "/api/v1/sensors/" + asked.sensor.str() + "/calibration");
            asked.responder.answer(std::move(response));
        }));
}

CalibrationProposal proposal_of(const AskedOfCalibration& asked, base::WallTime from, base::VolumePerPeak per_peak,
                                CalibrationSource source, std::string note, Json details) {
    CalibrationRecord record;
    record.sensor = asked.sensor;
    record.entry = {from, per_peak};
    record.source = source;
    record.note = std::move(note);
    return {std::move(record), name(source), std::move(details)};
}

void enter_known(const AskedOfCalibration& asked, Body& body, base::WallTime from, bool dry_run) {
    const bool in_ml = body.has("volume_per_peak_ml");
    const bool in_gallons = body.has("volume_per_peak_gal");
    if (in_ml == in_gallons) {
        body.refuse("volume_per_peak_ml", "or volume_per_peak_gal must be given, and only one of them");
    }
    const auto ml = body.number("volume_per_peak_ml", kLeastMl, kMostMl);
    const auto gallons = body.number("volume_per_peak_gal", kLeastMl / kMlPerGallon, kMostMl / kMlPerGallon);
    if (auto refusal = body.problem()) return asked.responder.answer(std::move(*refusal));
    const double millilitres = ml ? *ml : *gallons * kMlPerGallon;
    const base::VolumePerPeak per_peak{std::clamp(base::microlitres_from_millilitres(millilitres),
                                                  meter::kLeastPerPeak.microlitres, meter::kMostPerPeak.microlitres)};
    enter(asked, proposal_of(asked, from, per_peak, CalibrationSource::Entered, "entered as known", Json::object()),
          dry_run);
}

struct Draw {
    base::WallTime started;
    base::WallTime stopped;
    base::Volume volume;
    base::VolumeUnit unit = base::VolumeUnit::Litre;
};

void enter_counted_draw(const AskedOfCalibration& asked, const Draw& draw, base::PeakCount peaks, base::WallTime from,
                        bool dry_run) {
    const auto fit = meter::fit_drawn(peaks, draw.volume);
    const bool settled = asked.now() >= draw.stopped + meter::kPromptDelivery;
    if (!fit) {
        const std::string hint = settled ? "" : "; the last ones may still be on their way, ask again in two minutes";
        return asked.responder.answer(problem(409, "There is no result: " + fit.error().message + hint + "."));
    }
    const base::TimeZone& zone = asked.site.settings.zone;
    Json details{
        {"started", zone.rfc3339(draw.started)},
        {"stopped", zone.rfc3339(draw.stopped)},
        {"volume", shown(draw.volume, draw.unit)},
        {"unit", api::name(draw.unit)},
        {"peaks", peaks.value},
        {"least_ml", shown_ml(fit->least)},
        {"most_ml", shown_ml(fit->most)},
        {"settled", settled},
    };
    std::string note = "drew " + to_text(details["volume"]) + " " + std::string(api::name(draw.unit)) + ", " +
                       std::to_string(peaks.value) + " peaks, from " + zone.rfc3339(draw.started) + " to " +
                       zone.rfc3339(draw.stopped);
    enter(asked,
          proposal_of(asked, from, fit->per_peak, CalibrationSource::DrawnVolume, std::move(note), std::move(details)),
          dry_run);
}

void enter_draw(const AskedOfCalibration& asked, Body& body, base::WallTime from, bool dry_run) {
    for (const auto field : {"started", "stopped", "volume", "unit"}) body.require(field);
    const auto started = body.time("started");
    const auto stopped = body.time("stopped");
    const auto unit = body.unit("unit");
    const auto volume = body.volume("volume", unit, kLeastDrawnLitres);
    if (stopped && *stopped > asked.now() + kClockDifference) body.refuse("stopped", "must not lie in the future");
    if (started && stopped && *started >= *stopped) body.refuse("started", "must be earlier than stopped");
    if (started && stopped && *stopped - *started > kLongestDraw) {
        body.refuse("started", "must be at most 31 days before stopped");
    }
    if (auto refusal = body.problem()) return asked.responder.answer(std::move(*refusal));
    const Draw draw{*started, *stopped, *volume, *unit};
    asked.site.dependencies.history.counts(
        {asked.sensor, {draw.started, draw.stopped}},
        while_served(asked.site,
                     [asked, draw, from, dry_run](base::Result<std::vector<base::PeakCount>, base::Error> counts) {
                         if (!counts) return asked.responder.answer(problem(503, uncounted(counts.error())));
                         const base::PeakCount peaks = counts->empty() ? base::PeakCount{} : counts->front();
                         enter_counted_draw(asked, draw, peaks, from, dry_run);
                     }));
}

void enter_fit(const AskedOfCalibration& asked, const MeterFit& fit, base::WallTime from, bool dry_run) {
    const base::TimeZone& zone = asked.site.settings.zone;
    if (!fit.fit) {
        return asked.responder.answer(problem(409, "There is no result: " + refusal_words(fit, zone) + "."));
    }
    std::string note = std::to_string(fit.readings.size()) + " readings of the meter from " +
                       zone.rfc3339(fit.readings.front().time) + " to " + zone.rfc3339(fit.readings.back().time);
    Json details = fit_json(fit, asked.site.settings.unit, zone);
    details["unit"] = api::name(asked.site.settings.unit);
    // These stand in the proposal already.
    details.erase("volume_per_peak_ml");
    details.erase("volume_per_peak_gal");
    enter(asked,
          proposal_of(asked, from, fit.fit->per_peak, CalibrationSource::MeterReadings, std::move(note),
                      std::move(details)),
          dry_run);
}

void enter_meter_readings(const AskedOfCalibration& asked, Body& body, base::WallTime from, bool dry_run) {
    if (auto refusal = body.problem()) return asked.responder.answer(std::move(*refusal));
    auto readings = readings_in_force(asked.site.dependencies.controls.meter_readings(asked.sensor));
    if (readings.size() < 2) return enter_fit(asked, fit_readings(std::move(readings), {}), from, dry_run);
    ports::CountQuery query{asked.sensor, times_of(readings)};
    asked.site.dependencies.history.counts(
        std::move(query), while_served(asked.site, [asked, readings = std::move(readings), from, dry_run](
                                                       base::Result<std::vector<base::PeakCount>, base::Error> counts) {
            if (!counts) return asked.responder.answer(problem(503, uncounted(counts.error())));
            enter_fit(asked, fit_readings(readings, std::move(*counts)), from, dry_run);
        }));
}

void handle_post(const AskedOfCalibration& asked, const Request& request) {
    Body body(request.body);
    body.require("method");
    const auto method = body.choice("method", {"entered", "drawn", "meter_readings"});
    const bool dry_run = body.flag("dry_run");
    const base::WallTime from = body.time("from").value_or(kFromTheBeginning);
    if (method == "entered") return enter_known(asked, body, from, dry_run);
    if (method == "drawn") return enter_draw(asked, body, from, dry_run);
    if (method == "meter_readings") return enter_meter_readings(asked, body, from, dry_run);
    // Which other fields there may be depends on the method.
    asked.responder.answer(field_problem({{"method", "must be given, and be one of entered, drawn, meter_readings"}}));
}

void answer_list(const AskedOfCalibration& asked) {
    asked.responder.answer(
        json_response(calibration_document(asked.records(), asked.sensor, asked.site.settings.zone, asked.now())));
}

void handle_delete(const AskedOfCalibration& asked, const Request& request) {
    const std::string_view text = request.path_parameter("number");
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return asked.responder.answer(problem(404, "Calibrations are named by their number."));
    }
    if (auto refusal = full_problem(asked.records())) return asked.responder.answer(std::move(*refusal));
    const auto undo = undo_of(asked.records(), number);
    if (!undo) {
        return asked.responder.answer(
            problem(undo.error().unknown ? 404 : 409, "Nothing is undone: " + undo.error().reason + "."));
    }
    asked.site.dependencies.controls.calibrate(
        *undo, while_served(asked.site, [asked](base::Result<void, base::Error> done) {
            if (!done) return asked.responder.answer(problem(503, "It could not be kept: " + done.error().message));
            answer_list(asked);
        }));
}

template <typename Handle>
Handler for_sensor(const Site& site, Handle handle) {
    return [&site, handle](const Request& request, const Responder& responder) {
        const ports::LiveState live = site.dependencies.live.live();
        const ports::LiveSensor* sensor = find_sensor(live, request.path_parameter("uuid"));
        if (sensor == nullptr) return responder.answer(problem(404, "No sensor of this name has been heard."));
        handle(AskedOfCalibration{site, sensor->id, responder}, request);
    };
}

}  // namespace

std::string calibration_document(const std::vector<CalibrationRecord>& records, const base::DeviceId& sensor,
                                 const base::TimeZone& zone, base::WallTime now) {
    const auto in_force = calibrations_in_force(records);
    const meter::CalibrationTable table = table_of(records);
    Json holding = Json::array();
    for (const CalibrationRecord& record : in_force) holding.push_back(record_json(record, zone));
    Json history = Json::array();
    for (const CalibrationRecord& record : records) {
        Json item = record_json(record, zone);
        item["in_force"] = std::any_of(in_force.begin(), in_force.end(),
                                       [&](const auto& holds) { return holds.number == record.number; });
        history.push_back(std::move(item));
    }
    return to_text(Json{
        {"sensor", sensor.text()},
        {"calibrated", table.calibrated()},
        {"volume_per_peak_ml", shown_ml(table.at(now))},
        {"volume_per_peak_gal", shown_gallons(table.at(now))},
        {"in_force", std::move(holding)},
        {"history", std::move(history)},
    });
}

std::string proposal_document(const CalibrationProposal& proposal, const std::vector<CalibrationRecord>& records,
                              const base::TimeZone& zone, base::WallTime now, std::optional<std::int64_t> number) {
    const meter::CalibrationEntry& entry = proposal.record.entry;
    Json replaces = nullptr;
    Json holds_until = nullptr;
    for (const CalibrationRecord& known : calibrations_in_force(records)) {
        if (known.entry.from == entry.from) replaces = record_json(known, zone);
        if (known.entry.from > entry.from && holds_until.is_null()) holds_until = zone.rfc3339(known.entry.from);
    }
    const auto present = static_cast<double>(table_of(records).at(now).microlitres);
    const double change = static_cast<double>(entry.per_peak.microlitres) / present - 1;
    Json document{
        {"sensor", proposal.record.sensor.text()},
        {"method", proposal.method},
        {"kept", number.has_value()},
        {"number", or_null(number)},
        {"from", from_json(entry.from, zone)},
        {"holds_until", std::move(holds_until)},
        {"volume_per_peak_ml", shown_ml(entry.per_peak)},
        {"volume_per_peak_gal", shown_gallons(entry.per_peak)},
        {"present_ml", shown_ml(present)},
        {"change_percent", std::round(change * 1e4) / 100},
        {"replaces", std::move(replaces)},
        {"lifetime", "keeps what it has counted; history follows the new value, and so does what is counted from now"},
    };
    document.update(proposal.details);
    return to_text(document);
}

void add_calibration_routes(Router& router, const Site& site) {
    const std::string path = "/api/v1/sensors/{uuid}/calibration";
    router.add(Method::Get, path, for_sensor(site, [](const AskedOfCalibration& asked, const Request& request) {
                   Parameters parameters(request);
                   if (auto refusal = parameters.problem()) return asked.responder.answer(std::move(*refusal));
                   answer_list(asked);
               }));
    router.add(Method::Post, path, for_sensor(site, handle_post), access::Scope::Admin);
    router.add(Method::Delete, path + "/{number}", for_sensor(site, handle_delete), access::Scope::Admin);
}

}  // namespace millrace::api
