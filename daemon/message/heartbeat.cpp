// Heartbeat, and the bridge's echo of it.
//
// Source: capture of 2026.
//
//   timestamp   unix time in microseconds
//   heartbeat   id    32 hexadecimal digits
//               seq   counts from 1
//
//   {"timestamp":1785105391038968,"heartbeat":{"id":"c4fc411648ca757e2f5210aa9af441f7","seq":1}}
//
// The cloud sends one about every 10 minutes to the bridge's uuid; the bridge publishes the same object back, and is
// likely to restart after about 30 minutes without one. Unknown: whether anybody looks at id and seq.
#include "message/heartbeat.h"

#include "message/decoders.h"
#include "message/json_reader.h"
#include "message/json_writer.h"

namespace millrace::message {
namespace {

base::Result<Heartbeat, DecodeError> read_heartbeat(std::string_view text) {
    const auto json = parse_json(text);
    if (!json) return base::failure(json.error());
    MemberReader members(*json, "heartbeat");
    Heartbeat heartbeat;
    heartbeat.timestamp_us = members.timestamp("timestamp", kLatestTimestampS * 1'000'000);
    const Json* inner = members.optional_object("heartbeat");
    if (inner == nullptr) {
        members.fail(DecodeFault::WrongShape, "heartbeat", "an object");
        return members.finish(std::move(heartbeat));
    }
    MemberReader inner_members(*inner, "heartbeat, heartbeat");
    heartbeat.id = inner_members.text("id");
    heartbeat.sequence = inner_members.integer("seq");
    if (members.error()) return base::failure(*members.error());
    return inner_members.finish(std::move(heartbeat));
}

}  // namespace

DecodeResult decode_heartbeat(std::string_view text) {
    auto heartbeat = read_heartbeat(text);
    if (!heartbeat) return base::failure(std::move(heartbeat.error()));
    return Message{std::move(*heartbeat)};
}

DecodeResult decode_heartbeat_echo(std::string_view text) {
    auto heartbeat = read_heartbeat(text);
    if (!heartbeat) return base::failure(std::move(heartbeat.error()));
    return Message{HeartbeatEcho{std::move(*heartbeat)}};
}

std::string encode(const Heartbeat& heartbeat) {
    std::string inner;
    ObjectWriter inner_object(inner);
    inner_object.text("id", heartbeat.id);
    inner_object.number("seq", heartbeat.sequence);
    inner_object.close();

    std::string out;
    ObjectWriter object(out);
    object.number("timestamp", heartbeat.timestamp_us);
    object.json("heartbeat", inner);
    object.close();
    return out;
}

}  // namespace millrace::message
