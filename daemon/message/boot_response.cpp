// Boot response: the cloud's answer to a boot frame, without which a bridge or sensor does not work.
//
// Source: captures of 2024 (both) and 2026 (bridge), the bridge's program.
//
//   code                    602 in every good answer
//   message                 text for people
//   timestamp               unix time; sets the bridge's clock when no NTP server answered
//   last_sample_timestamp   unix time; sensors only
//   sensors                 uuids of the bridge's sensors; empty for a sensor
//   devices                 bridges only: uuid, hardware_id
//   peaks                   sensors only, unsigned 32 bit: the base of the running total; without it no samples come
//   settings                numbered settings, kept as JSON text and never changed by us
//
//   {"code":602,"message":"Request OK","timestamp":1733208836,"last_sample_timestamp":1733111130,"sensors":[],
//    "peaks":2905840,"settings":{"1":16383,"2":2097151}}
//
// A bridge refuses the whole message when a member it reads has a wrong type. It also reads `command` and `args`;
// several commands destroy data, so nothing here can write them: what is not named above is read but never written.
// Unknown: what most settings mean.
#include "message/boot_response.h"

#include <limits>

#include "message/decoders.h"
#include "message/json_reader.h"
#include "message/json_writer.h"

namespace millrace::message {
namespace {

std::vector<std::string> read_sensors(const Json& array, MemberReader& members) {
    std::vector<std::string> sensors;
    for (const Json& sensor : array) {
        if (sensor.is_string()) {
            sensors.push_back(sensor.get<std::string>());
        } else {
            members.fail(DecodeFault::WrongShape, "sensors", "uuids");
        }
    }
    return sensors;
}

// `complete` tells whether the devices hold nothing but what we have a name for.
std::vector<KnownDevice> read_devices(const Json& array, MemberReader& members, bool& complete) {
    std::vector<KnownDevice> devices;
    for (const Json& entry : array) {
        MemberReader device(entry, "device");
        KnownDevice known;
        known.uuid = device.text("uuid");
        known.hardware_id = device.optional_text("hardware_id").value_or("");
        if (device.error()) members.fail(device.error()->fault, "devices", "objects with uuid and hardware_id");
        if (!device.rest().empty()) complete = false;
        devices.push_back(std::move(known));
    }
    return devices;
}

}  // namespace

DecodeResult decode_boot_response(std::string_view text) {
    const auto json = parse_json(text);
    if (!json) return base::failure(json.error());
    MemberReader members(*json, "boot response");
    BootResponse response;
    response.code = members.optional_integer("code").value_or(0);
    response.message = members.optional_text("message").value_or("");
    response.timestamp_s = members.optional_timestamp("timestamp").value_or(0);
    response.last_sample_timestamp_s = members.optional_timestamp("last_sample_timestamp");
    if (const Json* sensors = members.optional_array("sensors")) response.sensors = read_sensors(*sensors, members);
    bool devices_complete = true;
    const Json* devices = members.optional_array("devices");
    if (devices != nullptr) response.devices = read_devices(*devices, members, devices_complete);
    if (const auto peaks = members.optional_integer("peaks", 0, std::numeric_limits<std::uint32_t>::max())) {
        response.peaks = static_cast<std::uint32_t>(*peaks);
    }
    if (const Json* settings = members.optional_object("settings")) response.settings = json_text(*settings);
    response.unknown = members.rest();
    if (!devices_complete) {
        // The devices say more than we can name: keep all of what they say beside what we understood.
        std::string unknown;
        ObjectWriter object(unknown);
        object.json("devices", json_text(*devices));
        object.members_of(response.unknown);
        object.close();
        response.unknown = std::move(unknown);
    }
    return members.finish(Message{std::move(response)});
}

std::string encode(const BootResponse& response) {
    std::string out;
    ObjectWriter object(out);
    object.number("code", response.code);
    if (!response.message.empty()) object.text("message", response.message);
    if (response.timestamp_s != 0) object.number("timestamp", response.timestamp_s);
    if (response.last_sample_timestamp_s) object.number("last_sample_timestamp", *response.last_sample_timestamp_s);
    if (response.sensors) {
        object.json("sensors", write_array(*response.sensors, [](std::string& to, const std::string& sensor) {
                        to += json_string(sensor);
                    }));
    }
    if (response.devices) {
        object.json("devices", write_array(*response.devices, [](std::string& to, const KnownDevice& device) {
                        ObjectWriter entry(to);
                        entry.text("uuid", device.uuid);
                        entry.text("hardware_id", device.hardware_id);
                        entry.close();
                    }));
    }
    if (response.peaks) object.number("peaks", *response.peaks);
    if (!response.settings.empty()) object.json("settings", response.settings);
    object.close();
    return out;
}

}  // namespace millrace::message
