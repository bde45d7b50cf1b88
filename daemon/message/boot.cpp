// Boot frame: a bridge or a sensor has started.
//
// Source: captures of 2024 (plain) and 2026 (sealed), the bridge's program.
//
//   bridge_id   null in the bridge's own frame; in a sensor's, the uuid of the bridge it speaks through
//   branch      name of the firmware branch; bridges only
//   sha_full    40 hexadecimal digits naming the firmware; may be null for a sensor
//
//   {"bridge_id":null,"branch":"squidward","sha_full":"2f1c870a72eca7d7eb38cb145718a202fe1c4a86"}
//   {"bridge_id":"61F6F57900000001","sha_full":"163be969f421472b2fb0d890a8be0ae45e4773a5"}
//
// Repeated until answered. No trailing byte was seen. Unknown: when exactly a sensor's sha_full is null.
#include "message/boot.h"

#include "message/decoders.h"
#include "message/json_reader.h"
#include "message/json_writer.h"

namespace millrace::message {

DecodeResult decode_boot(std::string_view text) {
    const auto json = parse_json(text);
    if (!json) return base::failure(json.error());
    MemberReader members(*json, "boot frame");
    Boot boot;
    boot.bridge_id = members.optional_device("bridge_id");
    boot.branch = members.optional_text("branch");
    boot.sha_full = members.optional_text("sha_full");
    boot.unknown = members.rest();
    return members.finish(Message{std::move(boot)});
}

std::string encode(const Boot& boot) {
    std::string out;
    ObjectWriter object(out);
    if (boot.bridge_id) {
        object.text("bridge_id", boot.bridge_id->text());
    } else {
        object.json("bridge_id", "null");
    }
    if (boot.branch) object.text("branch", *boot.branch);
    if (boot.sha_full) {
        object.text("sha_full", *boot.sha_full);
    } else {
        object.json("sha_full", "null");
    }
    object.members_of(boot.unknown);
    object.close();
    return out;
}

}  // namespace millrace::message
