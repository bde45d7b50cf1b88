#include "api/uses.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <memory>
#include <utility>

#include "api/alarms.h"
#include "api/csv.h"
#include "api/devices.h"
#include "api/json.h"
#include "api/parameters.h"
#include "api/quantity.h"
#include "api/routes.h"
#include "api/use_words.h"
#include "ports/categories.h"

namespace millrace::api {
namespace {

using detect::Use;
using ports::KeptUse;

// How many uses may begin in the same millisecond: told apart from each other, two do.
constexpr std::size_t kTogether = 8;
// The year 2200: no use is named by a later time.
constexpr std::int64_t kLatestMs = 7'258'118'400'000;

// What is known of a use beside its water.
void add_known(Json& document, const KeptUse& kept, const UsesView& view) {
    const auto text_or_null = [](std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); };
    const UseWord word = word_of(kept);
    const bool told = word.source == kByMillrace;
    document["category"] = text_or_null(word.category);
    document["category_source"] = text_or_null(word.source);
    document["confidence"] = told ? Json(kept.verdict->confidence) : Json(nullptr);
    document["explanation"] = told ? Json(explanation(kept.use, kept.cycle, *kept.verdict, view.unit)) : Json(nullptr);
    document["alike_this_week"] = kept.verdict ? Json(kept.verdict->alike_this_week) : Json(nullptr);
    document["steady"] = is_steady(kept.use);
    document["fills"] = kept.cycle ? kept.cycle->fills : 1;
    document["name"] = text_or_null(word.name);
    document["labelled_by"] = text_or_null(kept.label ? kept.label->by : "");
    document["alarm"] = or_null(kept.alarm);
}

// `id` of one that has ended.
Json use_json(const KeptUse& kept, std::optional<std::string> id, const UsesView& view) {
    const Use& use = kept.use;
    const base::WallTime end = end_of(kept);
    Json shape = Json::array();
    for (const base::FlowRate part : use.shape) shape.push_back(shown(part, view.unit));
    Json document{
        {"id", or_null(id)},
        {"start", view.zone.rfc3339(use.start)},
        {"end", view.zone.rfc3339(end)},
        {"seconds", static_cast<double>((end - use.start).count()) / 1e3},
        {"provisional", !id.has_value()},
        {"volume", shown(volume_of(kept), view.unit)},
        {"peak_flow", shown(use.peak, view.unit)},
        {"mean_flow", shown(use.mean, view.unit)},
        {"base_flow", shown(use.base, view.unit)},
        {"overlapped", use.overlapped},
        {"shape", std::move(shape)},
    };
    add_known(document, kept, view);
    return document;
}

Json use_json(const KeptUse& kept, const UsesView& view) {
    return use_json(kept, use_id(ports::key_of(kept.use)), view);
}

std::optional<KeptUse> open_use(const Site& site, const base::DeviceId& sensor) {
    if (site.dependencies.alarms == nullptr) return std::nullopt;
    for (const ports::SensorWatch& watch : site.dependencies.alarms->alarms().sensors) {
        if (watch.sensor != sensor || !watch.use) continue;
        KeptUse open{*watch.use};
        open.verdict = watch.use_may_be;
        return open;
    }
    return std::nullopt;
}

void handle_uses(const Site& site, const Request& request, const Responder& responder) {
    const ports::LiveState live = site.dependencies.live.live();
    const ports::LiveSensor* sensor = find_sensor(live, request.path_parameter("uuid"));
    if (sensor == nullptr) return responder.answer(problem(404, "No sensor of this name has been heard."));

    Parameters parameters(request);
    const auto from = parameters.time("from");
    const auto to = parameters.time("to");
    UsesView view;
    view.sensor = sensor->id;
    view.to = to.value_or(site.dependencies.clock.wall_now());
    view.from = from.value_or(view.to - Parameters::kDefaultRange);
    if (view.from >= view.to) parameters.refuse("from", "must be earlier than to");
    const std::size_t limit = parameters.count("limit", kDefaultUsesPerPage, kMaxUsesPerPage);
    const auto cursor = parameters.time_cursor();
    view.unit = parameters.unit("unit", site.settings.unit);
    const bool csv = parameters.csv_wanted();
    if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
    view.zone = site.settings.zone;

    ports::UseQuery query;
    query.sensor = view.sensor;
    query.from = view.from;
    query.to = view.to;
    query.limit = limit + kTogether;
    query.after = cursor;
    site.dependencies.history.uses(
        std::move(query), while_served(site, [&site, view, limit, asked = request.query, csv,
                                              responder](base::Result<std::vector<KeptUse>, base::Error> uses) {
            if (!uses) return responder.answer(problem(503, "The history cannot be read: " + uses.error().message));
            const auto next = cut_page(*uses, limit);
            if (csv) {
                Response response = csv_response(uses_csv(*uses, view));
                if (next) add_next_link(response, asked, base::to_rfc3339(*next));
                return responder.answer(std::move(response));
            }
            responder.answer(json_response(uses_document(*uses, open_use(site, view.sensor), next, view)));
        }));
}

Response unknown_use() {
    return problem(404, "There is no use of this id.");
}

void handle_label(const Site& site, ports::Alarms& alarms, const Request& request, const Responder& responder) {
    const ports::LiveState live = site.dependencies.live.live();
    const ports::LiveSensor* sensor = find_sensor(live, request.path_parameter("uuid"));
    if (sensor == nullptr) return responder.answer(problem(404, "No sensor of this name has been heard."));
    const auto body = std::make_shared<Body>(request.body);
    static_cast<void>(label_from(*body, {}));
    if (auto refusal = body->problem()) return responder.answer(std::move(*refusal));
    const auto key = use_from_id(request.path_parameter("id"));
    if (!key) return responder.answer(unknown_use());
    UsesView view;
    view.sensor = sensor->id;
    view.unit = site.settings.unit;
    view.zone = site.settings.zone;
    site.dependencies.history.use(
        {sensor->id, *key}, while_served(site, [&site, &alarms, view, body, key,
                                                responder](base::Result<std::optional<KeptUse>, base::Error> found) {
            if (!found) return responder.answer(problem(503, "The history cannot be read: " + found.error().message));
            if (!*found) return responder.answer(unknown_use());
            KeptUse kept = std::move(**found);
            ports::UseLabel label = label_from(*body, kept.label.value_or(ports::UseLabel{}));
            const ports::UseLabelRecord record{view.sensor, *key, label};
            const KeptUse before = kept;
            kept.label = label.category.empty() && label.name.empty() ? std::nullopt : std::optional(std::move(label));
            alarms.label_use(
                record, before,
                while_served(site, [kept = std::move(kept), view, responder](base::Result<void, base::Error> done) {
                    if (!done) return responder.answer(problem(503, "It could not be kept: " + done.error().message));
                    responder.answer(json_response(use_document(kept, view)));
                }));
        }));
}

std::string all_categories() {
    std::string list;
    for (const ports::Category& each : ports::kUseCategories) list.append(list.empty() ? "" : ", ").append(each.key);
    return list;
}

bool is_category(std::string_view key) {
    return std::any_of(std::begin(ports::kUseCategories), std::end(ports::kUseCategories),
                       [key](const ports::Category& each) { return each.key == key; });
}

// Of UTF-8, which the parser of the body has checked.
std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xc0) != 0x80; }));
}

