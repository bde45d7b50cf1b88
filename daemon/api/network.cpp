#include "api/network.h"

#include <algorithm>

#include "api/parameters.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

constexpr std::uint8_t kMqtt311 = 4;

Json seconds_or_null(const std::optional<base::Milliseconds>& time) {
    return time ? Json(static_cast<double>(time->count()) / 1e3) : Json(nullptr);
}

Json text_or_null(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

// `relayed` passed between bridge and cloud, `here` between the bridge and us alone.
Json tally_json(const ports::Tally& tally) {
    return Json{{"count", tally.count},
                {"bytes", tally.bytes},
                {"relayed", tally.relayed},
                {"here", tally.count - tally.relayed}};
}

// The counts by upper bound, and those above the last.
Json histogram_json(const ports::Histogram& histogram) {
    Json buckets = Json::array();
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
        const bool last = i == histogram.bounds().size();
        buckets.push_back(
            {{"at_most", last ? Json(nullptr) : Json(histogram.bounds()[i])}, {"count", histogram.counts()[i]}});
        count += histogram.counts()[i];
    }
    return Json{{"count", count}, {"sum", histogram.sum()}, {"buckets", std::move(buckets)}};
}

Json traffic_json(const ports::Traffic& traffic) {
    Json by_type = Json::object();
    for (std::size_t type = 1; type < traffic.packets.size(); ++type) {
        if (traffic.packets[type].count > 0) {
            by_type[std::string(ports::kPacketTypeNames[type])] = tally_json(traffic.packets[type]);
        }
    }
    Json by_kind = Json::object();
    for (const auto& [kind, tally] : traffic.messages) by_kind[std::string(kind)] = tally_json(tally);
    const auto& qos = traffic.messages_by_qos;
    return Json{
        {"bytes", traffic.bytes},
        {"packets", tally_json(traffic.all_packets())},
        {"by_type", std::move(by_type)},
        {"messages", std::move(by_kind)},
        {"messages_by_qos", Json{{"0", qos[0]}, {"1", qos[1]}, {"2", qos[2]}}},
        {"repeated", traffic.repeated},
        {"retained", traffic.retained},
        {"packet_bytes", histogram_json(traffic.packet_bytes)},
        {"gap_seconds", histogram_json(traffic.gap_seconds)},
    };
}

Json both_ways(const ports::TrafficBothWays& traffic) {
    return Json{{"to_cloud", traffic_json(traffic[0])}, {"to_bridge", traffic_json(traffic[1])}};
}

Json connect_json(const ports::ConnectFacts& connect) {
    Json will = nullptr;
    if (!connect.will_topic.empty()) {
        will = Json{{"topic", connect.will_topic}, {"qos", connect.will_qos}, {"retain", connect.will_retain}};
    }
    return Json{
        {"client_id", connect.client_id},
        {"user_name", text_or_null(connect.user_name)},
        {"password_given", connect.password_given},
        {"keep_alive_seconds", connect.keep_alive_s},
        {"clean_session", connect.clean_session},
        {"mqtt_version", connect.protocol_level == kMqtt311 ? Json("3.1.1") : Json(nullptr)},
        {"protocol_level", connect.protocol_level},
        {"will", std::move(will)},
    };
}

Json connection_json(const ports::NetworkConnection& connection, const base::TimeZone& zone) {
    if (connection.connection == 0) return nullptr;
    Json subscriptions = Json::array();
    for (const auto& one : connection.subscriptions) {
        subscriptions.push_back(
            {{"topic_filter", one.topic_filter}, {"qos", or_null(one.qos)}, {"refused", one.refused}});
    }
    return Json{
        {"number", connection.connection},
        {"peer", connection.peer},
        {"opened", zone.rfc3339(connection.opened)},
        {"closed", time_or_null(connection.closed, zone)},
        {"close_reason", text_or_null(connection.close_reason)},
        // Of an open one it follows from `opened`, and would make each answer another one.
        {"lasted_seconds", connection.closed ? seconds_or_null(connection.lasted) : Json(nullptr)},
        {"connect", connect_json(connection.connect)},
        {"path", ports::name(connection.path)},
        {"cloud_address", text_or_null(connection.cloud_address)},
        {"connack_return_code", or_null(connection.connack_code)},
        {"session_present", connection.session_present},
        {"subscriptions", std::move(subscriptions)},
        {"subscriptions_left_out", connection.subscriptions_left_out},
        {"ping_period_seconds", seconds_or_null(connection.ping_period)},
        {"boot_after_seconds", seconds_or_null(connection.boot_after)},
        {"first_sample_after_seconds", seconds_or_null(connection.sample_after)},
        {"first_sample_after_boot_seconds", seconds_or_null(connection.boot_to_samples)},
        {"not_decoded", connection.not_decoded},
        {"unreadable", connection.unreadable},
        {"traffic", both_ways(connection.traffic)},
    };
}

