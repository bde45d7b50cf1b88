// The whole store as one file, for the browser or a program to keep elsewhere.
#include <memory>
#include <utility>

#include "api/parameters.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

constexpr const char* kType = "application/vnd.sqlite3";

// "millrace-20261124T070000Z.backup"; no colon, which some file systems refuse.
std::string file_name(base::WallTime now) {
    std::string name = "millrace-";
    constexpr std::size_t kToSeconds = 19;
    for (const char c : base::to_rfc3339(now).substr(0, kToSeconds)) {
        if (c != '-' && c != ':') name += c;
    }
    return name + "Z.backup";
}

Response download(std::shared_ptr<ports::BackupReader> reader, base::WallTime now) {
    Response response;
    response.content_type = kType;
    response.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + file_name(now) + "\"");
    const std::int64_t bytes = reader->bytes();
    response.long_body = LongBody{bytes, [reader = std::move(reader)](std::function<void(std::string)> part) {
                                      reader->read(std::move(part));
                                  }};
    return response;
}

Response refusal_response(const ports::Backups::Refusal& refusal) {
    Response response = problem(refusal.busy ? 409 : 503, "There is no backup: " + refusal.why + ".");
    if (refusal.busy) response.headers.emplace_back("Retry-After", "60");
    return response;
}

void handle_get(const Site& site, const Request& request, const Responder& responder) {
    Parameters parameters(request);
    if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
    if (site.dependencies.backups == nullptr) return responder.answer(problem(404, "No backups are made here."));
    if (request.method == Method::Head) {
        // How long it would be is known only once it is made.
        Response response;
        response.content_type = kType;
        response.stream = [](const std::shared_ptr<StreamSink>&) {};
        return responder.answer(std::move(response));
    }
    site.dependencies.backups->make(while_served(
        site, [&site, responder](base::Result<std::shared_ptr<ports::BackupReader>, ports::Backups::Refusal> made) {
            if (!made) return responder.answer(refusal_response(made.error()));
            responder.answer(download(std::move(*made), site.dependencies.clock.wall_now()));
        }));
}

}  // namespace

void add_backup_route(Router& router, const Site& site) {
    router.add_slow(
        Method::Get, "/api/v1/backup",
        [&site](const Request& request, const Responder& responder) { handle_get(site, request, responder); },
        access::Scope::Admin);
}

}  // namespace millrace::api
