#include "message/message.h"

#include "message/decoders.h"

namespace millrace::message {
namespace {

using Decoder = DecodeResult (*)(std::string_view);

// Nothing for the kinds whose payload stays as it is.
Decoder decoder_of(Kind kind) {
    switch (kind) {
        case Kind::Boot: return decode_boot;
        case Kind::Samples: return decode_samples;
        case Kind::States: return decode_states;
        case Kind::Logs: return decode_logs;
        case Kind::Events: return decode_events;
        case Kind::Heartbeat: return decode_heartbeat;
        case Kind::HeartbeatEcho: return decode_heartbeat_echo;
        case Kind::BootResponse: return decode_boot_response;
        case Kind::Error: return decode_error_reply;
        case Kind::Calibration: return decode_calibration;
        case Kind::Advertisement: return decode_advertisement;
        case Kind::KeyExchange:
        case Kind::Unknown: return nullptr;
    }
    return nullptr;
}

bool is_padding(char c) {
    return c == '\0' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

base::Result<Message, DecodeError> decode(const Topic& topic, base::ByteView plain) {
    const Decoder decoder = decoder_of(topic.kind);
    if (decoder == nullptr || topic.flags == kFlagsBinary) return Message{Raw{}};
    if (plain.size() > kMaxPayloadBytes) {
        return base::failure(DecodeError{DecodeFault::TooLarge, "the payload has too many bytes"});
    }
    std::string_view text = base::as_text(plain);
    const bool is_json = topic.kind != Kind::Advertisement;
    if (is_json && !text.empty() && is_padding(text.back())) text.remove_suffix(1);
    return decoder(text);
}

}  // namespace millrace::message
