#include "api/channels.h"

#include <algorithm>
#include <utility>

#include "api/body.h"
#include "api/json.h"
#include "api/parameters.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

using ports::ChannelState;
using ports::DeliveryState;

std::string_view name(DeliveryState state) {
    switch (state) {
        case DeliveryState::Waiting: return "waiting";
        case DeliveryState::Delivered: return "delivered";
        case DeliveryState::GivenUp: return "given_up";
        case DeliveryState::Superseded: return "superseded";
    }
    return "unknown";
}

Json channel_json(const ChannelState& channel, const base::TimeZone& zone) {
    return Json{
        {"name", channel.name},
        {"type", channel.type},
        {"least_severity", channel.least},
        {"ok", channel.ok},
        {"error", channel.error},
        {"waiting", channel.waiting},
        {"last_success", time_or_null(channel.last_success, zone)},
        {"last_test", time_or_null(channel.last_test, zone)},
    };
}

std::optional<ChannelState> find_channel(const ports::Channels& channels, std::string_view wanted) {
    for (ChannelState& channel : channels.channels()) {
        if (channel.name == wanted) return std::move(channel);
    }
    return std::nullopt;
}

void handle_list(const Site& site, const ports::Channels& channels, const Request& request,
                 const Responder& responder) {
    Parameters parameters(request);
    if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
    responder.answer(json_response(channels_document(channels.channels(), channels.enabled(), site.settings.zone)));
}

void handle_test(const Site& site, ports::Channels& channels, const Request& request, const Responder& responder) {
    const auto channel = find_channel(channels, request.path_parameter("name"));
    if (!channel) return responder.answer(problem(404, "There is no channel of this name."));
    Body body(request.body);
    if (auto refusal = body.problem()) return responder.answer(std::move(*refusal));
    channels.test(
        channel->name,
        while_served(site, [&site, &channels, known = channel->name, responder](base::Result<void, base::Error> done) {
            if (!done) {
                return responder.answer(problem(502, "The test did not arrive: " + done.error().message));
            }
            const auto now = find_channel(channels, known);
            responder.answer(json_response(to_text(channel_json(now.value_or(ChannelState{}), site.settings.zone))));
        }));
}

void handle_deliveries(const Site& site, const ports::Channels& channels, const Request& request,
                       const Responder& responder) {
    Parameters parameters(request);
    ports::DeliveryQuery query;
    query.channel = parameters.text("channel", kMaxChannelNameBytes);
    query.limit = parameters.count("limit", kDefaultDeliveries, kMaxDeliveries);
    if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
    site.dependencies.history.deliveries(
        std::move(query), while_served(site, [&site, &channels, responder](
                                                 base::Result<std::vector<ports::DeliveryRecord>, base::Error> found) {
            responder.answer(found ? json_response(deliveries_document(*found, channels.enabled(), site.settings.zone))
                                   : problem(503, "The history cannot be read: " + found.error().message));
        }));
}

void handle_switch(const Site& site, ports::Channels& channels, const Request& request, const Responder& responder) {
    Body body(request.body);
    body.require("enabled");
    const auto enabled = body.choice_of_two("enabled");
    if (auto refusal = body.problem()) return responder.answer(std::move(*refusal));
    channels.set_enabled(*enabled, while_served(site, [&channels, responder](base::Result<void, base::Error> done) {
        responder.answer(done ? json_response(to_text(Json{{"enabled", channels.enabled()}}))
                              : problem(503, "It could not be kept: " + done.error().message));
    }));
}

template <typename Handle>
Handler on_site(const Site& site, Handle handle) {
    return with_channels(
        site, [&site, handle](ports::Channels& channels, const Request& request, const Responder& responder) {
            handle(site, channels, request, responder);
        });
}

}  // namespace

std::string channels_document(const std::vector<ChannelState>& channels, bool enabled, const base::TimeZone& zone) {
    Json items = Json::array();
    for (const ChannelState& channel : channels) items.push_back(channel_json(channel, zone));
    return to_text(Json{{"enabled", enabled}, {"items", std::move(items)}});
}

std::string deliveries_document(const std::vector<ports::DeliveryRecord>& deliveries, bool enabled,
                                const base::TimeZone& zone) {
    Json items = Json::array();
    for (const ports::DeliveryRecord& delivery : deliveries) {
        const bool waits = delivery.state == DeliveryState::Waiting;
        items.push_back(Json{
            {"number", delivery.number},
            {"channel", delivery.channel},
            {"alarm", delivery.incident == 0 ? Json(nullptr) : Json(delivery.incident)},
            {"kind", delivery.kind},
            {"state", name(delivery.state)},
            {"queued", zone.rfc3339(delivery.queued)},
            {"next_try", waits ? Json(zone.rfc3339(delivery.next_try)) : Json(nullptr)},
            {"tries", delivery.tries},
            {"delivered", time_or_null(delivery.delivered, zone)},
            {"error", delivery.error},
            {"title", delivery.title},
            {"text", delivery.text},
        });
    }
    return to_text(Json{{"enabled", enabled}, {"items", std::move(items)}});
}

void add_channel_routes(Router& router, const Site& site) {
    router.add(Method::Get, "/api/v1/channels", on_site(site, handle_list));
    router.add(Method::Post, "/api/v1/channels/{name}/test", on_site(site, handle_test));
    router.add(Method::Get, "/api/v1/notifications", on_site(site, handle_deliveries));
    router.add(Method::Put, "/api/v1/notifications", on_site(site, handle_switch));
}

}  // namespace millrace::api
