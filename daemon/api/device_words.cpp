#include "api/device_words.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include "api/json.h"
#include "api/parameters.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

constexpr std::size_t kMaxCursorBytes = 256;

Json text_or_null(std::string_view text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

// "time in milliseconds.passed"; to clients it is one text.
Json cursor_json(const std::optional<ports::PlaceInTime>& place) {
    if (!place) return nullptr;
    return std::to_string(base::unix_ms(place->time)) + "." + std::to_string(place->passed);
}

std::optional<ports::PlaceInTime> parse_cursor(std::string_view text) {
    // The years that a stored time can be of, and no more at one time than a store can hold.
    constexpr std::int64_t kLatest_ms = 32'503'680'000'000;
    constexpr std::size_t kMostPassed = std::size_t{1} << 31;
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    std::int64_t time_ms = 0;
    std::size_t passed = 0;
    const auto whole = [](std::string_view digits, auto& number) {
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        return error == std::errc{} && end == digits.data() + digits.size();
    };
    if (!whole(text.substr(0, dot), time_ms) || !whole(text.substr(dot + 1), passed)) return std::nullopt;
    if (time_ms < 0 || time_ms > kLatest_ms || passed == 0 || passed > kMostPassed) return std::nullopt;
    return ports::PlaceInTime{base::from_unix_ms(time_ms), passed};
}

Json meaning_json(const ports::Meaning& meaning) {
    return Json{
        {"name", text_or_null(meaning.name)},
        {"unit", text_or_null(meaning.unit)},
        {"certainty", ports::name(meaning.certainty)},
        {"note", text_or_null(meaning.note)},
    };
}

std::string_view kind_name(ports::DeviceKind kind) {
    switch (kind) {
        case ports::DeviceKind::Bridge: return "bridge";
        case ports::DeviceKind::Sensor: return "sensor";
        case ports::DeviceKind::Puck: return "leak_puck";
        case ports::DeviceKind::Meter: return "meter";
    }
    return "unknown";
}

Json heading(const DeviceView& view) {
    return Json{{"device", view.device.text()}, {"kind", kind_name(view.kind)}};
}

// The device that the path names, as far as there is one.
std::optional<DeviceView> find_device(const Site& site, const Request& request) {
    const ports::LiveState live = site.dependencies.live.live();
    const std::string_view uuid = request.path_parameter("uuid");
    const auto is_asked_for = [uuid](const auto& device) { return device.id.text() == uuid; };
    const auto bridge = std::find_if(live.bridges.begin(), live.bridges.end(), is_asked_for);
    if (bridge != live.bridges.end()) return DeviceView{bridge->id, ports::DeviceKind::Bridge, site.settings.zone};
    const auto sensor = std::find_if(live.sensors.begin(), live.sensors.end(), is_asked_for);
    if (sensor != live.sensors.end()) {
        const auto kind = sensor->says ? ports::DeviceKind::Meter : ports::DeviceKind::Sensor;
        return DeviceView{sensor->id, kind, site.settings.zone};
    }
    const auto puck = std::find_if(live.pucks.begin(), live.pucks.end(), is_asked_for);
    if (puck != live.pucks.end()) return DeviceView{puck->id, ports::DeviceKind::Puck, site.settings.zone};
    return std::nullopt;
}

// `from`, `to` and `limit` of every list.
template <typename Query>
Query read_range(Parameters& parameters) {
    Query query;
    query.from = parameters.time("from");
    query.to = parameters.time("to");
    if (query.from && query.to && *query.from >= *query.to) parameters.refuse("from", "must be earlier than to");
    query.limit = parameters.count("limit", kDefaultReportsPerPage, kMaxReportsPerPage);
    return query;
}

ports::DeviceQuery read_query(Parameters& parameters) {
    auto query = read_range<ports::DeviceQuery>(parameters);
    const auto cursor = parameters.text("cursor", kMaxCursorBytes);
    if (cursor) query.after = parse_cursor(*cursor);
    if (cursor && !query.after) parameters.refuse("cursor", std::string(kCursorWanted));
    return query;
}

ports::BootQuery read_boot_query(Parameters& parameters) {
    auto query = read_range<ports::BootQuery>(parameters);
    query.below = parameters.number_cursor();
    return query;
}

// One list: `ask` is the question of the port, `read` makes it of the parameters, `document(page, view)` the answer.
template <typename Page, typename Query, typename Document>
void add_list(Router& router, const Site& site, std::string pattern,
              void (ports::DeviceHistory::*ask)(Query, ports::DeviceHistory::Answer<Page>), Query (*read)(Parameters&),
              Document document) {
    router.add(Method::Get, std::move(pattern),
               [&site, ask, read, document](const Request& request, const Responder& responder) {
                   Parameters parameters(request);
                   Query query = read(parameters);
                   if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
                   const auto view = find_device(site, request);
                   if (!view || site.dependencies.device_history == nullptr) {
                       return responder.answer(problem(404, "There is no bridge, sensor or leak puck of this name."));
                   }
                   query.device = view->device;
                   (site.dependencies.device_history->*ask)(
                       std::move(query), while_served(site, [view = *view, document,
                                                             responder](const base::Result<Page, base::Error>& page) {
                           responder.answer(page ? json_response(document(*page, view))
                                                 : problem(503, "It cannot be read: " + page.error().message));
                       }));
               });
}

}  // namespace

