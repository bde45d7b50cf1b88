#include "app/commands/export.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <limits>
#include <optional>
#include <ostream>
#include <vector>

#include <CLI/CLI.hpp>

#include "api/csv.h"
#include "api/parameters.h"
#include "api/quantity.h"
#include "api/use_words.h"
#include "app/commands/row_writer.h"
#include "app/common_options.h"
#include "app/exit_code.h"
#include "capture/pcap/json_line.h"
#include "message/topic.h"
#include "store/export.h"

namespace millrace::app {
namespace {

using Done = base::Result<void, base::Error>;

constexpr std::size_t kPage = 1'000;  // rows in memory at a time

// The options, read.
struct Request {
    std::optional<base::WallTime> from;  // inclusive
    std::optional<base::WallTime> to;    // exclusive
    std::optional<base::DeviceId> sensor;
    base::VolumeUnit unit = base::VolumeUnit::Litre;
    base::CalendarUnit bucket = base::CalendarUnit::Hour;
    base::TimeZone zone;
};

// A day alone is its midnight in the site's zone.
std::optional<base::WallTime> time_of(const std::string& text, const base::TimeZone& zone) {
    constexpr std::size_t kDateLength = 10;
    if (text.size() != kDateLength) return base::from_rfc3339(text);
    const auto noon = base::from_rfc3339(text + "T12:00:00Z");
    if (!noon) return std::nullopt;
    return zone.start_of(base::CalendarUnit::Day, *noon - zone.utc_offset(*noon));
}

base::Result<Request, base::Error> read_request(const ExportOptions& options, const settings::Settings& settings) {
    Request request;
    request.zone = settings.api.zone;
    request.unit = settings.api.unit;
    const auto bad = [](const char* option, const char* expected) {
        return base::failure(base::Error{std::string(option) + ": not " + expected});
    };
    constexpr const char* kTime = "a time such as 2026-03-01T06:00:00-07:00, or a day such as 2026-03-01";
    if (!options.from.empty() && !(request.from = time_of(options.from, request.zone))) return bad("--from", kTime);
    if (!options.to.empty() && !(request.to = time_of(options.to, request.zone))) return bad("--to", kTime);
    if (request.from && request.to && *request.from >= *request.to) return bad("--from", "earlier than --to");
    if (!options.sensor.empty() && !(request.sensor = base::DeviceId::parse(options.sensor))) {
        return bad("--sensor", "a uuid of 16 hexadecimal digits");
    }
    using base::VolumeUnit;
    for (const auto& [word, unit] : {std::pair{"l", VolumeUnit::Litre}, std::pair{"m3", VolumeUnit::CubicMetre},
                                     std::pair{"gal", VolumeUnit::Gallon}, std::pair{"ft3", VolumeUnit::CubicFoot},
                                     std::pair{"ccf", VolumeUnit::Ccf}}) {
        if (options.unit == word) request.unit = unit;
    }
    for (const auto bucket : base::kCalendarUnits) {
        if (options.bucket == api::name(bucket)) request.bucket = bucket;
    }
    return request;
}

base::Result<std::vector<base::DeviceId>, base::Error> sensors_of(store::ExportSource& source, const Request& request) {
    if (request.sensor) return std::vector{*request.sensor};
    return source.sensors();
}

Done export_readings_of(const base::DeviceId& sensor, store::ExportSource& source, const Request& request,
                        RowWriter& out) {
    ports::ReadingQuery query;
    query.sensor = sensor;
    query.from = request.from.value_or(base::WallTime::min());
    query.to = request.to.value_or(base::WallTime::max());
    query.limit = kPage;
    do {
        const auto page = source.readings(query);
        if (!page) return base::failure(page.error());
        for (const meter::Reading& reading : page->readings) {
            const base::Volume volume = reading.advance * page->calibration.at(reading.time);
            const std::vector<Cell> cells = {{sensor.str()},
                                             {request.zone.rfc3339(reading.time)},
                                             {request.zone.rfc3339(reading.received)},
                                             number(reading.total.value),
                                             number(reading.advance.value),
                                             number(api::shown(volume, request.unit)),
                                             truth(page->calibration.calibrated()),
                                             number(reading.series),
                                             {std::string(meter::name(reading.kind))}};
            out.row(cells);
        }
        query.cursor = page->next_cursor;
    } while (query.cursor && !out.closed());
    return {};
}

Done export_readings(store::ExportSource& source, const Request& request, RowWriter& out) {
    out.columns({"sensor", "time", "received", "total_peaks", "peaks", api::column("volume", request.unit),
                 "calibrated", "series", "kind"});
    const auto sensors = sensors_of(source, request);
    if (!sensors) return base::failure(sensors.error());
    for (const base::DeviceId& sensor : *sensors) {
        if (out.closed()) break;
        if (auto done = export_readings_of(sensor, source, request, out); !done) return done;
    }
    return {};
}

// Where the part that begins at `begin` ends: a year or so on, which is some 9,000 hours; of minutes a month. It begins
// and ends with a bucket.
base::WallTime end_of_part(const Request& request, base::WallTime begin) {
    const bool minutes = request.bucket == base::CalendarUnit::Minute;
    const base::WallTime second = request.zone.next_start(request.bucket, begin);
    const auto far = request.zone.next_start(minutes ? base::CalendarUnit::Month : base::CalendarUnit::Year, second);
    return request.zone.start_of(request.bucket, far);
}

Done export_usage_of(const base::DeviceId& sensor, store::ExportSource& source, const Request& request,
                     RowWriter& out) {
    const auto span = source.readings_span(sensor);
    if (!span) return base::failure(span.error());
    if (!*span) return {};
    const base::WallTime from = std::max((*span)->first, request.from.value_or((*span)->first));
    const base::WallTime after_last = (*span)->last + base::Milliseconds{1};
    const base::WallTime to = std::min(after_last, request.to.value_or(after_last));
    for (base::WallTime begin = from; begin < to && !out.closed();) {
        const base::WallTime end = std::min(to, end_of_part(request, begin));
        const auto usage = source.usage({sensor, begin, end, request.bucket, request.zone});
        if (!usage) return base::failure(usage.error());
        for (const ports::UsageBucket& bucket : usage->buckets) {
            const std::vector<Cell> cells = {{sensor.str()},
                                             {request.zone.rfc3339(bucket.start)},
                                             {request.zone.rfc3339(bucket.end)},
                                             number(bucket.peaks.value),
                                             number(api::shown(bucket.volume, request.unit)),
                                             truth(usage->calibrated)};
            out.row(cells);
        }
        begin = end;
    }
    return {};
}

Done export_usage(store::ExportSource& source, const Request& request, RowWriter& out) {
    out.columns({"sensor", "start", "end", "peaks", api::column("volume", request.unit), "calibrated"});
    const auto sensors = sensors_of(source, request);
    if (!sensors) return base::failure(sensors.error());
    for (const base::DeviceId& sensor : *sensors) {
        if (out.closed()) break;
        if (auto done = export_usage_of(sensor, source, request, out); !done) return done;
    }
    return {};
}

Done export_uses_of(const base::DeviceId& sensor, store::ExportSource& source, const Request& request, RowWriter& out) {
    ports::UseQuery query;
    query.sensor = sensor;
    query.from = request.from.value_or(base::WallTime::min());
    query.to = request.to.value_or(base::WallTime::max());
    query.limit = kPage;
    for (bool more = true; more && !out.closed();) {
        const auto page = source.uses(query);
        if (!page) return base::failure(page.error());
        for (const ports::KeptUse& kept : *page) {
            const detect::Use& use = kept.use;
            const api::UseWord word = api::word_of(kept);
            const std::vector<Cell> cells = {{sensor.str()},
                                             {request.zone.rfc3339(use.start)},
                                             {request.zone.rfc3339(api::end_of(kept))},
                                             number(api::shown(api::volume_of(kept), request.unit)),
                                             number(api::shown(use.mean, request.unit)),
                                             number(api::shown(use.peak, request.unit)),
                                             number(api::shown(use.base, request.unit)),
                                             truth(use.overlapped),
                                             {std::string(word.category)},
                                             {std::string(word.source)},
                                             {word.name}};
            out.row(cells);
        }
        more = page->size() >= kPage;
        if (more) query.after = page->back().use.start;
    }
    return {};
}

Done export_uses(store::ExportSource& source, const Request& request, RowWriter& out) {
    out.columns({"sensor", "start", "end", api::column("volume", request.unit),
                 api::flow_column("mean_flow", request.unit), api::flow_column("peak_flow", request.unit),
                 api::flow_column("base_flow", request.unit), "overlapped", "category", "category_source", "name"});
    const auto sensors = request.sensor
                             ? base::Result<std::vector<base::DeviceId>, base::Error>(std::vector{*request.sensor})
                             : source.sensors_with_uses();
    if (!sensors) return base::failure(sensors.error());
    for (const base::DeviceId& sensor : *sensors) {
        if (out.closed()) break;
        if (auto done = export_uses_of(sensor, source, request, out); !done) return done;
    }
    return {};
}

// The newest first, as the pages come. Numbers of the finding are in its measure's unit.
Done export_incidents(store::ExportSource& source, const Request& request, RowWriter& out) {
    out.columns({"id", "device", "rule", "severity", "state", "raised", "cleared", "since",
                 api::column("volume", request.unit), "observed", "limit", "reopened", "not_a_leak", "answered_by",
                 "note", "detail"});
    ports::IncidentQuery query{request.sensor, request.from, request.to, kPage, {}};
    for (bool more = true; more && !out.closed();) {
        const auto page = source.incidents(query);
        if (!page) return base::failure(page.error());
        for (const detect::Incident& incident : *page) {
            const detect::Finding& finding = incident.finding;
            const std::vector<Cell> cells = {
                number(incident.id),
                {incident.device.str()},
                {std::string(detect::name(finding.rule))},
                {std::string(detect::name(finding.severity))},
                {std::string(detect::name(incident.state))},
                {request.zone.rfc3339(incident.raised)},
                {incident.cleared ? request.zone.rfc3339(*incident.cleared) : std::string()},
                {request.zone.rfc3339(finding.since)},
                number(api::shown(finding.volume, request.unit)),
                number(finding.observed),
                number(finding.limit),
                number(std::int64_t{incident.reopened}),
                truth(incident.not_a_leak),
                {incident.answered_by},
                {incident.note},
                {finding.detail}};
            out.row(cells);
        }
        more = page->size() >= kPage;
        if (more) query.below = page->back().id;
    }
    return {};
}

// A device's frames are those that name it, and those of its connection when it is a bridge.
bool is_asked_for(const ports::Frame& frame, const Request& request) {
    if (request.from && frame.received < *request.from) return false;
    if (request.to && frame.received >= *request.to) return false;
    return !request.sensor || frame.bridge == request.sensor ||
           message::parse_topic(frame.topic).device == request.sensor;
}

void export_frame(const ports::Frame& frame, const Request& request, RowWriter& out) {
    if (out.format() == RowFormat::JsonLines) return out.line(capture::to_json_line(frame, request.zone));
    const auto text = capture::text_of(frame.payload);
    const std::vector<Cell> cells = {{request.zone.rfc3339(frame.received)},
                                     {std::string(base::name(frame.direction))},
                                     {std::string(ports::name(frame.door))},
                                     {frame.bridge ? frame.bridge->str() : std::string()},
                                     number(std::int64_t{frame.qos}),
                                     truth(frame.dup),
                                     truth(frame.retain),
                                     {frame.topic},
                                     {text ? std::string(*text) : std::string()},
                                     {text ? std::string() : base::to_hex(frame.payload)}};
    out.row(cells);
}

Done export_frames(store::ExportSource& source, const Request& request, RowWriter& out) {
    out.columns({"time", "direction", "door", "bridge", "qos", "dup", "retain", "topic", "payload", "payload_hex"});
    std::int64_t last = std::numeric_limits<std::int64_t>::min();
    while (!out.closed()) {
        const auto page = source.frames(last, kPage);
        if (!page) return base::failure(page.error());
        if (page->empty()) break;
        for (const ports::Frame& frame : *page) {
            if (is_asked_for(frame, request)) export_frame(frame, request, out);
        }
        last = page->back().id;
    }
    return {};
}

Done export_part(const ExportOptions& options, store::ExportSource& source, const Request& request,
                 const std::string& file) {
    auto out = RowWriter::open(file, options.format == "csv" ? RowFormat::Csv : RowFormat::JsonLines);
    if (!out) return base::failure(out.error());
    const Done done = options.what == "readings"    ? export_readings(source, request, *out)
                      : options.what == "usage"     ? export_usage(source, request, *out)
                      : options.what == "uses"      ? export_uses(source, request, *out)
                      : options.what == "incidents" ? export_incidents(source, request, *out)
                                                    : export_frames(source, request, *out);
    return done ? out->finish() : done;
}

// From the first to the last reading, unless the options say otherwise; nothing when there is none.
base::Result<std::optional<store::TimeSpan>, base::Error> days_of(store::ExportSource& source, const Request& request) {
    std::optional<store::TimeSpan> whole;
    const auto sensors = sensors_of(source, request);
    if (!sensors) return base::failure(sensors.error());
    for (const base::DeviceId& sensor : *sensors) {
        const auto span = source.readings_span(sensor);
        if (!span) return base::failure(span.error());
        if (!*span) continue;
        if (!whole) whole = **span;
        whole = {std::min(whole->first, (*span)->first), std::max(whole->last, (*span)->last)};
    }
    if (!whole) return whole;
    if (request.from) whole->first = *request.from;
    if (request.to) whole->last = *request.to - base::Milliseconds{1};
    return whole;
}

// <folder>/day=2026-03-01/readings.csv, which what reads Parquet reads too, with the day as a column.
Done export_days(const ExportOptions& options, store::ExportSource& source, const Request& request) {
    const auto span = days_of(source, request);
    if (!span) return base::failure(span.error());
    if (!*span) return {};
    constexpr std::size_t kDateLength = 10;
    const base::WallTime after = (*span)->last + base::Milliseconds{1};
    for (base::WallTime begin = (*span)->first; begin < after;) {
        Request day = request;
        day.from = begin;
        day.to = std::min(after, request.zone.next_start(base::CalendarUnit::Day, begin));
        const std::string folder = options.by_day + "/day=" + request.zone.rfc3339(begin).substr(0, kDateLength);
        std::error_code error;
        std::filesystem::create_directories(folder, error);
        if (error) return base::failure(base::Error{folder + " cannot be made: " + error.message()});
        const std::string file = folder + "/" + options.what + (options.format == "csv" ? ".csv" : ".jsonl");
        if (auto done = export_part(options, source, day, file); !done) return done;
        begin = *day.to;
    }
    return {};
}

}  // namespace

CLI::App* add_export(CLI::App& app, ExportOptions& options) {
    CLI::App* command = app.add_subcommand("export", "Write history as CSV or JSON lines; the daemon may be running");
    command->add_option("what", options.what, "readings, usage, uses, incidents or frames")
        ->required()
        ->check(CLI::IsMember({"readings", "usage", "uses", "incidents", "frames"}));
    add_config_option(*command, options.common);
    add_state_dir_option(*command, options.common);
    command->add_option("--format", options.format, "csv or jsonl")
        ->check(CLI::IsMember({"csv", "jsonl"}))
        ->capture_default_str();
    command->add_option("--from", options.from, "Not before this time (RFC 3339) or day");
    command->add_option("--to", options.to, "Before this time (RFC 3339) or day");
    command->add_option("--sensor", options.sensor,
                        "Only this one, by its uuid; of frames and incidents also a bridge");
    command->add_option("--unit", options.unit, "l, m3, gal, ft3 or ccf; the site's otherwise")
        ->check(CLI::IsMember({"l", "m3", "gal", "ft3", "ccf"}));
    command
        ->add_option("--bucket", options.bucket,
                     "Of usage: minute, hour, day, week, month or year, in the site's time zone")
        ->check(CLI::IsMember({"minute", "hour", "day", "week", "month", "year"}))
        ->capture_default_str();
    command->add_option("--output", options.output, "A file instead of the standard output; replaced when it exists")
        ->type_name("FILE");
    command
        ->add_option("--by-day", options.by_day,
                     "Of readings, usage and uses: into this folder, a file for each day of the site, as "
                     "day=2026-03-01/readings.csv; those that exist are replaced")
        ->type_name("DIR")
        ->excludes("--output");
    return command;
}

int export_rows(const ExportOptions& options, std::ostream& err) {
    const auto settings = effective_settings(options.common);
    if (!settings) return fail(settings.error(), err);
    const bool in_days = options.what == "readings" || options.what == "usage" || options.what == "uses";
    if (!options.by_day.empty() && !in_days) return fail({"--by-day: not of " + options.what}, err, kExitUsage);
    if (!options.by_day.empty() && options.what == "usage" && options.bucket != "minute" && options.bucket != "hour" &&
        options.bucket != "day") {
        return fail({"--by-day: a " + options.bucket + " is no part of a day"}, err, kExitUsage);
    }
    const auto request = read_request(options, *settings);
    if (!request) return fail(request.error(), err, kExitUsage);
    auto source = store::ExportSource::open(settings->store.address());
    if (!source) return fail(source.error(), err);
    std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is to be an error of the write, not the end of the process
    const Done done = options.by_day.empty() ? export_part(options, *source, *request, options.output)
                                             : export_days(options, *source, *request);
    if (!done) return fail(done.error(), err);
    return kExitGood;
}

}  // namespace millrace::app
