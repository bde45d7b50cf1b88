// What a client of the API may do. Each scope holds those before it. Values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace::access {

enum class Scope : std::uint8_t {
    Open,     // what a stranger may ask: whether we live, and the page's files, which hold nothing of the house
    Read,     // see everything but keys, frames and the network view
    Control,  // what one does day by day: answer alarms, set the mode, test a channel
    Admin,    // what changes how water is counted and judged, who is told, keys, frames, the network, backups
};

[[nodiscard]] constexpr std::string_view name(Scope scope) {
    switch (scope) {
        case Scope::Open: return "open";
        case Scope::Read: return "read";
        case Scope::Control: return "control";
        case Scope::Admin: return "admin";
    }
    return {};
}

// Of a token: nothing for "open" and for what is no scope.
[[nodiscard]] constexpr std::optional<Scope> token_scope_of(std::string_view text) {
    for (const Scope scope : {Scope::Read, Scope::Control, Scope::Admin}) {
        if (text == name(scope)) return scope;
    }
    return std::nullopt;
}

}  // namespace millrace::access