// All of the text as a number that is not below zero.
std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc{} && end == text.data() + text.size() && number >= 0;
    return whole ? std::optional(number) : std::nullopt;
}

constexpr std::string_view kOverlapped = "-o";

}  // namespace

std::string use_id(const ports::UseKey& use) {
    return std::to_string(base::unix_ms(use.start)) + "-" + std::to_string(use.volume.microlitres) +
           std::string(use.overlapped ? kOverlapped : "");
}

std::optional<ports::UseKey> use_from_id(std::string_view id) {
    std::string_view rest = id;
    ports::UseKey use;
    use.overlapped = rest.ends_with(kOverlapped);
    if (use.overlapped) rest.remove_suffix(kOverlapped.size());
    const std::size_t dash = std::min(rest.find('-'), rest.size());
    const auto start = whole_number(rest.substr(0, dash));
    const auto volume = whole_number(rest.substr(std::min(dash + 1, rest.size())));
    if (!start || !volume || *start > kLatestMs) return std::nullopt;
    use.start = base::from_unix_ms(*start);
    use.volume = {*volume};
    // One use has one name.
    return use_id(use) == id ? std::optional(use) : std::nullopt;
}

ports::UseLabel label_from(Body& body, ports::UseLabel label) {
    label.at = {};
    if (body.is_null("category")) label.category.clear();
    if (auto category = body.words("category", kMaxUseNameLength)) {
        if (!is_category(*category)) body.refuse("category", "must be null or one of " + all_categories());
        label.category = std::move(*category);
    }
    if (body.is_null("name")) label.name.clear();
    constexpr std::size_t kBytesPerCharacter = 4;
    if (auto given = body.words("name", kMaxUseNameLength * kBytesPerCharacter)) {
        if (characters(*given) > kMaxUseNameLength) {
            body.refuse("name", "must have at most " + std::to_string(kMaxUseNameLength) + " characters");
        }
        label.name = std::move(*given);
    }
    label.by = body.words("by", kMaxNameBytes).value_or("api");
    return label;
}

