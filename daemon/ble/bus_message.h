// What a message from the bus says, as plain values.
//
// Whoever sends it may have built it as he likes: what has another type than expected, or is larger than anything that
// BlueZ says, is left out. Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"

struct sd_bus_message;

namespace millrace::ble {

// The types of value that we read: numbers of all widths, texts and object paths, bytes, bytes by name (service data).
using Value = std::variant<bool, std::int64_t, std::string, base::Bytes, std::map<std::string, base::Bytes>>;
using Properties = std::map<std::string, Value>;       // a{sv}
using Interfaces = std::map<std::string, Properties>;  // a{sa{sv}}

// Nothing when it is not there or has another type.
template <typename T>
[[nodiscard]] const T* find(const Properties& properties, const std::string& name) {
    const auto found = properties.find(name);
    return found == properties.end() ? nullptr : std::get_if<T>(&found->second);
}

// The next element of the message; the reading position moves past it. Nothing when it is of another type.
[[nodiscard]] std::optional<std::string> read_text(sd_bus_message* message);  // a string or an object path
[[nodiscard]] std::optional<std::vector<std::string>> read_texts(sd_bus_message* message);  // as
[[nodiscard]] std::optional<Properties> read_properties(sd_bus_message* message);
[[nodiscard]] std::optional<Interfaces> read_interfaces(sd_bus_message* message);

// a{oa{sa{sv}}}, one object at a time. False when it is of another type or breaks off.
bool read_objects(sd_bus_message* message, const std::function<void(const std::string&, const Interfaces&)>& each);

// For people: at most 200 bytes, without control characters.
[[nodiscard]] std::string short_text(std::string_view text);

}  // namespace millrace::ble
