// One broken packet for each rule of the standard that makes a packet malformed.
#include <gtest/gtest.h>

#include "mqtt/packet_parser.h"

namespace millrace::mqtt {
namespace {

struct Bad {
    std::string name;
    std::string hex;
    Malformed reason;
};

class MalformedPacket : public testing::TestWithParam<Bad> {};

TEST_P(MalformedPacket, IsRefusedForItsReason) {
    PacketParser parser;
    parser.feed(base::from_hex(GetParam().hex).value());
    const ParseResult result = parser.next();
    ASSERT_TRUE(std::holds_alternative<Broken>(result));
    EXPECT_EQ(describe(std::get<Broken>(result).reason), describe(GetParam().reason));
}

std::vector<Bad> header_faults() {
    return {
        {"type_0", "00", Malformed::ReservedPacketType},
        {"type_15", "f0", Malformed::ReservedPacketType},
        {"connect_flags_from_the_first_byte", "11", Malformed::ReservedFlags},
        {"connack_flags", "28", Malformed::ReservedFlags},
        {"puback_flags", "42", Malformed::ReservedFlags},
        {"pubrec_flags", "51", Malformed::ReservedFlags},
        {"pubrel_without_its_flag", "60", Malformed::ReservedFlags},
        {"pubrel_other_flag", "63", Malformed::ReservedFlags},
        {"pubcomp_flags", "72", Malformed::ReservedFlags},
        {"subscribe_without_its_flag", "80", Malformed::ReservedFlags},
        {"subscribe_other_flag", "8a", Malformed::ReservedFlags},
        {"suback_flags", "92", Malformed::ReservedFlags},
        {"unsubscribe_without_its_flag", "a0", Malformed::ReservedFlags},
        {"unsuback_flags", "b2", Malformed::ReservedFlags},
        {"pingreq_flags", "c1", Malformed::ReservedFlags},
        {"pingresp_flags", "d8", Malformed::ReservedFlags},
        {"disconnect_flags", "e4", Malformed::ReservedFlags},
        {"publish_qos_3", "36", Malformed::InvalidQos},
        {"publish_dup_at_qos_0", "38", Malformed::InvalidQos},
        {"length_of_five_bytes", "30ffffffff", Malformed::RemainingLengthTooLong},
        {"puback_with_a_body_from_its_header", "4003", Malformed::LengthMismatch},
        {"pingreq_with_a_body", "c001", Malformed::LengthMismatch},
        {"disconnect_with_a_body", "e002", Malformed::LengthMismatch},
        {"unsuback_too_short", "b001", Malformed::LengthMismatch},
        {"larger_than_the_limit", "30808004", Malformed::PacketTooLarge},
    };
}

std::vector<Bad> connect_faults() {
    return {
        {"empty", "1000", Malformed::LengthMismatch},
        {"name_cut",
         "10040004"
         "4d51",
         Malformed::LengthMismatch},
        {"name_in_small_letters",
         "100d"
         "00046d717474"
         "04020000"
         "000161",
         Malformed::InvalidProtocolName},
        {"name_of_version_3_1",
         "100f"
         "00064d514973647003"
         "020000"
         "000161",
         Malformed::InvalidProtocolName},
        {"no_level",
         "1006"
         "00044d515454",
         Malformed::LengthMismatch},
        {"reserved_flag",
         "100d"
         "00044d515454"
         "04030000"
         "000161",
         Malformed::InvalidConnectFlags},
        {"will_qos_without_will",
         "100d"
         "00044d515454"
         "040a0000"
         "000161",
         Malformed::InvalidConnectFlags},
        {"will_retain_without_will",
         "100d"
         "00044d515454"
         "04220000"
         "000161",
         Malformed::InvalidConnectFlags},
        {"will_qos_3",
         "1013"
         "00044d515454"
         "041e0000"
         "000161"
         "000177"
         "000178",
         Malformed::InvalidConnectFlags},
        {"password_without_user_name",
         "1010"
         "00044d515454"
         "04420000"
         "000161"
         "000170",
         Malformed::InvalidConnectFlags},
        {"no_client_id",
         "100a"
         "00044d515454"
         "04020000",
         Malformed::LengthMismatch},
        {"client_id_not_utf8",
         "100d"
         "00044d515454"
         "04020000"
         "0001ff",
         Malformed::InvalidUtf8},
        {"user_name_not_utf8",
         "1010"
         "00044d515454"
         "04820000"
         "000161"
         "0001ff",
         Malformed::InvalidUtf8},
        {"will_topic_with_wildcard",
         "1013"
         "00044d515454"
         "04060000"
         "000161"
         "000123"
         "000178",
         Malformed::InvalidTopic},
        {"will_topic_empty",
         "1012"
         "00044d515454"
         "04060000"
         "000161"
         "0000"
         "000178",
         Malformed::InvalidTopic},
        {"will_missing",
         "100d"
         "00044d515454"
         "04060000"
         "000161",
         Malformed::LengthMismatch},
        {"user_name_missing",
         "100d"
         "00044d515454"
         "04820000"
         "000161",
         Malformed::LengthMismatch},
        {"password_missing",
         "1010"
         "00044d515454"
         "04c20000"
         "000161"
         "000175",
         Malformed::LengthMismatch},
        {"bytes_after_the_last_field",
         "100e"
         "00044d515454"
         "04020000"
         "000161"
         "00",
         Malformed::LengthMismatch},
    };
}

std::vector<Bad> other_faults() {
    return {
        {"connack_reserved_flag", "20020200", Malformed::ReservedFlags},
        {"connack_reserved_code", "20020006", Malformed::InvalidReturnCode},
        {"connack_session_present_though_refused", "20020101", Malformed::InvalidReturnCode},
        {"publish_empty_topic", "30020000", Malformed::InvalidTopic},
        {"publish_plus_in_topic", "30050003612b62", Malformed::InvalidTopic},
        {"publish_hash_in_topic",
         "3005000361"
         "2f23",
         Malformed::InvalidTopic},
        {"publish_no_topic", "3000", Malformed::LengthMismatch},
        {"publish_topic_cut", "3003000261", Malformed::LengthMismatch},
        {"publish_no_packet_id", "3203000161", Malformed::LengthMismatch},
        {"publish_half_packet_id", "320400016100", Malformed::LengthMismatch},
        {"publish_zero_packet_id", "32050001610000", Malformed::ZeroPacketId},
        {"publish_nul_in_topic",
         "3005"
         "0003610062",
         Malformed::InvalidUtf8},
        {"publish_surrogate_in_topic",
         "3005"
         "0003eda080",
         Malformed::InvalidUtf8},
        {"publish_overlong_in_topic",
         "3004"
         "0002c0af",
         Malformed::InvalidUtf8},
        {"puback_zero_packet_id", "40020000", Malformed::ZeroPacketId},
        {"pubrec_zero_packet_id", "50020000", Malformed::ZeroPacketId},
        {"pubrel_zero_packet_id", "62020000", Malformed::ZeroPacketId},
        {"pubcomp_zero_packet_id", "70020000", Malformed::ZeroPacketId},
        {"unsuback_zero_packet_id", "b0020000", Malformed::ZeroPacketId},
        {"subscribe_zero_packet_id",
         "82060000"
         "00016101",
         Malformed::ZeroPacketId},
        {"subscribe_nothing", "82020001", Malformed::NoSubscriptions},
        {"subscribe_empty_filter",
         "82050001"
         "000001",
         Malformed::InvalidTopic},
        {"subscribe_qos_3",
         "82060001"
         "00016103",
         Malformed::InvalidQos},
        {"subscribe_reserved_bits",
         "82060001"
         "00016181",
         Malformed::InvalidQos},
        {"subscribe_no_qos",
         "82050001"
         "000161",
         Malformed::LengthMismatch},
        {"subscribe_filter_not_utf8",
         "82060001"
         "0001c001",
         Malformed::InvalidUtf8},
        {"suback_zero_packet_id", "9003000001", Malformed::ZeroPacketId},
        {"suback_nothing", "90020001", Malformed::NoSubscriptions},
        {"suback_reserved_code", "9003000103", Malformed::InvalidReturnCode},
        {"unsubscribe_zero_packet_id",
         "a2050000"
         "000161",
         Malformed::ZeroPacketId},
        {"unsubscribe_nothing", "a2020001", Malformed::NoSubscriptions},
        {"unsubscribe_empty_filter",
         "a2040001"
         "0000",
         Malformed::InvalidTopic},
        {"unsubscribe_filter_cut",
         "a2050001"
         "000261",
         Malformed::LengthMismatch},
    };
}

std::string name_of(const testing::TestParamInfo<Bad>& param) {
    return param.param.name;
}

INSTANTIATE_TEST_SUITE_P(FixedHeader, MalformedPacket, testing::ValuesIn(header_faults()), name_of);
INSTANTIATE_TEST_SUITE_P(ConnectFields, MalformedPacket, testing::ValuesIn(connect_faults()), name_of);
INSTANTIATE_TEST_SUITE_P(OtherFields, MalformedPacket, testing::ValuesIn(other_faults()), name_of);

}  // namespace
}  // namespace millrace::mqtt
