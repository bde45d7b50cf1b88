// Who is to answer the bridges.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace::ports {

enum class CloudMode : std::uint8_t {
    Local,      // we, as the cloud would
    Relay,      // the cloud; while it is away we stand in, and hand over what it missed
    RelayOnly,  // the cloud, or nobody
};

// "local", "relay", "relay-only".
[[nodiscard]] constexpr std::string_view name(CloudMode mode) {
    switch (mode) {
        case CloudMode::Local: return "local";
        case CloudMode::Relay: return "relay";
        case CloudMode::RelayOnly: return "relay-only";
    }
    return "local";
}

[[nodiscard]] constexpr std::optional<CloudMode> cloud_mode_of(std::string_view text) {
    for (const CloudMode mode : {CloudMode::Local, CloudMode::Relay, CloudMode::RelayOnly}) {
        if (text == name(mode)) return mode;
    }
    return std::nullopt;
}

// Where a connected bridge's words go.
enum class CloudPath : std::uint8_t {
    None,        // there is no cloud for it: local mode, a guest's broker, or a door that only listens
    Relay,       // the cloud answers, we listen in
    StandingIn,  // the cloud is away: we answer, and keep what the bridge says for it
    CatchingUp,  // we still answer, while the cloud is being given what it missed
};

// "none", "relay", "standing_in", "catching_up".
[[nodiscard]] constexpr std::string_view name(CloudPath path) {
    switch (path) {
        case CloudPath::None: return "none";
        case CloudPath::Relay: return "relay";
        case CloudPath::StandingIn: return "standing_in";
        case CloudPath::CatchingUp: return "catching_up";
    }
    return "none";
}

}  // namespace millrace::ports
