#include "api/categories.h"

#include <algorithm>
#include <utility>

#include "api/body.h"
#include "api/devices.h"
#include "api/json.h"
#include "api/parameters.h"
#include "api/quantity.h"
#include "api/routes.h"
#include "ports/categories.h"

namespace millrace::api {
namespace {

using base::Volume;
using classify::Category;

constexpr double kMillion = 1e6;

Volume all_of(const ports::CategorySums& sums) {
    Volume all;
    for (const ports::CategorySum& each : sums) all += each.volume;
    return all;
}

Volume rest(Volume of, Volume taken) {
    return std::max(Volume{}, of - taken);
}

double share(Volume part, Volume whole) {
    if (whole.microlitres <= 0) return 0;
    return std::min(1.0, static_cast<double>(part.microlitres) / static_cast<double>(whole.microlitres));
}

Json category_json(const ports::Category& category, Volume total, Volume today, const ports::CategorySum& month,
                   const CategoriesView& view) {
    return Json{{"category", category.key},
                {"name", category.name},
                {"total", shown(total, view.unit)},
                {"today", shown(today, view.unit)},
                {"month", shown(month.volume, view.unit)},
                {"month_share", share(month.volume, view.sensor.month)},
                {"month_uses", month.uses}};
}

double mean(double sum, std::int64_t of) {
    return sum / static_cast<double>(of);
}

Volume mean(const ports::CategorySum& sum) {
    return {sum.volume.microlitres / std::max<std::int64_t>(1, sum.uses)};
}

// Figures for people, each where there is something to say.
Json hints(const CategoriesView& view) {
    Json list = Json::array();
    const auto& flushes = view.month[index_of(Category::Toilet)];
    if (flushes.uses > 0) {
        list.push_back(Json{{"kind", "toilet_flush"},
                            {"flushes", flushes.uses},
                            {"volume_per_flush", shown(mean(flushes), view.unit)}});
    }
    const auto& showers = view.month[index_of(Category::Shower)];
    if (showers.uses > 0) {
        list.push_back(Json{{"kind", "shower_length"},
                            {"showers", showers.uses},
                            {"minutes", mean(static_cast<double>(showers.ran.count()) / 60e3, showers.uses)},
                            {"volume_per_shower", shown(mean(showers), view.unit)}});
    }
    const auto& irrigation = view.week[index_of(Category::Irrigation)];
    if (irrigation.uses > 0) {
        list.push_back(Json{{"kind", "irrigation_week"}, {"volume", shown(irrigation.volume, view.unit)}});
    }
    const Volume leaked = view.month[index_of(Category::Leak)].volume + view.leaking;
    if (leaked > Volume{}) {
        Json leak{
            {"kind", "leak_cost"}, {"volume", shown(leaked, view.unit)}, {"cost", nullptr}, {"currency", nullptr}};
        if (view.tariff) {
            const meter::Money cost =
                meter::cost_within_month(*view.tariff, view.month_of_year, rest(view.sensor.month, leaked), leaked);
            leak["cost"] = static_cast<double>(cost.millionths) / kMillion;
            leak["currency"] = view.tariff->currency;
        }
        list.push_back(std::move(leak));
    }
    return list;
}

bool is_leak(detect::Rule rule) {
    return rule == detect::Rule::Burst || rule == detect::Rule::ContinuousFlow || rule == detect::Rule::SlowLeak ||
           rule == detect::Rule::RunningToilet;
}

// A trickle is no use: what it has taken so far, its alarm knows.
Volume leaking_at(const base::DeviceId& sensor, const ports::Alarms* alarms) {
    Volume volume;
    if (alarms == nullptr) return volume;
    for (const detect::Incident& incident : alarms->alarms().incidents) {
        if (incident.device == sensor && is_leak(incident.finding.rule)) volume += incident.finding.volume;
    }
    return volume;
}

void handle_categories(const Site& site, const Request& request, const Responder& responder) {
    const ports::LiveState live = site.dependencies.live.live();
    const ports::LiveSensor* sensor = find_sensor(live, request.path_parameter("uuid"));
    if (sensor == nullptr) return responder.answer(problem(404, "No sensor of this name has been heard."));
    Parameters parameters(request);
    CategoriesView view;
    view.unit = parameters.unit("unit", site.settings.unit);
    if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
    view.sensor = *sensor;
    view.leaking = leaking_at(sensor->id, site.dependencies.alarms);
    view.tariff = site.settings.tariff;
    const base::WallTime now = site.dependencies.clock.wall_now();
    view.month_of_year = meter::month_of(now, site.settings.zone);
    // A sensor's clock may be before ours, and none of its uses is lost for that.
    const base::WallTime end = now + std::chrono::hours{24};
    const base::WallTime start = base::from_unix_s(0);
    ports::CategorySumsQuery query;
    query.sensor = sensor->id;
    query.ranges = {{start, end},
                    {site.settings.zone.start_of(base::CalendarUnit::Day, now), end},
                    {site.settings.zone.start_of(base::CalendarUnit::Month, now), end},
                    {now - std::chrono::hours{7 * 24}, end}};
    site.dependencies.history.category_sums(
        std::move(query),
        while_served(site, [view, responder](base::Result<std::vector<ports::CategorySums>, base::Error> sums) {
            if (!sums) return responder.answer(problem(503, "The history cannot be read: " + sums.error().message));
            CategoriesView whole = view;
            whole.total = (*sums)[0];
            whole.today = (*sums)[1];
            whole.month = (*sums)[2];
            whole.week = (*sums)[3];
            responder.answer(json_response(categories_document(whole)));
        }));
}

void handle_judge_again(const Site& site, ports::Alarms& alarms, const Request& request, const Responder& responder) {
    const ports::LiveState live = site.dependencies.live.live();
    const ports::LiveSensor* sensor = find_sensor(live, request.path_parameter("uuid"));
    if (sensor == nullptr) return responder.answer(problem(404, "No sensor of this name has been heard."));
    Body body(request.body);
    if (auto refusal = body.problem()) return responder.answer(std::move(*refusal));
    alarms.judge_uses_again(
        sensor->id, while_served(site, [responder](base::Result<void, base::Error> done) {
            if (!done) {
                return responder.answer(problem(503, "It could not be kept: " + done.error().message));
            }
            Response response;
            response.status = 204;
            responder.answer(std::move(response));
        }));
}

}  // namespace

std::string categories_document(const CategoriesView& view) {
    Json categories = Json::array();
    for (std::size_t i = 0; i < classify::kCategories; ++i) {
        if (view.total[i].uses == 0) continue;
        categories.push_back(
            category_json(ports::kUseCategories[i], view.total[i].volume, view.today[i].volume, view.month[i], view));
    }
    const ports::CategorySum month{0, rest(view.sensor.month, all_of(view.month)), {}};
    categories.push_back(category_json(ports::kUncategorised, rest(view.sensor.lifetime, all_of(view.total)),
                                       rest(view.sensor.today, all_of(view.today)), month, view));
    return to_text(Json{{"unit", name(view.unit)}, {"categories", std::move(categories)}, {"hints", hints(view)}});
}

void add_category_routes(Router& router, const Site& site) {
    router.add(
        Method::Get, "/api/v1/sensors/{uuid}/categories",
        [&site](const Request& request, const Responder& responder) { handle_categories(site, request, responder); });
    router.add(Method::Post, "/api/v1/sensors/{uuid}/categories/judge-again",
               with_alarms(site, [&site](ports::Alarms& alarms, const Request& request, const Responder& responder) {
                   handle_judge_again(site, alarms, request, responder);
               }));
}

}  // namespace millrace::api
