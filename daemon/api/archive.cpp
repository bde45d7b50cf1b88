#include "api/archive.h"

#include <algorithm>
#include <cmath>

#include "api/body.h"
#include "api/parameters.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

Json rebuild_json(const std::optional<ports::RebuildProgress>& rebuild, const base::TimeZone& zone) {
    if (!rebuild) return nullptr;
    const double share = static_cast<double>(rebuild->frames_done) /
                         static_cast<double>(std::max<std::int64_t>(1, rebuild->frames_in_all));
    return Json{
        {"reason", rebuild->reason},
        {"started", zone.rfc3339(rebuild->started)},
        {"frames_done", rebuild->frames_done},
        {"frames_in_all", rebuild->frames_in_all},
        {"percent", std::round(std::min(share, 1.0) * 1000) / 10},
    };
}

void handle_rebuild(const Site& site, const Request& request, const Responder& responder) {
    Body body(request.body);
    if (auto refusal = body.problem()) return responder.answer(std::move(*refusal));
    ports::Controls& controls = site.dependencies.controls;
    Response response;
    if (controls.archive().rebuild) {
        response = problem(409, "A rebuild is under way already; /api/v1/archive shows how far it is.");
    } else {
        // How it ends shows in the log and in the health of the store: it may take longer than anybody waits.
        controls.rebuild([](const base::Result<void, base::Error>&) {});
        response = json_response(archive_document(controls.archive(), site.settings.zone), 202);
    }
    response.headers.emplace_back("Location", "/api/v1/archive");
    responder.answer(std::move(response));
}

void handle_hold(const Site& site, const Request& request, const Responder& responder) {
    ports::FileHold* hold = site.dependencies.file_hold;
    if (hold == nullptr) return responder.answer(problem(404, "There is no file to hold here."));
    if (request.method == Method::Delete) {
        return hold->release_file(while_served(site, [responder] {
            Response response;
            response.status = 204;
            responder.answer(std::move(response));
        }));
    }
    Body body(request.body);
    if (auto refusal = body.problem()) return responder.answer(std::move(*refusal));
    hold->hold_file(while_served(site, [&site, responder](const base::Result<void, base::Error>& held) {
        if (!held) {
            Response response = problem(503, "The file is not held: " + held.error().message + ".");
            response.headers.emplace_back("Retry-After", "1");
            return responder.answer(std::move(response));
        }
        const base::WallTime until = site.dependencies.clock.wall_now() + ports::FileHold::kLongest;
        responder.answer(json_response(to_text(Json{{"until", site.settings.zone.rfc3339(until)}})));
    }));
}

}  // namespace

std::string archive_document(const ports::ArchiveStatus& status, const base::TimeZone& zone) {
    return to_text(Json{
        {"frames", status.frames},
        {"sealed_frames", status.sealed_frames},
        {"frame_bytes", status.frame_bytes},
        {"file_bytes", status.file_bytes},
        {"free_bytes", status.free_bytes},
        {"oldest_frame", time_or_null(status.oldest_frame, zone)},
        {"dropped_by_age", status.dropped_by_age},
        {"dropped_by_size", status.dropped_by_size},
        {"rebuild", rebuild_json(status.rebuild, zone)},
    });
}

void add_archive_routes(Router& router, const Site& site) {
    router.add(Method::Get, "/api/v1/archive", [&site](const Request& request, const Responder& responder) {
        Parameters parameters(request);
        if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
        responder.answer(json_response(archive_document(site.dependencies.controls.archive(), site.settings.zone)));
    });
    router.add(
        Method::Post, "/api/v1/archive/rebuild",
        [&site](const Request& request, const Responder& responder) { handle_rebuild(site, request, responder); },
        access::Scope::Admin);
    for (const Method method : {Method::Post, Method::Delete}) {
        router.add(
            method, "/api/v1/archive/hold",
            [&site](const Request& request, const Responder& responder) { handle_hold(site, request, responder); },
            access::Scope::Admin);
    }
}

}  // namespace millrace::api
