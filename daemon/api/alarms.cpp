#include "api/alarms.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <utility>

#include "api/body.h"
#include "api/parameters.h"
#include "api/quantity.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

using detect::Incident;

using History = std::vector<detect::AlarmEvent>;

// What a handler works on, given that alarms are watched at all.
struct AskedOfAlarms {
    const Site& site;
    ports::Alarms& alarms;
    Responder responder;

    [[nodiscard]] AlarmView view() const { return {site.settings.unit, site.settings.zone}; }
    [[nodiscard]] base::WallTime now() const { return site.dependencies.clock.wall_now(); }
};

std::optional<Incident> open_incident(const std::vector<Incident>& open, std::int64_t id) {
    const auto found = std::find_if(open.begin(), open.end(), [&](const Incident& i) { return i.id == id; });
    return found == open.end() ? std::nullopt : std::optional(*found);
}

Response unread(const base::Error& error) {
    return problem(503, "The history cannot be read: " + error.message);
}

Response unknown_alarm() {
    return problem(404, "There is no alarm of this number.");
}

void answer_page(const AskedOfAlarms& asked, std::vector<Incident> incidents, std::size_t limit) {
    std::optional<std::int64_t> next;
    if (incidents.size() > limit) {
        incidents.resize(limit);
        next = incidents.back().id;
    }
    asked.responder.answer(json_response(alarms_document(incidents, next, asked.view(), asked.now())));
}

bool matches(const Incident& incident, const ports::IncidentQuery& query) {
    return (!query.device || incident.device == *query.device) && (!query.from || incident.raised >= *query.from) &&
           (!query.to || incident.raised < *query.to) && (!query.below || incident.id < *query.below);
}

void answer_open(const AskedOfAlarms& asked, const ports::IncidentQuery& query, std::size_t limit) {
    std::vector<Incident> incidents = asked.alarms.alarms().incidents;
    std::erase_if(incidents, [&](const Incident& incident) { return !matches(incident, query); });
    std::sort(incidents.begin(), incidents.end(), [](const auto& a, const auto& b) { return a.id > b.id; });
    if (incidents.size() > limit + 1) incidents.resize(limit + 1);
    answer_page(asked, std::move(incidents), limit);
}

void answer_all(const AskedOfAlarms& asked, ports::IncidentQuery query, std::size_t limit) {
    query.limit = limit + 1;  // one more tells whether there is a page after
    asked.site.dependencies.history.incidents(
        std::move(query),
        while_served(asked.site, [asked, limit](base::Result<std::vector<Incident>, base::Error> found) {
            if (!found) return asked.responder.answer(unread(found.error()));
            const std::vector<Incident> open = asked.alarms.alarms().incidents;
            for (Incident& incident : *found) {
                if (auto newest = open_incident(open, incident.id)) incident = std::move(*newest);
            }
            answer_page(asked, std::move(*found), limit);
        }));
}

void handle_list(const AskedOfAlarms& asked, const Request& request) {
    Parameters parameters(request);
    ports::IncidentQuery query;
    const std::string state = parameters.text("state", 8).value_or("open");
    if (state != "open" && state != "all") parameters.refuse("state", "must be open or all");
    query.device = parameters.device("device");
    query.from = parameters.time("from");
    query.to = parameters.time("to");
    if (query.from && query.to && *query.from >= *query.to) parameters.refuse("from", "must be earlier than to");
    const std::size_t limit = parameters.count("limit", kDefaultAlarmsPerPage, kMaxAlarmsPerPage);
    query.below = parameters.number_cursor();
    if (auto refusal = parameters.problem()) return asked.responder.answer(std::move(*refusal));
    if (state == "open") return answer_open(asked, query, limit);
    answer_all(asked, std::move(query), limit);
}

void with_history(const AskedOfAlarms& asked, std::int64_t id, std::function<void(History)> use) {
    asked.site.dependencies.history.incident_history(
        {id}, while_served(asked.site, [asked, use = std::move(use)](base::Result<History, base::Error> history) {
            if (!history) return asked.responder.answer(unread(history.error()));
            use(std::move(*history));
        }));
}

void answer_alarm(const AskedOfAlarms& asked, std::int64_t id) {
    with_history(asked, id, [asked, id](const History& history) {
        std::optional<Incident> incident = open_incident(asked.alarms.alarms().incidents, id);
        if (!incident && !history.empty()) incident = history.back().incident;
        asked.responder.answer(incident ? json_response(alarm_document(*incident, history, asked.view()))
                                        : unknown_alarm());
    });
}

// What became of an answer somebody gave to an alarm.
ports::Alarms::Done outcome(const AskedOfAlarms& asked, std::int64_t id) {
    return while_served(asked.site, [asked, id](base::Result<void, base::Error> done) {
        if (done) return answer_alarm(asked, id);
        const std::string why = done.error().message;
        if (open_incident(asked.alarms.alarms().incidents, id)) {
            return asked.responder.answer(problem(503, "It could not be kept: " + why));
        }
        with_history(asked, id, [asked, why](const History& history) {
            asked.responder.answer(history.empty() ? unknown_alarm()
                                                   : problem(409, "The alarm stays as it is: " + why));
        });
    });
}

