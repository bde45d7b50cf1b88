// Logs: lines of the bridge's own log.
//
// Source: captures of 2024 and 2026.
//
//   array of    timestamp   unix time; 0 before the clock is set
//               type        1 in all lines seen
//               level       1, 2, 4 or 8, rising in severity
//               message     text for people
//
//   [{"timestamp":1733208827,"type":1,"level":8,"message":"Server error [code 174]"}]
//
// One trailing byte. Unknown: what type tells.
#include "message/logs.h"

#include "message/decoders.h"
#include "message/json_reader.h"
#include "message/json_writer.h"

namespace millrace::message {

DecodeResult decode_logs(std::string_view text) {
    auto lines = decode_entries<LogLine>(text, "log line", [](MemberReader& members) {
        LogLine line;
        line.timestamp_s = members.timestamp("timestamp");
        line.type = members.integer("type");
        line.level = members.integer("level");
        line.text = members.text("message");
        line.unknown = members.rest();
        return line;
    });
    if (!lines) return base::failure(std::move(lines.error()));
    return Message{Logs{std::move(*lines)}};
}

std::string encode(const Logs& logs) {
    return write_array(logs.lines, [](std::string& out, const LogLine& line) {
        ObjectWriter object(out);
        object.number("timestamp", line.timestamp_s);
        object.number("type", line.type);
        object.number("level", line.level);
        object.text("message", line.text);
        object.members_of(line.unknown);
        object.close();
    });
}

}  // namespace millrace::message
