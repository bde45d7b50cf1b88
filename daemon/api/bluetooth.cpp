#include "api/bluetooth.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "api/body.h"
#include "api/json.h"
#include "api/parameters.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

constexpr std::size_t kMaxWords = 60;
constexpr std::size_t kKeyDigits = 32;
constexpr std::size_t kMaxKeyText = kKeyDigits + 16;  // white space around the digits is forgiven, as in a key file

Json text_or_null(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

Json adapter_json(const ports::BluetoothAdapter& adapter, const base::TimeZone& zone) {
    return Json{{"name", adapter.name},
                {"address", text_or_null(adapter.address)},
                {"state", ports::name(adapter.state)},
                {"problem", text_or_null(adapter.problem)},
                {"advertisements", adapter.advertisements},
                {"last_heard", time_or_null(adapter.last_heard, zone)}};
}

Json receiver_json(const ports::BluetoothReceiver& receiver) {
    return Json{{"address", receiver.address.str()},
                {"state", ports::name(receiver.state)},
                {"problem", text_or_null(receiver.problem)},
                {"frames", receiver.frames},
                {"broken_fragments", receiver.broken}};
}

Json adopted_json(const ports::AdoptedDevice& device) {
    return Json{{"address", device.address.str()},   {"uuid", device.address.device_id().text()},
                {"role", ports::name(device.role)},  {"name", device.name},
                {"room", text_or_null(device.room)}, {"from_config_file", device.from_file}};
}

bool is_among(const std::vector<ports::AdoptedDevice>& adopted, const base::BluetoothAddress& address) {
    return std::any_of(adopted.begin(), adopted.end(),
                       [&address](const auto& known) { return known.address == address; });
}

Json heard_json(const ports::HeardDevice& device, const std::vector<ports::AdoptedDevice>& adopted,
                const base::TimeZone& zone) {
    Json values = Json::array();
    for (const ports::HeardValue& value : device.values) {
        values.push_back(Json{{"name", value.name}, {"value", value.value}, {"unit", text_or_null(value.unit)}});
    }
    return Json{{"address", device.address.str()},
                {"uuid", device.address.device_id().text()},
                {"name", text_or_null(device.name)},
                {"adopted", is_among(adopted, device.address)},
                {"adapter", device.adapter},
                {"rssi_dbm", or_null(device.rssi_dbm)},
                {"first_heard", zone.rfc3339(device.first_heard)},
                {"last_heard", zone.rfc3339(device.last_heard)},
                {"advertisements", device.advertisements},
                {"encrypted", device.encrypted},
                {"trigger_based", device.trigger_based},
                {"values", std::move(values)},
                {"problem", text_or_null(device.problem)}};
}

Response whole(const Site& site) {
    const Dependencies& parts = site.dependencies;
    return json_response(bluetooth_document(parts.bluetooth->bluetooth(), parts.bluetooth_devices->heard(),
                                            parts.bluetooth_devices->adopted(), site.settings.zone));
}

// `handle(address, request, responder)`, or what to say of a path that names no device.
template <typename Handle>
Handler with_address(const Site& site, Handle handle) {
    return [&site, handle](const Request& request, const Responder& responder) {
        const auto address = base::BluetoothAddress::parse(request.path_parameter("address"));
        if (!address || site.dependencies.bluetooth == nullptr) {
            return responder.answer(problem(
                404, "There is no such device: an address has six pairs of digits, such as A4:C1:38:00:11:22."));
        }
        handle(*address, request, responder);
    };
}

ports::BluetoothDevices::Done answering(const Site& site, const Responder& responder) {
    return while_served(site, [&site, responder](base::Result<void, base::Error> done) {
        responder.answer(done ? whole(site) : problem(409, "It was not done: " + done.error().message + "."));
    });
}

void handle_put(const Site& site, const base::BluetoothAddress& address, const Request& request,
                const Responder& responder) {
    Body body(request.body);
    body.require("role");
    body.require("name");
    ports::AdoptedDevice device{address, ports::BluetoothRole::Puck, "", "", false};
    if (const auto role = body.choice("role", {"leak_puck", "meter"}); role && *role == "meter") {
        device.role = ports::BluetoothRole::Meter;
    }
    device.name = body.words("name", kMaxWords).value_or("");
    device.room = body.words("room", kMaxWords).value_or("");
    auto key = body.secret("key", kMaxKeyText);
    const auto is_digit = [](std::uint8_t byte) { return std::isxdigit(byte) != 0; };
    if (key && std::count_if(key->begin(), key->end(), is_digit) != kKeyDigits) {
        body.refuse("key", "must be 32 hexadecimal digits");
    }
    if (auto refusal = body.problem()) {
        if (key) ::explicit_bzero(key->data(), key->size());
        return responder.answer(std::move(*refusal));
    }
    site.dependencies.bluetooth_devices->adopt(std::move(device), std::move(key), answering(site, responder));
}

}  // namespace

std::string bluetooth_document(const ports::BluetoothState& state, const std::vector<ports::HeardDevice>& heard,
                               const std::vector<ports::AdoptedDevice>& adopted, const base::TimeZone& zone) {
    Json adapters = Json::array();
    for (const auto& adapter : state.adapters) adapters.push_back(adapter_json(adapter, zone));
    Json receivers = Json::array();
    for (const auto& receiver : state.receivers) receivers.push_back(receiver_json(receiver));
    Json of_the_house = Json::array();
    for (const auto& device : adopted) of_the_house.push_back(adopted_json(device));
    Json listed = Json::array();
    for (const auto& device : heard) listed.push_back(heard_json(device, adopted, zone));
    return to_text(Json{{"state", ports::name(state.state)},
                        {"problem", text_or_null(state.problem)},
                        {"passive", state.passive},
                        {"adapters", std::move(adapters)},
                        {"receivers", std::move(receivers)},
                        {"adopted", std::move(of_the_house)},
                        {"heard", std::move(listed)}});
}

void add_bluetooth_routes(Router& router, const Site& site) {
    router.add(Method::Get, "/api/v1/bluetooth", [&site](const Request& request, const Responder& responder) {
        Parameters parameters(request);
        if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
        if (site.dependencies.bluetooth == nullptr) return responder.answer(problem(404, "Nobody listens here."));
        responder.answer(whole(site));
    });
    router.add(
        Method::Put, "/api/v1/bluetooth/devices/{address}",
        with_address(site, [&site](const auto& address, const Request& request,
                                   const Responder& responder) { handle_put(site, address, request, responder); }),
        access::Scope::Admin);
    router.add(Method::Delete, "/api/v1/bluetooth/devices/{address}",
               with_address(site,
                            [&site](const auto& address, const Request& request, const Responder& responder) {
                                Body body(request.body);
                                if (auto refusal = body.problem()) return responder.answer(std::move(*refusal));
                                const auto adopted = site.dependencies.bluetooth_devices->adopted();
                                if (!is_among(adopted, address)) {
                                    return responder.answer(
                                        problem(404, "There is no device " + address.str() + " of the house."));
                                }
                                site.dependencies.bluetooth_devices->forget(address, answering(site, responder));
                            }),
               access::Scope::Admin);
}

}  // namespace millrace::api
