#include "api/habits.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "api/devices.h"
#include "api/parameters.h"
#include "api/quantity.h"
#include "api/routes.h"
#include "api/week.h"

namespace millrace::api {
namespace {

using detect::Habit;

struct AskedOfHabits {
    const Site& site;
    ports::Alarms& alarms;
    base::DeviceId sensor;
    Responder responder;

    // What is known of the sensor's water, which may be nothing yet.
    [[nodiscard]] ports::SensorWatch watch() const {
        for (ports::SensorWatch& watch : alarms.alarms().sensors) {
            if (watch.sensor == sensor) return std::move(watch);
        }
        ports::SensorWatch unknown;
        unknown.sensor = sensor;
        return unknown;
    }
    [[nodiscard]] std::optional<Habit> habit(std::int64_t number) const {
        for (const Habit& habit : watch().habits) {
            if (habit.number == number) return habit;
        }
        return std::nullopt;
    }
    void answer_list() const { responder.answer(json_response(habits_document(watch(), site.settings.zone))); }
    [[nodiscard]] ports::Alarms::Done then_list() const {
        return while_served(site, [asked = *this](base::Result<void, base::Error> done) {
            if (done) return asked.answer_list();
            asked.responder.answer(problem(503, "It could not be kept: " + done.error().message));
        });
    }
};

Response unknown_habit() {
    return problem(404, "There is no habit of this number.");
}

void handle_post(const AskedOfHabits& asked, const Request& request) {
    Body body(request.body);
    body.require("start");
    body.require("length_minutes");
    Habit fresh;
    fresh.source = detect::HabitSource::Owner;
    const Habit habit = habit_from(body, fresh);
    if (auto refusal = body.problem()) return asked.responder.answer(std::move(*refusal));
    const std::vector<Habit> before = asked.watch().habits;
    if (before.size() >= kMaxHabits) {
        return asked.responder.answer(
            problem(409, "There are " + std::to_string(kMaxHabits) + " habits already, the most that are kept."));
    }
    asked.alarms.set_habit(
        asked.sensor, habit, while_served(asked.site, [asked, before](base::Result<void, base::Error> done) {
            const std::vector<Habit> after = asked.watch().habits;
            const auto made = std::find_if(after.begin(), after.end(), [&before](const Habit& known) {
                return std::none_of(before.begin(), before.end(),
                                    [&](const Habit& other) { return other.number == known.number; });
            });
            // What is refused changes nothing; what cannot be written holds all the same.
            if (!done && made == after.end()) {
                return asked.responder.answer(problem(409, "It was not taken: " + done.error().message + "."));
            }
            if (!done) return asked.responder.answer(problem(503, "It could not be kept: " + done.error().message));
            if (made != after.end()) {
                const Habit& known = *made;
                Response response = json_response(to_text(habit_json(known, asked.site.settings.zone)), 201);
                response.headers.emplace_back(
                    "Location", "/api/v1/sensors/" + asked.sensor.str() + "/habits/" + std::to_string(known.number));
                return asked.responder.answer(std::move(response));
            }
            asked.answer_list();
        }));
}

void handle_put(const AskedOfHabits& asked, const Request& request) {
    const auto number = number_in_path(request, "number");
    const auto before = number ? asked.habit(*number) : std::nullopt;
    if (!before) return asked.responder.answer(unknown_habit());
    Body body(request.body);
    const Habit habit = habit_from(body, *before);
    if (auto refusal = body.problem()) return asked.responder.answer(std::move(*refusal));
    asked.alarms.set_habit(asked.sensor, habit, asked.then_list());
}

void handle_delete(const AskedOfHabits& asked, const Request& request) {
    const auto number = number_in_path(request, "number");
    if (!number || !asked.habit(*number)) return asked.responder.answer(unknown_habit());
    asked.alarms.forget_habit(asked.sensor, *number, asked.then_list());
}

void handle_reset(const AskedOfHabits& asked, const Request& request) {
    Body body(request.body);
    if (auto refusal = body.problem()) return asked.responder.answer(std::move(*refusal));
    asked.alarms.forget_learned(asked.sensor, asked.then_list());
}

void handle_get(const AskedOfHabits& asked, const Request& request) {
    Parameters parameters(request);
    if (auto refusal = parameters.problem()) return asked.responder.answer(std::move(*refusal));
    asked.answer_list();
}

Handler for_sensor(const Site& site, void (*handle)(const AskedOfHabits&, const Request&)) {
    return with_alarms(site,
                       [&site, handle](ports::Alarms& alarms, const Request& request, const Responder& responder) {
                           const ports::LiveState live = site.dependencies.live.live();
                           const ports::LiveSensor* sensor = find_sensor(live, request.path_parameter("uuid"));
                           if (sensor == nullptr)
                               return responder.answer(problem(404, "No sensor of this name has been heard."));
                           handle({site, alarms, sensor->id, responder}, request);
                       });
}

}  // namespace

Habit habit_from(Body& body, Habit habit) {
    habit.on = body.choice_of_two("on").value_or(habit.on);
    if (body.is_null("label")) habit.label.clear();
    habit.label = body.words("label", kMaxLabelBytes).value_or(habit.label);
    const Habit named = habit;
    if (const Json* days = body.list("days", 7)) {
        const auto known = days_from(*days);
        if (!known) body.refuse("days", std::string(kDaysWanted));
        habit.days = known.value_or(habit.days);
    }
    if (body.has("start")) {
        const auto start = body.words("start", 5);
        const auto minute = start ? minute_from(*start) : std::nullopt;
        if (start && !minute) body.refuse("start", std::string(kMinuteWanted));
        habit.start_minute = minute.value_or(habit.start_minute);
    }
    // A clock that drifts or is set for summer time stays within two hours.
    if (const auto slack = body.number("start_slack_minutes", 1, 120)) {
        habit.start_slack = static_cast<int>(std::lround(*slack));
    }
    if (const auto length = body.number("length_minutes", 1, 1'440)) {
        habit.length = base::Seconds{std::llround(*length * 60)};
    }
    if (body.is_null("flow_litres_per_minute")) habit.flow = {};
    if (const auto flow = body.number("flow_litres_per_minute", 0, 1'000)) {
        habit.flow = {std::llround(*flow * 1e6 / 60)};
    }
    if (body.is_null("volume_litres")) habit.volume = {};
    if (const auto volume = body.number("volume_litres", 0, 100'000)) habit.volume = {std::llround(*volume * 1e6)};
    if (habit != named) habit.source = detect::HabitSource::Owner;
    return habit;
}

Json habit_json(const Habit& habit, const base::TimeZone& zone) {
    const bool any_flow = habit.flow.microlitres_per_second == 0;
    const bool any_volume = habit.volume.microlitres == 0;
    return Json{
        {"number", habit.number},
        {"source", habit.source == detect::HabitSource::Owner ? "owner" : "learned"},
        {"on", habit.on},
        {"label", habit.label},
        {"days", days_json(habit.days)},
        {"start", minute_text(habit.start_minute)},
        {"start_slack_minutes", habit.start_slack},
        {"length_minutes", static_cast<double>(habit.length.count()) / 60},
        {"flow_litres_per_minute", any_flow ? Json(nullptr) : Json(shown(habit.flow, base::VolumeUnit::Litre))},
        {"volume_litres", any_volume ? Json(nullptr) : Json(shown(habit.volume, base::VolumeUnit::Litre))},
        {"seen_days", habit.seen},
        {"last_seen", habit.seen == 0 ? Json(nullptr) : Json(zone.rfc3339(habit.last_seen))},
    };
}

std::string habits_document(const ports::SensorWatch& watch, const base::TimeZone& zone) {
    Json items = Json::array();
    for (const Habit& habit : watch.habits) items.push_back(habit_json(habit, zone));
    return to_text(Json{{"sensor", watch.sensor.text()},
                        {"days_learned", watch.days_learned},
                        {"time_zone", zone.name()},
                        {"items", std::move(items)}});
}

void add_habit_routes(Router& router, const Site& site) {
    const std::string path = "/api/v1/sensors/{uuid}/habits";
    router.add(Method::Get, path, for_sensor(site, handle_get));
    router.add(Method::Post, path, for_sensor(site, handle_post), access::Scope::Admin);
    router.add(Method::Post, path + "/reset", for_sensor(site, handle_reset), access::Scope::Admin);
    router.add(Method::Put, path + "/{number}", for_sensor(site, handle_put), access::Scope::Admin);
    router.add(Method::Delete, path + "/{number}", for_sensor(site, handle_delete), access::Scope::Admin);
}

}  // namespace millrace::api
