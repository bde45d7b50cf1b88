#include "app/commands/decode.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string_view>

#include "capture/pcap/capture_file.h"
#include "message/message.h"
#include "payload/advertisement_cipher.h"
#include "payload/secretbox.h"

namespace millrace::app {
namespace {

struct Counts {
    std::uint64_t to_cloud = 0;
    std::uint64_t to_bridge = 0;
    std::uint64_t repeated = 0;
    std::uint64_t opened = 0;
    std::uint64_t unopened = 0;
    std::uint64_t undecoded = 0;
    std::uint64_t unknown = 0;
};

// A message as it is printed.
struct Decoded {
    message::Topic topic;
    bool sealed = false;
    bool opened = false;
    std::optional<std::string> json;  // the plain text, when it is JSON, or what it says as JSON; on one line
    std::string error;                // empty when there is none
};

std::optional<std::string> as_json(base::ByteView plain) {
    std::string text(base::as_text(plain));
    if (!text.empty() && text.back() == '\0') text.pop_back();
    // The library would stop at a NUL and accept what stands before it.
    if (text.find('\0') != std::string::npos || !nlohmann::json::accept(text)) return std::nullopt;
    // Line ends can stand only between the parts of JSON, where a blank does as well.
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.pop_back();
    return text;
}

// Whether a payload that does not say so may be sealed: the meaning of most flags is unknown.
bool may_be_sealed(const message::Topic& topic) {
    return !topic.sealed() && topic.flags != message::kFlagsPlain && topic.flags != message::kFlagsBinary;
}

// What a Bluetooth device advertised, which is no text.
void decode_advertisement(const ports::Frame& frame, const payload::KeyRing& keys, Decoded& result) {
    const base::DeviceId& device = *result.topic.device;
    base::Bytes plain = frame.payload;
    if (result.sealed) {
        const payload::BindKey* key = keys.bind_key(device);
        auto opened = key == nullptr ? std::nullopt
                                     : payload::open_advertisement(plain, *base::BluetoothAddress::of(device), *key);
        if (!opened) {
            result.error = key == nullptr ? "sealed, and no bind key was given for its device"
                                          : "sealed, and the bind key does not open it";
            return;
        }
        plain = std::move(opened->plain);
        result.opened = true;
    }
    const auto decoded = message::decode(result.topic, plain);
    if (decoded) {
        result.json = message::to_json(std::get<message::Advertised>(*decoded));
    } else {
        result.error = decoded.error().detail;
    }
}

Decoded decode(const ports::Frame& frame, const payload::KeyRing& keys) {
    Decoded result;
    result.topic = message::parse_topic(frame.topic);
    result.sealed = result.topic.sealed();
    if (result.topic.kind == message::Kind::Advertisement) {
        decode_advertisement(frame, keys, result);
        return result;
    }
    result.json = as_json(frame.payload);
    std::optional<base::Bytes> plain;
    // Lines may give sealed messages already opened, and what is JSON was never sealed.
    const bool is_open = result.json && (!result.sealed || frame.door == ports::Door::JsonLines);
    if (!is_open && (result.sealed || may_be_sealed(result.topic))) {
        result.json.reset();
        const payload::SecretKey* key = keys.find(frame.bridge);
        if (key != nullptr) plain = payload::open(frame.payload, *key);
        if (plain) {
            result.sealed = true;
            result.json = as_json(*plain);
        } else if (result.sealed) {
            result.error =
                key == nullptr ? "sealed, and no key was given for it" : "sealed, and the key does not open it";
            return result;
        }
    }
    result.opened = result.sealed;
    const auto decoded = message::decode(result.topic, plain ? base::ByteView(*plain) : base::ByteView(frame.payload));
    if (!decoded) result.error = decoded.error().detail;
    return result;
}

std::string json_string(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string_view boolean(bool value) {
    return value ? "true" : "false";
}

std::string json_string_or_null(const std::optional<base::DeviceId>& device) {
    return device ? json_string(device->text()) : "null";
}

void print(const ports::Frame& frame, const Decoded& decoded, std::ostream& out) {
    out << R"({"time":")" << base::to_rfc3339(frame.received) << R"(","direction":")" << base::name(frame.direction)
        << R"(","qos":)" << int{frame.qos} << R"(,"dup":)" << boolean(frame.dup) << R"(,"retain":)"
        << boolean(frame.retain) << R"(,"topic":)" << json_string(frame.topic) << R"(,"uuid":)"
        << json_string_or_null(decoded.topic.device) << R"(,"kind":")" << message::name(decoded.topic.kind)
        << R"(","sealed":)" << boolean(decoded.sealed) << R"(,"opened":)" << boolean(decoded.opened) << R"(,"payload":)"
        << decoded.json.value_or("null") << R"(,"error":)"
        << (decoded.error.empty() ? "null" : json_string(decoded.error)) << R"(,"bridge":)"
        << json_string_or_null(frame.bridge);
    // The payload of an advertisement cannot be made of its JSON again.
    const bool shows_all = decoded.json && decoded.topic.kind != message::Kind::Advertisement;
    if (!shows_all) out << R"(,"payload_hex":")" << base::to_hex(frame.payload) << '"';
    out << "}\n";
}

