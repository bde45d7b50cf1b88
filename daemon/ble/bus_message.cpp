#include "ble/bus_message.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <systemd/sd-bus.h>

namespace millrace::ble {
namespace {

constexpr std::size_t kLongestText = 1'024;
constexpr std::size_t kMostBytes = 512;    // an attribute's value; advertisements have less
constexpr std::size_t kMostEntries = 128;  // of one dictionary or list
constexpr std::size_t kLongestShown = 200;

// Of what is too long one byte too many, so that it shows.
std::optional<std::string> text_of(sd_bus_message* message, char type) {
    const char* text = nullptr;
    if (sd_bus_message_read_basic(message, type, static_cast<void*>(&text)) <= 0 || text == nullptr)
        return std::nullopt;
    return std::string(std::string_view(text).substr(0, kLongestText + 1));
}

template <typename T>
std::optional<Value> number_of(sd_bus_message* message, char type) {
    T number{};
    if (sd_bus_message_read_basic(message, type, &number) <= 0) return std::nullopt;
    return static_cast<std::int64_t>(number);
}

std::optional<Value> basic_value(sd_bus_message* message, char type) {
    switch (type) {
        case SD_BUS_TYPE_BYTE: return number_of<std::uint8_t>(message, type);
        case SD_BUS_TYPE_INT16: return number_of<std::int16_t>(message, type);
        case SD_BUS_TYPE_UINT16: return number_of<std::uint16_t>(message, type);
        case SD_BUS_TYPE_INT32: return number_of<std::int32_t>(message, type);
        case SD_BUS_TYPE_UINT32: return number_of<std::uint32_t>(message, type);
        case SD_BUS_TYPE_INT64: return number_of<std::int64_t>(message, type);
        case SD_BUS_TYPE_STRING:
        case SD_BUS_TYPE_OBJECT_PATH: {
            auto text = text_of(message, type);
            return text ? std::optional<Value>(std::move(*text)) : std::nullopt;
        }
        case SD_BUS_TYPE_BOOLEAN: {
            int yes = 0;
            if (sd_bus_message_read_basic(message, type, &yes) <= 0) return std::nullopt;
            return Value(yes != 0);
        }
        default: return std::nullopt;
    }
}

std::optional<base::Bytes> bytes_of(sd_bus_message* message) {
    const void* data = nullptr;
    std::size_t size = 0;
    if (sd_bus_message_read_array(message, SD_BUS_TYPE_BYTE, &data, &size) < 0) return std::nullopt;
    size = std::min(size, kMostBytes + 1);
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    return size == 0 ? base::Bytes{} : base::Bytes(bytes, bytes + size);
}

// The entries of a dictionary, each read by `entry`, which says whether the message could be read on.
template <typename Entry>
bool read_dictionary(sd_bus_message* message, const char* entry_type, const Entry& entry) {
    if (sd_bus_message_enter_container(message, SD_BUS_TYPE_ARRAY, (std::string("{") + entry_type + "}").c_str()) <=
        0) {
        return false;
    }
    int more = 0;
    while ((more = sd_bus_message_enter_container(message, SD_BUS_TYPE_DICT_ENTRY, entry_type)) > 0) {
        if (!entry() || sd_bus_message_exit_container(message) < 0) return false;
    }
    return more == 0 && sd_bus_message_exit_container(message) >= 0;
}

std::optional<Value> bytes_by_name(sd_bus_message* message) {
    std::map<std::string, base::Bytes> named;
    const bool whole = read_dictionary(message, "sv", [message, &named] {
        const auto name = text_of(message, SD_BUS_TYPE_STRING);
        const char* contents = nullptr;
        if (!name || sd_bus_message_peek_type(message, nullptr, &contents) <= 0) return false;
        if (contents == nullptr || std::string_view(contents) != "ay" || named.size() >= kMostEntries) {
            return sd_bus_message_skip(message, "v") >= 0;
        }
        if (sd_bus_message_enter_container(message, SD_BUS_TYPE_VARIANT, "ay") <= 0) return false;
        auto bytes = bytes_of(message);
        if (!bytes) return false;
        if (bytes->size() <= kMostBytes) named[*name] = std::move(*bytes);
        return sd_bus_message_exit_container(message) >= 0;
    });
    return whole ? std::optional<Value>(std::move(named)) : std::nullopt;
}

std::optional<Value> container_value(sd_bus_message* message, std::string_view type) {
    if (type == "ay") {
        auto bytes = bytes_of(message);
        return bytes ? std::optional<Value>(std::move(*bytes)) : std::nullopt;
    }
    return bytes_by_name(message);
}

bool is_too_large(const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    const auto* bytes = std::get_if<base::Bytes>(&value);
    return (text != nullptr && text->size() > kLongestText) || (bytes != nullptr && bytes->size() > kMostBytes);
}

bool is_known(std::string_view type) {
    constexpr std::string_view kBasic = "bynqiuxso";
    return type == "ay" || type == "a{sv}" || (type.size() == 1 && kBasic.find(type[0]) != std::string_view::npos);
}

}  // namespace

std::optional<std::string> read_text(sd_bus_message* message) {
    char type = 0;
    if (sd_bus_message_peek_type(message, &type, nullptr) <= 0) return std::nullopt;
    if (type != SD_BUS_TYPE_STRING && type != SD_BUS_TYPE_OBJECT_PATH) return std::nullopt;
    const auto text = text_of(message, type);
    return text && text->size() <= kLongestText ? text : std::nullopt;
}

std::optional<std::vector<std::string>> read_texts(sd_bus_message* message) {
    if (sd_bus_message_enter_container(message, SD_BUS_TYPE_ARRAY, "s") <= 0) return std::nullopt;
    std::vector<std::string> texts;
    while (sd_bus_message_at_end(message, false) == 0) {
        auto text = text_of(message, SD_BUS_TYPE_STRING);
        if (!text) return std::nullopt;
        if (texts.size() < kMostEntries) texts.push_back(std::move(*text));
    }
    if (sd_bus_message_exit_container(message) < 0) return std::nullopt;
    return texts;
}

std::optional<Properties> read_properties(sd_bus_message* message) {
    Properties properties;
    const bool whole = read_dictionary(message, "sv", [message, &properties] {
        const auto name = text_of(message, SD_BUS_TYPE_STRING);
        const char* contents = nullptr;
        if (!name || sd_bus_message_peek_type(message, nullptr, &contents) <= 0) return false;
        if (contents == nullptr || !is_known(contents) || properties.size() >= kMostEntries) {
            return sd_bus_message_skip(message, "v") >= 0;
        }
        const std::string type(contents);
        if (sd_bus_message_enter_container(message, SD_BUS_TYPE_VARIANT, type.c_str()) <= 0) return false;
        auto value = type.size() == 1 ? basic_value(message, type[0]) : container_value(message, type);
        if (!value) return false;
        if (!is_too_large(*value)) properties[*name] = std::move(*value);
        return sd_bus_message_exit_container(message) >= 0;
    });
    return whole ? std::optional(std::move(properties)) : std::nullopt;
}

std::optional<Interfaces> read_interfaces(sd_bus_message* message) {
    Interfaces interfaces;
    const bool whole = read_dictionary(message, "sa{sv}", [message, &interfaces] {
        const auto name = text_of(message, SD_BUS_TYPE_STRING);
        auto properties = read_properties(message);
        if (!name || !properties) return false;
        if (interfaces.size() < kMostEntries) interfaces[*name] = std::move(*properties);
        return true;
    });
    return whole ? std::optional(std::move(interfaces)) : std::nullopt;
}

bool read_objects(sd_bus_message* message, const std::function<void(const std::string&, const Interfaces&)>& each) {
    return read_dictionary(message, "oa{sa{sv}}", [message, &each] {
        const auto path = text_of(message, SD_BUS_TYPE_OBJECT_PATH);
        const auto interfaces = read_interfaces(message);
        if (!path || !interfaces) return false;
        each(*path, *interfaces);
        return true;
    });
}

std::string short_text(std::string_view text) {
    std::size_t length = std::min(text.size(), kLongestShown);
    // Not in the middle of a character of several bytes.
    while (length < text.size() && length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) --length;
    std::string shown(text.substr(0, length));
    std::replace_if(
        shown.begin(), shown.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
    return shown;
}

}  // namespace millrace::ble
