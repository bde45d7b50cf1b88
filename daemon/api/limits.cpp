#include "api/limits.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "api/devices.h"
#include "api/parameters.h"
#include "api/quantity.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

using detect::PartLimit;
using detect::PartOfDay;

struct Part {
    PartOfDay part;
    std::string_view name;
    std::string_view from;
    std::string_view to;
};
constexpr Part kParts[] = {{PartOfDay::Night, "night", "00:00", "05:00"},
                           {PartOfDay::Morning, "morning", "05:00", "09:00"},
                           {PartOfDay::Day, "day", "09:00", "24:00"}};
static_assert(std::size(kParts) == detect::kPartsOfDay);
static_assert(detect::part_of_day(5 * 60 - 1) == PartOfDay::Night && detect::part_of_day(5 * 60) != PartOfDay::Night);
static_assert(detect::part_of_day(9 * 60 - 1) == PartOfDay::Morning && detect::part_of_day(9 * 60) == PartOfDay::Day);

double seconds(base::Milliseconds length) {
    return static_cast<double>(length.count()) / 1e3;
}

Json limit_json(const detect::RunLimit& limit) {
    return Json{{"limit_seconds", seconds(limit.length)}, {"limit_source", name(limit.source)}};
}

// "2026-11-24" of the days since 1970.
std::string date_of(std::int64_t day) {
    return base::to_rfc3339(base::from_unix_s(day * 86'400)).substr(0, 10);
}

Json part_json(const Part& part, const PartLimit& of, const std::vector<std::string>& dates, const AlarmView& view) {
    Json document{{"part", part.name}, {"from", part.from}, {"to", part.to}};
    document.update(limit_json(of.limit));
    document["usual_seconds"] = of.limit.usual.count() == 0 ? Json(nullptr) : Json(seconds(of.limit.usual));
    Json sprinklers = Json::array();
    for (const PartLimit::Sprinklers& each : of.sprinklers) {
        Json entry{{"mean_flow_at_least", shown(each.mean_at_least, view.unit)}};
        entry.update(limit_json(each.limit));
        sprinklers.push_back(std::move(entry));
    }
    document["sprinklers"] = std::move(sprinklers);
    if (of.running) {
        document["running"] =
            Json{{"since", view.zone.rfc3339(of.running->since)}, {"seconds", seconds(of.running->length)}};
        document["running"].update(limit_json(of.running->limit));
    } else {
        document["running"] = nullptr;
    }
    Json days = Json::array();
    for (std::size_t i = 0; i < std::min(dates.size(), of.longest.size()); ++i) {
        days.push_back(Json{{"date", dates[i]}, {"longest_seconds", seconds(of.longest[i])}});
    }
    document["days"] = std::move(days);
    return document;
}

void handle_limits(const Site& site, ports::Alarms& alarms, const Request& request, const Responder& responder) {
    const ports::LiveState live = site.dependencies.live.live();
    const ports::LiveSensor* sensor = find_sensor(live, request.path_parameter("uuid"));
    if (sensor == nullptr) return responder.answer(problem(404, "No sensor of this name has been heard."));
    Parameters parameters(request);
    const AlarmView view{parameters.unit("unit", site.settings.unit), site.settings.zone};
    if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
    responder.answer(
        json_response(limits_document(sensor->id, alarms.limits(sensor->id), alarms.alarms().rules, view)));
}

}  // namespace

std::string limits_document(const base::DeviceId& sensor, const detect::LimitOverview& overview,
                            const detect::Settings& rules, const AlarmView& view) {
    std::vector<std::string> dates;
    for (const std::int64_t day : overview.days) dates.push_back(date_of(day));
    Json items = Json::array();
    for (std::size_t level = 0; level < detect::kRates; ++level) {
        const base::FlowRate rate = detect::rate_of(level);
        const detect::Rule rule = detect::rule_of_run(rate);
        const bool off = std::find(rules.off.begin(), rules.off.end(), rule) != rules.off.end();
        Json parts = Json::array();
        for (const Part& part : kParts) {
            const PartLimit& of = overview.at[level][static_cast<std::size_t>(part.part)];
            parts.push_back(part_json(part, of, dates, view));
        }
        items.push_back(Json{{"flow_at_least", shown(rate, view.unit)},
                             {"rule", detect::name(rule)},
                             {"on", !off},
                             {"parts", std::move(parts)}});
    }
    return to_text(Json{{"sensor", sensor.text()},
                        {"time_zone", view.zone.name()},
                        {"flow_unit", flow_unit(view.unit)},
                        {"days_learned", overview.days.size()},
                        {"days_to_learn", detect::kDaysToLearn},
                        {"items", std::move(items)}});
}

void add_limits_route(Router& router, const Site& site) {
    router.add(Method::Get, "/api/v1/sensors/{uuid}/limits",
               with_alarms(site, [&site](ports::Alarms& alarms, const Request& request, const Responder& responder) {
                   handle_limits(site, alarms, request, responder);
               }));
}

}  // namespace millrace::api