std::string states_document(const ports::DevicePage<ports::StateRecord>& page, const DeviceView& view,
                            const ports::Vocabulary& words) {
    Json items = Json::array();
    std::map<std::uint64_t, ports::Meaning> known;  // by number, so that 16 stands before 128
    for (const ports::StateRecord& report : page.records) {
        Json values = Json::object();
        for (const auto& [number, value] : report.values) {
            values[std::to_string(number)] = value;
            if (!known.contains(number)) known.emplace(number, words.state(view.kind, number));
        }
        items.push_back({{"time", view.zone.rfc3339(report.time)},
                         {"received", view.zone.rfc3339(report.received)},
                         {"values", std::move(values)}});
    }
    Json meanings = Json::object();
    for (const auto& [number, meaning] : known) meanings[std::to_string(number)] = meaning_json(meaning);
    Json document = heading(view);
    document["known"] = std::move(meanings);
    document["next_cursor"] = cursor_json(page.next);
    document["items"] = std::move(items);
    return to_text(document);
}

std::string events_document(const ports::DevicePage<ports::EventRecord>& page, const DeviceView& view,
                            const ports::Vocabulary& words) {
    Json items = Json::array();
    for (const ports::EventRecord& event : page.records) {
        const ports::Meaning meaning = words.event(view.kind, event.type);
        items.push_back({{"time", view.zone.rfc3339(event.time)},
                         {"received", view.zone.rfc3339(event.received)},
                         // Up to the 64th bit, which numbers of JavaScript cannot hold.
                         {"type", std::to_string(event.type)},
                         {"name", text_or_null(meaning.name)},
                         {"certainty", ports::name(meaning.certainty)},
                         {"note", text_or_null(meaning.note)},
                         {"restart", meaning.restart},
                         {"extra", text_or_null(event.extra)}});
    }
    Json document = heading(view);
    document["next_cursor"] = cursor_json(page.next);
    document["items"] = std::move(items);
    return to_text(document);
}

std::string logs_document(const ports::DevicePage<ports::LogRecord>& page, const DeviceView& view) {
    Json items = Json::array();
    for (const ports::LogRecord& line : page.records) {
        items.push_back({{"time", view.zone.rfc3339(line.time)},
                         {"received", view.zone.rfc3339(line.received)},
                         {"type", line.type},
                         {"level", line.level},
                         {"text", line.text}});
    }
    Json document = heading(view);
    document["next_cursor"] = cursor_json(page.next);
    document["items"] = std::move(items);
    return to_text(document);
}

std::string boots_document(const ports::BootPage& page, const DeviceView& view) {
    Json items = Json::array();
    for (const ports::Boot& boot : page.boots) {
        items.push_back({{"received", view.zone.rfc3339(boot.received)}, {"frames", boot.frames}});
    }
    Json document = heading(view);
    document["looked_from"] = time_or_null(page.looked_from, view.zone);
    document["next_cursor"] = page.next_below ? Json(std::to_string(*page.next_below)) : Json(nullptr);
    document["items"] = std::move(items);
    return to_text(document);
}

void add_device_word_routes(Router& router, const Site& site) {
    using ports::DeviceHistory;
    add_list(router, site, "/api/v1/devices/{uuid}/states", &DeviceHistory::states, read_query,
             [&site](const auto& page, const DeviceView& view) {
                 return states_document(page, view, *site.dependencies.words);
             });
    add_list(router, site, "/api/v1/devices/{uuid}/events", &DeviceHistory::events, read_query,
             [&site](const auto& page, const DeviceView& view) {
                 return events_document(page, view, *site.dependencies.words);
             });
    add_list(router, site, "/api/v1/devices/{uuid}/logs", &DeviceHistory::logs, read_query, logs_document);
    add_list(router, site, "/api/v1/devices/{uuid}/boots", &DeviceHistory::boots, read_boot_query, boots_document);
}

}  // namespace millrace::api
