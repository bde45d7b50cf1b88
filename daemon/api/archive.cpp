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
}

}  // namespace millrace::api
