// Any packet that can be written is read back as it was, however its bytes are cut.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "mqtt/packet_parser.h"
#include "mqtt/packet_writer.h"

namespace millrace::mqtt {
namespace {

std::string any_text() {
    return *rc::gen::container<std::string>(
        rc::gen::element('a', 'Z', '0', '/', '$', ' ', '\x01', '\x7f', '{', '"', '-', '~'));
}

std::string any_topic() {
    return any_text() + "/x";
}
std::string any_filter() {
    return any_text() + *rc::gen::element<std::string>("/#", "/+/b", "+", "x");
}
base::Bytes any_bytes() {
    return *rc::gen::arbitrary<base::Bytes>();
}
PacketId any_id() {
    return *rc::gen::inRange<PacketId>(1, 65535);
}
Qos any_qos() {
    return static_cast<Qos>(*rc::gen::inRange(0, 3));
}
bool any_bool() {
    return *rc::gen::arbitrary<bool>();
}

Connect any_connect() {
    Connect connect;
    connect.client_id = any_text();
    connect.clean_session = any_bool();
    connect.keep_alive_s = *rc::gen::arbitrary<std::uint16_t>();
    if (any_bool()) connect.will = Will{any_topic(), any_bytes(), any_qos(), any_bool()};
    if (any_bool()) connect.user_name = any_text();
    if (connect.user_name && any_bool()) connect.password = any_bytes();
    return connect;
}

Publish any_publish() {
    Publish publish;
    publish.qos = any_qos();
    publish.dup = publish.qos != Qos::AtMostOnce && any_bool();
    publish.retain = any_bool();
    publish.topic = any_topic();
    if (publish.qos != Qos::AtMostOnce) publish.packet_id = any_id();
    publish.payload = any_bytes();
    return publish;
}

Subscribe any_subscribe() {
    Subscribe subscribe{any_id(), {}};
    const int count = *rc::gen::inRange(1, 5);
    for (int i = 0; i < count; ++i) subscribe.subscriptions.push_back({any_filter(), any_qos()});
    return subscribe;
}

Suback any_suback() {
    return {any_id(), *rc::gen::nonEmpty(rc::gen::container<std::vector<std::uint8_t>>(
                          rc::gen::element<std::uint8_t>(0, 1, 2, Suback::kFailure)))};
}

Unsubscribe any_unsubscribe() {
    Unsubscribe unsubscribe{any_id(), {}};
    const int count = *rc::gen::inRange(1, 5);
    for (int i = 0; i < count; ++i) unsubscribe.topic_filters.push_back(any_filter());
    return unsubscribe;
}

Packet any_packet() {
    switch (*rc::gen::inRange(1, 15)) {
        case 1: return any_connect();
        case 2: return Connack{any_bool(), ConnectReturnCode::Accepted};
        case 3: return any_publish();
        case 4: return Puback{any_id()};
        case 5: return Pubrec{any_id()};
        case 6: return Pubrel{any_id()};
        case 7: return Pubcomp{any_id()};
        case 8: return any_subscribe();
        case 9: return any_suback();
        case 10: return any_unsubscribe();
        case 11: return Unsuback{any_id()};
        case 12: return Pingreq{};
        case 13: return Pingresp{};
        default: return Disconnect{};
    }
}

RC_GTEST_PROP(PacketProperty, WhatIsWrittenIsReadBackHoweverItIsCut, ()) {
    std::vector<Packet> packets;
    base::Bytes wire;
    const int count = *rc::gen::inRange(1, 12);
    for (int i = 0; i < count; ++i) {
        packets.push_back(any_packet());
        write(packets.back(), wire);
    }
    PacketParser parser;
    std::vector<Packet> read;
    std::size_t at = 0;
    while (at < wire.size()) {
        const std::size_t piece = std::min(*rc::gen::inRange<std::size_t>(1, 60), wire.size() - at);
        parser.feed(base::ByteView(wire).subspan(at, piece));
        at += piece;
        while (true) {
            ParseResult result = parser.next();
            RC_ASSERT(!std::holds_alternative<Broken>(result));
            if (std::holds_alternative<NeedMore>(result)) break;
            read.push_back(std::move(std::get<Packet>(result)));
        }
    }
    RC_ASSERT(read == packets);
    RC_ASSERT(parser.buffered_bytes() == 0U);
}

}  // namespace
}  // namespace millrace::mqtt
