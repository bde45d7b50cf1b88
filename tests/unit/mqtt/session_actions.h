// Looking into the actions of a session of either role.
#pragma once

#include <string>
#include <vector>

#include "mqtt/packet_parser.h"
#include "mqtt/packet_writer.h"
#include "mqtt/session_action.h"

namespace millrace::mqtt {

// The packets that the Send actions put on the wire, in order.
template <typename Actions>
std::vector<Packet> sent(const Actions& actions) {
    PacketParser parser;
    for (const auto& action : actions) {
        if (const auto* send = std::get_if<Send>(&action)) parser.feed(send->bytes);
    }
    std::vector<Packet> packets;
    while (true) {
        ParseResult result = parser.next();
        auto* packet = std::get_if<Packet>(&result);
        if (packet == nullptr) return packets;
        packets.push_back(std::move(*packet));
    }
}

template <typename Action, typename Actions>
std::vector<Action> all(const Actions& actions) {
    std::vector<Action> found;
    for (const auto& action : actions) {
        if (const auto* wanted = std::get_if<Action>(&action)) found.push_back(*wanted);
    }
    return found;
}

template <typename Actions>
bool closes(const Actions& actions) {
    return !actions.empty() && std::holds_alternative<Close>(actions.back());
}

inline base::Bytes wire_of(const std::vector<Packet>& packets) {
    base::Bytes bytes;
    for (const Packet& packet : packets) write(packet, bytes);
    return bytes;
}

}  // namespace millrace::mqtt
