// Every control packet type as a value beside its bytes on the wire, spelled out by hand from the standard.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "mqtt/packet.h"

namespace millrace::mqtt {

struct SamplePacket {
    std::string name;
    std::string hex;
    Packet packet;

    [[nodiscard]] base::Bytes wire() const { return base::from_hex(hex).value(); }
};

inline Connect full_connect() {
    Connect connect;
    connect.client_id = "61F6";
    connect.clean_session = false;
    connect.keep_alive_s = 20;
    connect.will = Will{"w/t", {0x00, 0xff}, Qos::ExactlyOnce, true};
    connect.user_name = "device";
    connect.password = base::to_bytes("pw");
    return connect;
}

inline std::vector<SamplePacket> sample_packets() {
    Connect small;
    small.client_id = "a";
    Connect stranger;
    stranger.protocol_level = 5;
    return {
        {"connect_small",
         "100d"
         "00044d515454"
         "04"
         "02"
         "0000"
         "000161",
         small},
        {"connect_full",
         "1025"
         "00044d515454"
         "04"
         "f4"
         "0014"
         "000436314636"
         "0003772f74"
         "000200ff"
         "0006646576696365"
         "00027077",
         full_connect()},
        {"connect_other_level",
         "100c"
         "00044d515454"
         "05"
         "02"
         "0000"
         "0000",
         stranger},
        {"connack_accepted", "20020000", Connack{}},
        {"connack_session_present", "20020100", Connack{true, ConnectReturnCode::Accepted}},
        {"connack_refused", "20020005", Connack{false, ConnectReturnCode::NotAuthorized}},
        {"publish_qos0",
         "3006"
         "0003612f62"
         "78",
         Publish{false, Qos::AtMostOnce, false, "a/b", 0, {0x78}}},
        {"publish_qos1_dup",
         "3a06"
         "000161"
         "0102"
         "00",
         Publish{true, Qos::AtLeastOnce, false, "a", 0x0102, {0}}},
        {"publish_qos2_retain",
         "3505"
         "000161"
         "ffff",
         Publish{false, Qos::ExactlyOnce, true, "a", 0xffff, {}}},
        {"puback", "40020001", Puback{1}},
        {"pubrec", "50021234", Pubrec{0x1234}},
        {"pubrel", "6202ffff", Pubrel{0xffff}},
        {"pubcomp", "70020100", Pubcomp{0x0100}},
        {"subscribe",
         "820c"
         "000a"
         "0003612f23"
         "01"
         "00012b"
         "02",
         Subscribe{10, {{"a/#", Qos::AtLeastOnce}, {"+", Qos::ExactlyOnce}}}},
        {"suback",
         "9006"
         "000a"
         "00010280",
         Suback{10, {0, 1, 2, Suback::kFailure}}},
        {"unsubscribe",
         "a20a"
         "000b"
         "0003612f23"
         "00012b",
         Unsubscribe{11, {"a/#", "+"}}},
        {"unsuback", "b002000b", Unsuback{11}},
        {"pingreq", "c000", Pingreq{}},
        {"pingresp", "d000", Pingresp{}},
        {"disconnect", "e000", Disconnect{}},
    };
}

}  // namespace millrace::mqtt
