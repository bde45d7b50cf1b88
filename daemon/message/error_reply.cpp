// Error: the cloud's complaint about something the bridge sent.
//
// Source: capture of 2024.
//
//   code        174 is the only one seen (key exchange failed)
//   message     text for people
//   timestamp   unix time
//
//   {"code":174,"message":"Phydro crypto key exchange function failed","timestamp":1733208827}
//
// The bridge writes the code into its log. Unknown: all other codes, and what a bridge does about each. Members we do
// not know are never written, because a bridge may obey them.
#include "message/error_reply.h"

#include "message/decoders.h"
#include "message/json_reader.h"
#include "message/json_writer.h"

namespace millrace::message {

DecodeResult decode_error_reply(std::string_view text) {
    const auto json = parse_json(text);
    if (!json) return base::failure(json.error());
    MemberReader members(*json, "error");
    ErrorReply error;
    error.code = members.integer("code");
    error.message = members.optional_text("message").value_or("");
    error.timestamp_s = members.optional_timestamp("timestamp").value_or(0);
    error.unknown = members.rest();
    return members.finish(Message{std::move(error)});
}

std::string encode(const ErrorReply& error) {
    std::string out;
    ObjectWriter object(out);
    object.number("code", error.code);
    object.text("message", error.message);
    object.number("timestamp", error.timestamp_s);
    object.close();
    return out;
}

}  // namespace millrace::message