Json cloud_json(const std::optional<ports::NetworkCloud>& cloud, const base::TimeZone& zone) {
    if (!cloud) return nullptr;
    Json addresses = Json::array();
    for (const auto& one : cloud->addresses) {
        addresses.push_back({{"address", one.address},
                             {"first_named", zone.rfc3339(one.first_named)},
                             {"last_named", zone.rfc3339(one.last_named)},
                             {"connections", one.connections}});
    }
    return Json{
        {"name", cloud->name},
        {"addresses", std::move(addresses)},
        {"last_lookup", time_or_null(cloud->last_lookup, zone)},
        {"lookup_failure", text_or_null(cloud->lookup_failure)},
    };
}

// `handle(network, request, responder)`, where there are doors.
template <typename Handle>
Handler with_network(const Site& site, Handle handle) {
    return [&site, handle](const Request& request, const Responder& responder) {
        Parameters parameters(request);
        if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
        if (site.dependencies.network == nullptr) {
            return responder.answer(problem(404, "Bridges do not connect here."));
        }
        handle(site.dependencies.network->network(), request, responder);
    };
}

}  // namespace

Json network_bridge_json(const ports::NetworkBridge& bridge, const base::TimeZone& zone) {
    return Json{
        {"uuid", bridge.bridge ? Json(bridge.bridge->text()) : Json(nullptr)},
        {"connected", bridge.open > 0},
        {"cloud_connected", bridge.cloud_connected()},
        {"open_connections", bridge.open},
        {"connection", connection_json(bridge.newest, zone)},
        {"totals", Json{{"connections", bridge.totals.connections},
                        {"not_decoded", bridge.totals.not_decoded},
                        {"handed_over", bridge.totals.handed_over},
                        {"traffic", both_ways(bridge.totals.traffic)}}},
    };
}

std::string network_document(const ports::Network& network, const base::TimeZone& zone) {
    Json bridges = Json::array();
    Json others = nullptr;
    for (const auto& bridge : network.bridges) {
        if (bridge.bridge) {
            bridges.push_back(network_bridge_json(bridge, zone));
        } else {
            others = network_bridge_json(bridge, zone);
        }
    }
    return to_text(Json{
        {"mode", ports::name(network.mode)},
        {"cloud", cloud_json(network.cloud, zone)},
        {"bridges", std::move(bridges)},
        {"others", std::move(others)},
        {"forgotten", network.forgotten},
    });
}

void add_network_routes(Router& router, const Site& site) {
    router.add(Method::Get, "/api/v1/network",
               with_network(site,
                            [&site](const ports::Network& network, const Request&, const Responder& responder) {
                                responder.answer(json_response(network_document(network, site.settings.zone)));
                            }),
               access::Scope::Admin);
    router.add(
        Method::Get, "/api/v1/network/{bridge}",
        with_network(site,
                     [&site](const ports::Network& network, const Request& request, const Responder& responder) {
                         const auto found =
                             std::find_if(network.bridges.begin(), network.bridges.end(), [&](const auto& one) {
                                 return one.bridge && one.bridge->text() == request.path_parameter("bridge");
                             });
                         if (found == network.bridges.end()) {
                             return responder.answer(
                                 problem(404, "No bridge of this name has connected since the daemon was started."));
                         }
                         responder.answer(json_response(to_text(network_bridge_json(*found, site.settings.zone))));
                     }),
        access::Scope::Admin);
}

}  // namespace millrace::api