std::optional<base::WallTime> cut_page(std::vector<KeptUse>& uses, std::size_t limit) {
    while (limit < uses.size() && uses[limit].use.start == uses[limit - 1].use.start) ++limit;
    if (uses.size() <= limit) return std::nullopt;
    uses.resize(limit);
    return uses.back().use.start;
}

std::string use_document(const KeptUse& use, const UsesView& view) {
    return to_text(Json{{"sensor", view.sensor.text()},
                        {"unit", name(view.unit)},
                        {"flow_unit", flow_unit(view.unit)},
                        {"use", use_json(use, view)}});
}

std::string uses_document(const std::vector<KeptUse>& uses, const std::optional<KeptUse>& open,
                          std::optional<base::WallTime> next, const UsesView& view) {
    Json items = Json::array();
    for (const KeptUse& use : uses) items.push_back(use_json(use, view));
    return to_text(Json{
        {"sensor", view.sensor.text()},
        {"from", view.zone.rfc3339(view.from)},
        {"to", view.zone.rfc3339(view.to)},
        {"unit", name(view.unit)},
        {"flow_unit", flow_unit(view.unit)},
        {"next_cursor", next ? Json(base::to_rfc3339(*next)) : Json(nullptr)},
        {"open", open ? use_json(*open, std::nullopt, view) : Json(nullptr)},
        {"items", std::move(items)},
    });
}

std::string uses_csv(const std::vector<KeptUse>& uses, const UsesView& view) {
    Csv csv({"start", "end", "seconds", column("volume", view.unit), flow_column("peak_flow", view.unit),
             flow_column("mean_flow", view.unit), flow_column("base_flow", view.unit), "overlapped", "id", "category",
             "category_source", "confidence", "fills", "name", "labelled_by", "alarm"});
    for (const KeptUse& kept : uses) {
        const Use& use = kept.use;
        const UseWord word = word_of(kept);
        const base::WallTime end = end_of(kept);
        const bool told = word.source == kByMillrace;
        csv.row({view.zone.rfc3339(use.start), view.zone.rfc3339(end),
                 static_cast<double>((end - use.start).count()) / 1e3, shown(volume_of(kept), view.unit),
                 shown(use.peak, view.unit), shown(use.mean, view.unit), shown(use.base, view.unit), use.overlapped,
                 use_id(ports::key_of(use)), std::string(word.category), std::string(word.source),
                 told ? CsvCell(kept.verdict->confidence) : CsvCell(""),
                 std::int64_t{kept.cycle ? kept.cycle->fills : 1}, CsvCell::quoted(word.name),
                 CsvCell::quoted(kept.label ? kept.label->by : ""), kept.alarm ? CsvCell(*kept.alarm) : CsvCell("")});
    }
    return std::move(csv).text();
}

void add_use_routes(Router& router, const Site& site) {
    router.add(Method::Get, "/api/v1/sensors/{uuid}/uses",
               [&site](const Request& request, const Responder& responder) { handle_uses(site, request, responder); });
    router.add(Method::Put, "/api/v1/sensors/{uuid}/uses/{id}",
               with_alarms(site, [&site](ports::Alarms& alarms, const Request& request, const Responder& responder) {
                   handle_label(site, alarms, request, responder);
               }));
}

}  // namespace millrace::api
