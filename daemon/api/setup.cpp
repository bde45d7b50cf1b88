#include "api/setup.h"

#include <algorithm>

#include "api/json.h"
#include "api/keys.h"
#include "api/parameters.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

Json text_or_null(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

Json knock_json(const std::optional<ports::Knock>& knock, const base::TimeZone& zone) {
    if (!knock) return nullptr;
    return Json{
        {"at", zone.rfc3339(knock->at)},
        {"peer", knock->peer},
        {"refused", knock->refused},
        {"mqtt", knock->mqtt},
        {"bridge", knock->bridge ? Json(knock->bridge->text()) : Json(nullptr)},
    };
}

Json listener_json(const std::optional<ports::BridgeListener>& listener, const base::TimeZone& zone) {
    if (!listener) return nullptr;
    return Json{
        {"address", text_or_null(listener->address)},          {"open", listener->open()},
        {"problem", text_or_null(listener->problem)},          {"connections_seen", listener->knocks},
        {"last_connection", knock_json(listener->last, zone)},
    };
}

Json guest_json(const std::optional<ports::BrokerLink>& guest) {
    if (!guest) return nullptr;
    return Json{
        {"address", guest->address}, {"connected", guest->connected}, {"problem", text_or_null(guest->problem)}};
}

// Whether the cloud has accepted the bridge on the connection that is open; null where none is to go there.
Json cloud_reached(const ports::LiveBridge& bridge, const SetupFacts& facts) {
    const bool to_go_there = facts.live.cloud_mode != ports::CloudMode::Local && bridge.connected &&
                             (bridge.door == ports::Door::Relay || bridge.door == ports::Door::StandIn);
    if (!to_go_there || !facts.network) return nullptr;
    const auto& bridges = facts.network->bridges;
    return std::any_of(bridges.begin(), bridges.end(), [&](const ports::NetworkBridge& one) {
        return one.bridge == bridge.id && one.cloud_connected();
    });
}

Json bridges_json(const SetupFacts& facts, const base::TimeZone& zone) {
    Json list = Json::array();
    for (const ports::LiveBridge& bridge : facts.live.bridges) {
        list.push_back({
            {"uuid", bridge.id.text()},
            {"connected", bridge.connected},
            {"frames", bridge.frames_opened + bridge.frames_unopened},
            {"last_frame", time_or_null(bridge.last_seen, zone)},
            {"has_key", bridge.has_key},
            {"messages_open", messages_open(bridge, facts.live)},
            {"cloud_reached", cloud_reached(bridge, facts)},
        });
    }
    return list;
}

Json sensors_json(const SetupFacts& facts, const base::TimeZone& zone) {
    Json list = Json::array();
    for (const ports::LiveSensor& sensor : facts.live.sensors) {
        const auto first = facts.first_readings.find(sensor.id);
        list.push_back({
            {"uuid", sensor.id.text()},
            {"bridge", sensor.bridge ? Json(sensor.bridge->text()) : Json(nullptr)},
            {"first_reading", first == facts.first_readings.end() ? Json(nullptr) : Json(zone.rfc3339(first->second))},
            {"last_reading", time_or_null(sensor.last_reading, zone)},
            {"calibrated", sensor.calibrated},
        });
    }
    return list;
}

Json broker_json(const std::optional<ports::HomeAssistantLink>& link) {
    return Json{
        {"configured", link.has_value()},
        {"connected", link && link->broker.connected},
        {"address", link ? text_or_null(link->broker.address) : Json(nullptr)},
        {"problem", link ? text_or_null(link->broker.problem) : Json(nullptr)},
    };
}

Json home_assistant_json(const std::optional<ports::HomeAssistantLink>& link, const base::TimeZone& zone) {
    const bool discovery = link && link->discovery;
    return Json{
        {"discovery", discovery},
        {"discovery_prefix", discovery ? Json(link->discovery_prefix) : Json(nullptr)},
        {"discovery_published", discovery && link->discovery_published},
        {"birth_topic", discovery ? Json(link->birth_topic) : Json(nullptr)},
        {"birth_seen", link ? time_or_null(link->birth_seen, zone) : Json(nullptr)},
        {"birth_retained", link && link->birth_seen ? Json(link->birth_retained) : Json(nullptr)},
    };
}

Json channels_json(const SetupFacts& facts, const base::TimeZone& zone) {
    std::optional<base::WallTime> delivered;
    std::optional<base::WallTime> tested;
    for (const ports::ChannelState& channel : facts.channels) {
        delivered = std::max(delivered, channel.last_success);
        tested = std::max(tested, channel.last_test);
    }
    const auto failing = std::count_if(facts.channels.begin(), facts.channels.end(),
                                       [](const ports::ChannelState& channel) { return !channel.ok; });
    return Json{
        {"configured", facts.channels.size()},
        {"enabled", facts.channels_enabled},
        {"failing", failing},
        {"last_delivered", time_or_null(delivered, zone)},
        {"last_test", time_or_null(tested, zone)},
    };
}

SetupFacts gather(const Dependencies& from) {
    SetupFacts facts;
    facts.now = from.clock.wall_now();
    facts.live = from.live.live();
    if (from.network != nullptr) facts.network = from.network->network();
    const SetupViews& views = from.setup;
    if (views.listener != nullptr) facts.listener = views.listener->bridge_listener();
    if (views.guest != nullptr) facts.guest = views.guest->guest();
    facts.watched_interface = views.watched_interface;
    if (views.home_assistant != nullptr) facts.home_assistant = views.home_assistant->home_assistant();
    if (from.channels != nullptr) {
        facts.channels = from.channels->channels();
        facts.channels_enabled = from.channels->enabled();
    }
    return facts;
}

void handle_setup(const Site& site, const Request& request, const Responder& responder) {
    Parameters parameters(request);
    if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
    const auto answer = [&site, responder](std::map<base::DeviceId, base::WallTime> first_readings) {
        SetupFacts facts = gather(site.dependencies);
        facts.first_readings = std::move(first_readings);
        responder.answer(json_response(setup_document(facts, site.settings.zone)));
    };
    if (site.dependencies.device_history == nullptr) return answer({});
    site.dependencies.device_history->first_readings(while_served(
        site, [answer, responder](base::Result<std::map<base::DeviceId, base::WallTime>, base::Error> found) {
            if (!found) return responder.answer(problem(503, "The readings cannot be read: " + found.error().message));
            answer(std::move(*found));
        }));
}

}  // namespace

std::string setup_document(const SetupFacts& facts, const base::TimeZone& zone) {
    const Json capture = facts.watched_interface.empty() ? Json(nullptr) : Json{{"interface", facts.watched_interface}};
    return to_text(Json{
        {"time", zone.rfc3339(facts.now)},
        {"mode", facts.guest ? "guest" : ports::name(facts.live.cloud_mode)},
        {"bridge_listener", listener_json(facts.listener, zone)},
        {"guest", guest_json(facts.guest)},
        {"capture", capture},
        {"bridges", bridges_json(facts, zone)},
        {"sensors", sensors_json(facts, zone)},
        {"broker", broker_json(facts.home_assistant)},
        {"home_assistant", home_assistant_json(facts.home_assistant, zone)},
        {"channels", channels_json(facts, zone)},
    });
}

void add_setup_route(Router& router, const Site& site) {
    router.add(Method::Get, "/api/v1/setup",
               [&site](const Request& request, const Responder& responder) { handle_setup(site, request, responder); });
}

}  // namespace millrace::api
