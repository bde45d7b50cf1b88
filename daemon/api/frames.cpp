#include "api/frames.h"

#include <algorithm>
#include <utility>

#include "api/json.h"
#include "api/parameters.h"
#include "api/routes.h"
#include "base/bytes.h"

namespace millrace::api {
namespace {

bool is_plain(base::ByteView payload) {
    if (!payload.empty() && payload.back() == 0) payload = payload.first(payload.size() - 1);
    return std::all_of(payload.begin(), payload.end(),
                       [](std::uint8_t byte) { return (byte >= 0x20 && byte < 0x7f) || byte == '\t' || byte == '\n'; });
}

Json frame_json(const ports::FramePage::Item& item, const base::TimeZone& zone) {
    const ports::Frame& frame = item.frame;
    const bool plain = is_plain(frame.payload);
    return Json{
        {"id", frame.id},
        {"received", zone.rfc3339(frame.received)},
        {"direction", base::name(frame.direction)},
        {"door", ports::name(frame.door)},
        {"bridge", frame.bridge ? Json(frame.bridge->text()) : Json(nullptr)},
        {"qos", frame.qos},
        {"dup", frame.dup},
        {"retain", frame.retain},
        {"topic", frame.topic},
        {"opened", item.opened},
        {"payload", plain ? Json(base::as_text(frame.payload)) : Json(nullptr)},
        {"payload_hex", plain ? Json(nullptr) : Json(base::to_hex(frame.payload))},
    };
}

void handle_frames(const Site& site, const Request& request, const Responder& responder) {
    Parameters parameters(request);
    ports::FrameQuery query;
    query.bridge = parameters.device("bridge");
    query.from = parameters.time("from");
    query.to = parameters.time("to");
    if (query.from && query.to && *query.from >= *query.to) parameters.refuse("from", "must be earlier than to");
    query.limit = parameters.count("limit", kDefaultFramesPerPage, kMaxFramesPerPage);
    query.below = parameters.number_cursor();
    if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
    site.dependencies.history.frames(
        query, [zone = site.settings.zone, responder](const base::Result<ports::FramePage, base::Error>& page) {
            responder.answer(page ? json_response(frames_document(*page, zone))
                                  : problem(503, "The archive cannot be read: " + page.error().message));
        });
}

}  // namespace

std::string frames_document(const ports::FramePage& page, const base::TimeZone& zone) {
    Json items = Json::array();
    for (const auto& item : page.frames) items.push_back(frame_json(item, zone));
    return to_text(Json{
        {"next_cursor", page.next_below ? Json(std::to_string(*page.next_below)) : Json(nullptr)},
        {"items", std::move(items)},
    });
}

void add_frame_route(Router& router, const Site& site) {
    router.add(
        Method::Get, "/api/v1/frames",
        [&site](const Request& request, const Responder& responder) { handle_frames(site, request, responder); },
        access::Scope::Admin);
}

}  // namespace millrace::api