void count(const ports::Frame& frame, const Decoded& decoded, Counts& counts) {
    ++(frame.direction == base::Direction::ToCloud ? counts.to_cloud : counts.to_bridge);
    if (frame.dup) ++counts.repeated;
    if (decoded.opened) ++counts.opened;
    if (decoded.sealed && !decoded.opened) {
        ++counts.unopened;
    } else if (!decoded.error.empty()) {
        ++counts.undecoded;
    }
    if (decoded.topic.kind == message::Kind::Unknown) ++counts.unknown;
}

void print_summary(const std::string& file, const capture::ReadSummary& read, const Counts& counts, std::ostream& err) {
    err << file << ": " << read.publishes << " messages (" << counts.to_cloud << " to the cloud, " << counts.to_bridge
        << " to the bridge; " << counts.repeated << " marked as repeated) in " << read.packets << " packets or lines";
    if (read.connections > 0) err << " of " << read.connections << " MQTT connections";
    err << "\n  opened " << counts.opened << ", not opened " << counts.unopened << ", not decoded " << counts.undecoded
        << ", of unknown type " << counts.unknown << '\n';
    const auto mention = [&err](std::uint64_t number, std::string_view what) {
        if (number > 0) err << "  " << number << ' ' << what << '\n';
    };
    mention(read.gaps, "places where bytes are missing from the capture");
    mention(read.resyncs, "times the beginning of a message had to be searched");
    mention(read.broken, "places that are not MQTT");
    mention(read.unsupported, "connections of another MQTT version than 3.1.1, left out");
    mention(read.fragments, "fragments of IP packets, left out");
    mention(read.unreadable, "packets or lines that cannot be read, left out");
    if (read.damage) err << "  the file is damaged or still being written: " << *read.damage << '\n';
}

bool has_findings(const capture::ReadSummary& read, const Counts& counts) {
    return counts.unopened > 0 || counts.undecoded > 0 || read.gaps > 0 || read.broken > 0 || read.unsupported > 0 ||
           read.fragments > 0 || read.unreadable > 0 || read.damage;
}

}  // namespace

int decode_file(const DecodeOptions& options, std::ostream& out, std::ostream& err) {
    if (options.files.empty()) {
        err << "decode: name at least one file\n";
        return kExitUsage;
    }
    int exit_code = kExitGood;
    for (const std::string& file : options.files) {
        Counts counts;
        const auto read = capture::read_capture_file(file, {options.server_ports}, [&](const ports::Frame& frame) {
            const Decoded decoded = decode(frame, options.keys);
            count(frame, decoded, counts);
            print(frame, decoded, out);
        });
        if (!read) {
            err << read.error().message << '\n';
            exit_code = kExitFailed;
            continue;
        }
        print_summary(file, *read, counts, err);
        if (exit_code == kExitGood && has_findings(*read, counts)) exit_code = kExitFindings;
    }
    out.flush();
    if (!out) {
        err << "decode: writing the output failed\n";
        return kExitFailed;
    }
    return exit_code;
}

}  // namespace millrace::app