std::string answerer(Body& body) {
    return body.words("by", kMaxNameBytes).value_or("api");
}

void handle_acknowledge(const AskedOfAlarms& asked, std::int64_t id, Body& body) {
    const std::string by = answerer(body);
    if (auto refusal = body.problem()) return asked.responder.answer(std::move(*refusal));
    asked.alarms.acknowledge(id, by, outcome(asked, id));
}

void handle_snooze(const AskedOfAlarms& asked, std::int64_t id, Body& body) {
    constexpr double kMostMinutes = std::chrono::duration<double, std::ratio<60>>(kLongestSnooze).count();
    const std::string by = answerer(body);
    const bool with_minutes = body.has("minutes");
    if (with_minutes == body.has("until")) body.refuse("minutes", "must be given, or else until, and not both");
    const auto minutes = body.number("minutes", 1, kMostMinutes);
    auto until = body.time("until");
    const base::WallTime now = asked.now();
    if (until && (*until < now + kShortestSnooze || *until > now + kLongestSnooze)) {
        body.refuse("until", "must lie between one minute and 30 days ahead");
    }
    if (auto refusal = body.problem()) return asked.responder.answer(std::move(*refusal));
    if (minutes) until = now + base::Milliseconds{static_cast<std::int64_t>(*minutes * 60'000)};
    asked.alarms.snooze(id, *until, by, outcome(asked, id));
}

void handle_note(const AskedOfAlarms& asked, std::int64_t id, Body& body) {
    const std::string by = answerer(body);
    body.require("text");
    const auto text = body.words("text", kMaxNoteBytes);
    if (auto refusal = body.problem()) return asked.responder.answer(std::move(*refusal));
    asked.alarms.note(id, *text, by, outcome(asked, id));
}

void handle_not_a_leak(const AskedOfAlarms& asked, std::int64_t id, Body& body) {
    const std::string by = answerer(body);
    if (auto refusal = body.problem()) return asked.responder.answer(std::move(*refusal));
    asked.alarms.not_a_leak(id, by, outcome(asked, id));
}

using Handle = void (*)(const AskedOfAlarms&, std::int64_t, Body&);

Handler answering(const Site& site, Handle handle) {
    return with_alarms(site,
                       [&site, handle](ports::Alarms& alarms, const Request& request, const Responder& responder) {
                           const auto id = number_in_path(request, "id");
                           if (!id) return responder.answer(unknown_alarm());
                           Body body(request.body);
                           handle({site, alarms, responder}, *id, body);
                       });
}

}  // namespace

std::string alarms_document(const std::vector<Incident>& incidents, std::optional<std::int64_t> next,
                            const AlarmView& view, base::WallTime now) {
    Json items = Json::array();
    for (const Incident& incident : incidents) items.push_back(incident_json(incident, view));
    return to_text(Json{
        {"time", view.zone.rfc3339(now)},
        {"unit", name(view.unit)},
        {"flow_unit", flow_unit(view.unit)},
        {"next_cursor", next ? Json(std::to_string(*next)) : Json(nullptr)},
        {"items", std::move(items)},
    });
}

std::string alarm_document(const Incident& incident, const History& history, const AlarmView& view) {
    Json lines = Json::array();
    for (const detect::AlarmEvent& event : history) {
        const bool noted = event.change == detect::Change::Noted;
        lines.push_back(Json{
            {"change", detect::name(event.change)},
            {"at", view.zone.rfc3339(event.at)},
            {"by", event.by},
            {"state", detect::name(event.incident.state)},
            {"rule", detect::name(event.incident.finding.rule)},
            {"severity", detect::name(event.incident.finding.severity)},
            {"volume", shown(event.incident.finding.volume, view.unit)},
            {"note", noted ? Json(event.incident.note) : Json(nullptr)},
            {"snoozed_until", time_or_null(event.incident.snoozed_until, view.zone)},
        });
    }
    Json document = incident_json(incident, view);
    document["unit"] = name(view.unit);
    document["flow_unit"] = flow_unit(view.unit);
    document["history"] = std::move(lines);
    return to_text(document);
}

void add_alarm_routes(Router& router, const Site& site) {
    router.add(Method::Get, "/api/v1/alarms",
               with_alarms(site, [&site](ports::Alarms& alarms, const Request& request, const Responder& responder) {
                   handle_list({site, alarms, responder}, request);
               }));
    router.add(Method::Get, "/api/v1/alarms/{id}",
               with_alarms(site, [&site](ports::Alarms& alarms, const Request& request, const Responder& responder) {
                   Parameters parameters(request);
                   if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
                   const auto id = number_in_path(request, "id");
                   if (!id) return responder.answer(unknown_alarm());
                   answer_alarm({site, alarms, responder}, *id);
               }));
    router.add(Method::Post, "/api/v1/alarms/{id}/acknowledge", answering(site, handle_acknowledge));
    router.add(Method::Post, "/api/v1/alarms/{id}/snooze", answering(site, handle_snooze));
    router.add(Method::Post, "/api/v1/alarms/{id}/note", answering(site, handle_note));
    router.add(Method::Post, "/api/v1/alarms/{id}/not-a-leak", answering(site, handle_not_a_leak));
}

}  // namespace millrace::api
