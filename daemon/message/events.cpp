// Events: something happened in a sensor or a bridge.
//
// Source: capture of 2024; meanings published in 2026 and read from the bridge's program.
//
//   array of    timestamp   unix time by the bridge's clock
//               type        a power of two
//               extra       text; often missing
//
//   [{"timestamp":1733208829,"type":1},{"timestamp":1733208829,"type":1024},{"timestamp":1733208825,"type":16384}]
//
// One trailing byte. Bridges and sensors give the same types different meanings; FORMAT.md lists what is known of each
// and how surely. Unknown: all types not listed there, and what extra holds.
#include "message/events.h"

#include "message/decoders.h"
#include "message/json_reader.h"
#include "message/json_writer.h"

namespace millrace::message {

DecodeResult decode_events(std::string_view text) {
    auto events = decode_entries<DeviceEvent>(text, "event", [](MemberReader& members) {
        DeviceEvent event;
        event.timestamp_s = members.timestamp("timestamp");
        event.type = members.unsigned_integer("type");
        event.extra = members.optional_text("extra");
        event.unknown = members.rest();
        return event;
    });
    if (!events) return base::failure(std::move(events.error()));
    return Message{Events{std::move(*events)}};
}

std::string encode(const Events& events) {
    return write_array(events.events, [](std::string& out, const DeviceEvent& event) {
        ObjectWriter object(out);
        object.number("timestamp", event.timestamp_s);
        object.unsigned_number("type", event.type);
        if (event.extra) object.text("extra", *event.extra);
        object.members_of(event.unknown);
        object.close();
    });
}

}  // namespace millrace::message
