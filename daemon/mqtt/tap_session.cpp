#include "mqtt/tap_session.h"

#include <utility>

namespace millrace::mqtt {
namespace {

bool sent_by_clients_only(const Packet& packet) {
    return std::holds_alternative<Connect>(packet) || std::holds_alternative<Subscribe>(packet) ||
           std::holds_alternative<Unsubscribe>(packet) || std::holds_alternative<Pingreq>(packet) ||
           std::holds_alternative<Disconnect>(packet);
}

bool sent_by_servers_only(const Packet& packet) {
    return std::holds_alternative<Connack>(packet) || std::holds_alternative<Suback>(packet) ||
           std::holds_alternative<Unsuback>(packet) || std::holds_alternative<Pingresp>(packet);
}

}  // namespace

TapSession::TapSession(ParserLimits limits) : client_(limits), server_(limits) {}

void TapSession::on_bytes(Side from, base::ByteView bytes, std::vector<TapEvent>& events) {
    if (broken_) return;
    PacketParser& parser = from == Side::Client ? client_ : server_;
    parser.feed(bytes);
    while (true) {
        ParseResult result = parser.next();
        if (auto* packet = std::get_if<Packet>(&result)) {
            events.emplace_back(SawPacket{from, std::move(*packet), parser.packet_bytes()});
            continue;
        }
        if (const auto* broken = std::get_if<Broken>(&result)) {
            broken_ = true;
            client_.restart();
            server_.restart();
            events.emplace_back(TapBroken{from, broken->reason});
        }
        return;
    }
}

void TapSession::restart(Side side) {
    (side == Side::Client ? client_ : server_).restart();
    broken_ = false;
}

bool may_begin_packet(Side from, base::ByteView bytes, ParserLimits limits) {
    PacketParser parser(limits);
    parser.feed(bytes);
    while (true) {
        const ParseResult result = parser.next();
        if (std::holds_alternative<NeedMore>(result)) return true;
        const auto* packet = std::get_if<Packet>(&result);
        if (packet == nullptr) return false;
        if (from == Side::Client ? sent_by_servers_only(*packet) : sent_by_clients_only(*packet)) return false;
    }
}

}  // namespace millrace::mqtt
