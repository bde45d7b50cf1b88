// What a single value must look like, by the kind of its field.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::settings {

enum class ValueType : std::uint8_t {
    Text,
    Topic,  // an MQTT topic name without wildcards
    Path,   // of a file or a folder
    Integer,
    Number,
    Boolean,
    Choice,
    Host,       // a name or an IP address; or empty
    Listen,     // address:port to listen on; port 0 lets the system choose
    Endpoint,   // host:port to connect to
    Addresses,  // a list of IP addresses, each with or without a port
    TimeZone,   // an IANA name
    Moment,     // RFC 3339, or a date alone
    Span,       // of time, with its unit; limits are in seconds
    Flow,       // a flow rate with its unit; limits are in litres a minute
    Volume,     // of water, with its unit; limits are in litres
    Url,        // of http or https; or empty
    Template,   // a text that may have several lines
    Texts,      // a list of texts
};

struct Limits {
    double least = 0;
    double most = 0;
    std::vector<std::string_view> choices;
};

struct Value {
    std::string text;
    std::int64_t integer = 0;  // of a Span: milliseconds; of a Flow: microlitres a second; of a Volume: microlitres
    double number = 0;
    bool flag = false;
    std::vector<std::string> list;
};

// As it stands in the reference page and in messages: "an integer", "a path".
[[nodiscard]] std::string_view type_name(ValueType type);

// The range or the choices in words; empty when there are none.
[[nodiscard]] std::string allowed(ValueType type, const Limits& limits);

// The value of one text, or what is wrong with it. The message quotes the text unless it is a secret.
[[nodiscard]] base::Result<Value, std::string> check_text(ValueType type, const Limits& limits, std::string_view text,
                                                          bool secret);

// The same for a list of texts, which only Addresses and Texts take.
[[nodiscard]] base::Result<Value, std::string> check_list(ValueType type, const std::vector<std::string>& texts);

}  // namespace millrace::settings
