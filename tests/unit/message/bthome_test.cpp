#include "message/bthome.h"

#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "message/bthome_objects.h"
#include "message/message.h"

namespace millrace::message {
namespace {

const Topic kPuck = parse_topic("bthome/puck/2/5448E6FFFE8F80A5");

base::Result<Message, DecodeError> decode_hex(const std::string& hex) {
    return decode(kPuck, *base::from_hex(hex));
}

// Of service data that must be understood.
Advertised advertised(const std::string& hex) {
    const auto message = decode_hex(hex);
    EXPECT_TRUE(message) << hex << ": " << message.error().detail;
    return message ? std::get<Advertised>(*message) : Advertised{};
}

std::string refusal(const std::string& hex) {
    const auto message = decode_hex(hex);
    EXPECT_FALSE(message) << hex;
    if (message) return "";
    EXPECT_EQ(message.error().fault, DecodeFault::WrongShape);
    return message.error().detail;
}

struct Example {
    const char* object;  // in hexadecimal digits
    const char* name;
    const char* value;  // as JSON has it
    const char* unit = "";
};

// What the page on BTHome's format gives for each measurement; those at the end of the table, which it does not have,
// are made by the same rules.
constexpr auto kMeasurements = std::to_array<Example>({
    {"0161", "battery", "97", "%"},
    {"02CA09", "temperature", "25.06", "°C"},
    {"03BF13", "humidity", "50.55", "%"},
    {"04138A01", "pressure", "1008.83", "hPa"},
    {"05138A14", "illuminance", "13460.67", "lx"},
    {"065E1F", "mass", "80.30", "kg"},
    {"073E1D", "mass", "74.86", "lb"},
    {"08CA06", "dew_point", "17.38", "°C"},
    {"0960", "count", "96"},
    {"0A138A14", "energy", "1346.067", "kWh"},
    {"0B021B00", "power", "69.14", "W"},
    {"0C020C", "voltage", "3.074", "V"},
    {"0D120C", "pm2_5", "3090", "µg/m³"},
    {"0E021C", "pm10", "7170", "µg/m³"},
    {"0F01", "generic", "true"},
    {"1001", "power_on", "true"},
    {"1100", "opening", "false"},
    {"12E204", "co2", "1250", "ppm"},
    {"133301", "tvoc", "307", "µg/m³"},
    {"14020C", "moisture", "30.74", "%"},
    {"1501", "battery_low", "true"},
    {"1601", "battery_charging", "true"},
    {"1700", "carbon_monoxide", "false"},
    {"1801", "cold", "true"},
    {"1900", "connectivity", "false"},
    {"1A00", "door", "false"},
    {"1B01", "garage_door", "true"},
    {"1C01", "gas_detected", "true"},
    {"1D00", "heat", "false"},
    {"1E01", "light", "true"},
    {"1F01", "lock", "true"},
    {"2001", "wet", "true"},
    {"2100", "motion", "false"},
    {"2201", "moving", "true"},
    {"2301", "occupancy", "true"},
    {"2400", "plug", "false"},
    {"2500", "presence", "false"},
    {"2601", "problem", "true"},
    {"2701", "running", "true"},
    {"2800", "safety", "false"},
    {"2901", "smoke", "true"},
    {"2A00", "sound", "false"},
    {"2B00", "tamper", "false"},
    {"2C01", "vibration", "true"},
    {"2D01", "window", "true"},
    {"2E23", "humidity", "35", "%"},
    {"2F23", "moisture", "35", "%"},
    {"3D0960", "count", "24585"},
    {"3E2A2C0960", "count", "1611213866"},
    {"3F020C", "rotation", "307.4", "°"},
    {"400C00", "distance", "12", "mm"},
    {"414E00", "distance", "7.8", "m"},
    {"424E3400", "duration", "13.390", "s"},
    {"434E34", "current", "13.390", "A"},
    {"444E34", "speed", "133.90", "m/s"},
    {"451101", "temperature", "27.3", "°C"},
    {"4632", "uv_index", "5.0"},
    {"478756", "volume", "2215.1", "L"},
    {"48DC87", "volume", "34780", "mL"},
    {"49DC87", "volume_flow_rate", "34.780", "m³/h"},
    {"4A020C", "voltage", "307.4", "V"},
    {"4B138A14", "gas", "1346.067", "m³"},
    {"4C41018A01", "gas", "25821.505", "m³"},
    {"4D12138A14", "energy", "344593.170", "kWh"},
    {"4E87562A01", "volume", "19551.879", "L"},
    {"4F87562A01", "water", "19551.879", "L"},
    {"518756", "acceleration", "22.151", "m/s²"},
    {"528756", "gyroscope", "22.151", "°/s"},
    {"530C48656C6C6F20576F726C6421", "text", R"("Hello World!")"},
    {"540C48656C6C6F20576F726C6421", "raw", R"("48656c6c6f20576f726c6421")"},
    {"5587562A01", "volume_storage", "19551.879", "L"},
    {"56E803", "conductivity", "1000", "µS/cm"},
    {"57EA", "temperature", "-22", "°C"},
    {"58EA", "temperature", "-7.70", "°C"},
    {"59EA", "count", "-22"},
    {"5AEAEA", "count", "-5398"},
    {"5BEA0234EA", "count", "-365690134"},
    {"5C02FBFFFF", "power", "-12.78", "W"},
    {"5D02EA", "current", "-5.630", "A"},
    {"5E9F8C", "direction", "359.99", "°"},
    {"5FA00F", "precipitation", "4000", "mm"},
    {"6001", "channel", "1"},
    {"61AC0D", "rotational_speed", "3500", "rpm"},
    {"6287D6FFFF", "speed", "-0.010617", "m/s"},
    {"6387562A01", "acceleration", "19.551879", "m/s²"},
    {"6405", "light_level", "5"},
});

// All that are published, with those that are no measurements.
std::vector<std::string> all_examples() {
    std::vector<std::string> all = {"0009",       "3A01",   "3A80",       "3C0103",  "3C020A",
                                    "505D396164", "F00100", "F100010204", "F2000106"};
    for (const Example& example : kMeasurements) all.emplace_back(example.object);
    return all;
}

TEST(Bthome, DecodesTheExampleOfEveryMeasurement) {
    for (const Example& example : kMeasurements) {
        const Advertised found = advertised(std::string("40") + example.object);
        ASSERT_EQ(found.measurements.size(), 1u) << example.object;
        EXPECT_TRUE(found.undecoded.empty()) << example.object;
        std::string expected = R"({"trigger_based":false,"measurements":[{"object_id":)" +
                               std::to_string(found.measurements.front().object_id) + R"(,"name":")" + example.name +
                               R"(","ordinal":1,"value":)" + example.value;
        if (*example.unit != '\0') expected += std::string(R"(,"unit":")") + example.unit + '"';
        EXPECT_EQ(to_json(found), expected + R"(}],"events":[]})");
        EXPECT_TRUE(nlohmann::json::accept(to_json(found)));
    }
}

TEST(Bthome, HasAnExampleForEveryIdOfTheTable) {
    std::set<std::uint8_t> tried;
    for (const std::string& example : all_examples()) tried.insert(base::from_hex(example)->front());
    std::set<std::uint8_t> known;
    for (const ObjectType& type : object_types()) known.insert(type.id);
    EXPECT_EQ(tried, known);
    EXPECT_EQ(known.size(), 93u);
    for (unsigned id = 0; id < 256; ++id) {
        const ObjectType* const type = find_object_type(static_cast<std::uint8_t>(id));
        EXPECT_EQ(type != nullptr, known.contains(static_cast<std::uint8_t>(id))) << id;
        if (type != nullptr) {
            EXPECT_EQ(type->id, id);
        }
    }
}

TEST(Bthome, EncodesEveryExampleAsItCame) {
    for (const std::string& example : all_examples()) {
        const base::Bytes bytes = *base::from_hex("40" + example);
        EXPECT_EQ(base::to_hex(encode(advertised("40" + example))), base::to_hex(bytes));
    }
}

// Each in an allocation of its own, so that a sanitizer sees a read behind the end.
TEST(Bthome, KeepsWhatComesBeforeACutAndTheRestRaw) {
    for (const std::string& example : all_examples()) {
        const base::Bytes whole = *base::from_hex("4009AB" + example);
        const Advertised all = advertised(base::to_hex(whole));
        for (std::size_t size = 3; size < whole.size(); ++size) {
            const base::Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            const Advertised found = advertised(base::to_hex(cut));
            ASSERT_EQ(found.measurements.size(), 1u) << example << " cut at " << size;
            EXPECT_EQ(found.measurements.front().raw, 0xAB);
            EXPECT_EQ(found.undecoded, base::Bytes(cut.begin() + 3, cut.end()));
            EXPECT_EQ(encode(found), cut);
            EXPECT_FALSE(found == all);
        }
        EXPECT_FALSE(decode(kPuck, {}));
    }
}

TEST(Bthome, DecodesTheExampleOfAWholeAdvertisement) {
    const Advertised found = advertised("4002C40903BF13");
    EXPECT_FALSE(found.trigger_based);
    EXPECT_EQ(found.temperature_centidegrees(), 2500);
    EXPECT_EQ(found.humidity_hundredths(), 5055);
    EXPECT_EQ(to_json(found),
              R"({"trigger_based":false,"measurements":[)"
              R"({"object_id":2,"name":"temperature","ordinal":1,"value":25.00,"unit":"°C"},)"
              R"({"object_id":3,"name":"humidity","ordinal":1,"value":50.55,"unit":"%"}],"events":[]})");
}

TEST(Bthome, DecodesWhatIsOfTheDeviceItself) {
    const Advertised found = advertised("440009505D396164F00100F100010204");
    EXPECT_TRUE(found.trigger_based);
    EXPECT_EQ(found.packet_id, 9);
    EXPECT_EQ(found.timestamp_s, 1684093277u);
    EXPECT_EQ(found.device_type, 1);
    ASSERT_TRUE(found.firmware);
    EXPECT_EQ(found.firmware->str(), "4.2.1.0");
    EXPECT_EQ(advertised("40F2000106").firmware->str(), "6.1.0");
    EXPECT_EQ(to_json(found), R"({"trigger_based":true,"packet_id":9,"measurements":[],"events":[],)"
                              R"("timestamp":1684093277,"device_type":1,"firmware":"4.2.1.0"})");
}

TEST(Bthome, NamesEveryEventOfButtonsAndDimmers) {
    const std::vector<std::pair<const char*, const char*>> events = {
        {"3A00", "none"},
        {"3A01", "press"},
        {"3A02", "double_press"},
        {"3A03", "triple_press"},
        {"3A04", "long_press"},
        {"3A05", "long_double_press"},
        {"3A06", "long_triple_press"},
        {"3A80", "hold_press"},
        {"3C0000", "none"},
        {"3C0103", "rotate_left"},
        {"3C020A", "rotate_right"},
    };
    for (const auto& [object, expected] : events) {
        const Advertised found = advertised(std::string("44") + object);
        ASSERT_EQ(found.events.size(), 1u) << object;
        EXPECT_EQ(name_of_event(found.events.front()), expected) << object;
    }
    EXPECT_EQ(advertised("443C020A").events.front().steps, 10);
    EXPECT_EQ(name_of_event(advertised("443A7F").events.front()), "");
    EXPECT_EQ(to_json(advertised("443A7F3C0103")),
              R"({"trigger_based":true,"measurements":[],"events":[)"
              R"({"object_id":58,"name":"button","ordinal":1,"event":127},)"
              R"({"object_id":60,"name":"dimmer","ordinal":1,"event":"rotate_left","steps":3}]})");
}

TEST(Bthome, CountsThoseOfOneProperty) {
    const Advertised found = advertised("4402C409200020013A003A0145110157EA");
    std::vector<int> ordinals;
    for (const Measurement& measurement : found.measurements) ordinals.push_back(measurement.ordinal);
    EXPECT_EQ(ordinals, (std::vector<int>{1, 1, 2, 2, 3})) << "of whatever size a temperature is";
    ASSERT_EQ(found.events.size(), 2u);
    EXPECT_EQ(name_of_event(found.events[0]), "none");
    EXPECT_EQ(found.events[1].ordinal, 2) << "the second button was pressed";
}

TEST(Bthome, StopsAtAnIdItDoesNotKnow) {
    const Advertised found = advertised("40016165FF0120010000");
    ASSERT_EQ(found.measurements.size(), 1u);
    EXPECT_FALSE(found.wet()) << "what follows may be anything";
    EXPECT_EQ(base::to_hex(found.undecoded), "65ff0120010000");
    EXPECT_NE(to_json(found).find(R"("undecoded":"65ff0120010000")"), std::string::npos);
}

TEST(Bthome, RefusesOtherVersionsAndWhatIsStillEncrypted) {
    EXPECT_NE(refusal("2002C409").find("version 2"), std::string::npos);
    EXPECT_NE(refusal("6002C409").find("version 2"), std::string::npos);
    EXPECT_NE(refusal("0002C409").find("version 2"), std::string::npos);
    EXPECT_NE(refusal("41e445f3c9962b332211006c7c4519").find("encrypted"), std::string::npos);
    EXPECT_NE(refusal("").find("missing"), std::string::npos);
}

TEST(Bthome, RefusesTheBitOfWhichSourcesDiffer) {
    EXPECT_NE(refusal("42A5808FE6485402C409").find("bit 1"), std::string::npos);
}

TEST(Bthome, KeepsFlagsThatNobodyKnows) {
    EXPECT_EQ(advertised("5C2001").unknown_flags, 0x18);
    EXPECT_EQ(advertised("5C2001").wet(), true);
    EXPECT_EQ(encode(advertised("5C2001")), *base::from_hex("5C2001"));
}

TEST(Bthome, DropsNoByteAtTheEnd) {
    EXPECT_EQ(advertised("402000").wet(), false) << "a NUL is a value here";
    EXPECT_EQ(advertised("40010A").battery_percent(), 10) << "and so is a line end";
}

TEST(Bthome, RefusesMoreBytesThanAnAdvertisementHas) {
    base::Bytes longest = {0x40};
    while (longest.size() + 2 <= kMaxServiceDataBytes) longest.insert(longest.end(), {0x09, 0x01});
    ASSERT_TRUE(decode(kPuck, longest));
    longest.resize(kMaxServiceDataBytes + 1);
    const auto found = decode(kPuck, longest);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().fault, DecodeFault::TooLarge);
}

TEST(Bthome, KnowsAnAdvertisementThatSaysNothing) {
    const Advertised found = advertised("40");
    EXPECT_EQ(found, Advertised{});
    EXPECT_FALSE(found.water());
    EXPECT_FALSE(found.flow());
    EXPECT_FALSE(found.volume_storage());
    EXPECT_FALSE(found.wet());
    EXPECT_FALSE(found.moisture_hundredths());
    EXPECT_FALSE(found.battery_percent());
    EXPECT_FALSE(found.battery_low());
    EXPECT_FALSE(found.voltage_millivolts());
    EXPECT_FALSE(found.temperature_centidegrees());
    EXPECT_FALSE(found.humidity_hundredths());
}

TEST(Bthome, TakesTheBestTotalizerWithItsModulus) {
    constexpr std::int64_t kRange32 = 4'294'967'296'000;  // of millilitres, in microlitres
    const auto total = [](const char* hex) { return advertised(hex).water().value_or(Totalizer{}); };
    EXPECT_EQ(total("404887DC"), (Totalizer{{56'455'000}, {65'536'000}}));
    EXPECT_EQ(total("4047875648DC87"), (Totalizer{{2'215'100'000}, {6'553'600'000}}));
    EXPECT_EQ(total("404787564EFFFFFFFF"), (Totalizer{{kRange32 - 1'000}, {kRange32}}));
    EXPECT_EQ(total("404E010000004F87562A01"), (Totalizer{{19'551'879'000}, {kRange32}}));
    EXPECT_FALSE(advertised("405587562A01").water()) << "what is stored is not what has flowed";
    EXPECT_FALSE(advertised("404B138A14").water()) << "gas";
}

TEST(Bthome, RoundsTheFlowRateToTheNearestMicrolitrePerSecond) {
    const auto flow = [](const std::string& object) {
        return advertised("40" + object).flow().value_or(base::FlowRate{-1}).microlitres_per_second;
    };
    EXPECT_EQ(flow("49DC87"), 9'661'111);  // 34.780 m³/h
    EXPECT_EQ(flow("490000"), 0);
    EXPECT_EQ(flow("490100"), 278);         // a litre an hour is 277.8
    EXPECT_EQ(flow("490200"), 556);         // 555.6
    EXPECT_EQ(flow("490500"), 1389);        // 1388.9
    EXPECT_EQ(flow("490700"), 1944);        // 1944.4
    EXPECT_EQ(flow("49FFFF"), 18'204'167);  // 18,204,166.7
}

TEST(Bthome, CallsAPuckWetWhenAnyOfItsContactsIs) {
    EXPECT_EQ(advertised("442000").wet(), false);
    EXPECT_EQ(advertised("442001").wet(), true);
    EXPECT_EQ(advertised("4420002001").wet(), true);
    EXPECT_EQ(advertised("4420012000").wet(), true);
    EXPECT_EQ(advertised("442002").wet(), true) << "the page knows 0 and 1 only: better a false alarm than none";
}

TEST(Bthome, GivesEachQuantityInOneUnitWhateverItsObject) {
    EXPECT_EQ(advertised("4014020C").moisture_hundredths(), 3074);
    EXPECT_EQ(advertised("402F23").moisture_hundredths(), 3500);
    EXPECT_EQ(advertised("400161").battery_percent(), 97);
    EXPECT_EQ(advertised("401501").battery_low(), true);
    EXPECT_EQ(advertised("401500").battery_low(), false);
    EXPECT_EQ(advertised("400C020C").voltage_millivolts(), 3074);
    EXPECT_EQ(advertised("404A020C").voltage_millivolts(), 307'400);
    EXPECT_EQ(advertised("4002CA09").temperature_centidegrees(), 2506);
    EXPECT_EQ(advertised("40451101").temperature_centidegrees(), 2730);
    EXPECT_EQ(advertised("4057EA").temperature_centidegrees(), -2200);
    EXPECT_EQ(advertised("4058EA").temperature_centidegrees(), -770);
    EXPECT_EQ(advertised("4003BF13").humidity_hundredths(), 5055);
    EXPECT_EQ(advertised("402E23").humidity_hundredths(), 3500);
    EXPECT_EQ(advertised("405587562A01").volume_storage(), base::Volume{19'551'879'000});
    EXPECT_EQ(advertised("40451101"
                         "57EA")
                  .temperature_centidegrees(),
              2730)
        << "the finer one";
}

TEST(Bthome, WritesSmallAndNegativeNumbersWithAllTheirDecimals) {
    EXPECT_EQ(decimal(*find_object_type(0x02), 0), "0.00");
    EXPECT_EQ(decimal(*find_object_type(0x02), 5), "0.05");
    EXPECT_EQ(decimal(*find_object_type(0x02), -5), "-0.05");
    EXPECT_EQ(decimal(*find_object_type(0x02), -32768), "-327.68");
    EXPECT_EQ(decimal(*find_object_type(0x62), 1), "0.000001");
    EXPECT_EQ(decimal(*find_object_type(0x62), -2147483648LL), "-2147.483648");
    EXPECT_EQ(decimal(*find_object_type(0x58), 127), "44.45");
    EXPECT_EQ(decimal(*find_object_type(0x01), 0), "0");
}

TEST(Bthome, ReplacesInJsonWhatIsNotUtf8) {
    EXPECT_TRUE(nlohmann::json::accept(to_json(advertised("405302FF22"))));
    EXPECT_TRUE(nlohmann::json::accept(to_json(advertised("405300"))));
}

TEST(Bthome, EncodesLowIdsFirstAndKeepsTheOrderOfEachList) {
    Advertised device;
    device.packet_id = 7;
    device.device_type = 3;
    device.events = {{object_id::kButton, 1, 1, 0}};
    device.measurements = {
        {object_id::kBattery, 1, 97, {}}, {object_id::kWet, 1, 1, {}}, {object_id::kWater, 1, 5, {}}};
    EXPECT_EQ(base::to_hex(encode(device)), "400007016120013a014f05000000f00300");
}

TEST(Bthome, EncodesATotalizerThatRunsOver) {
    Advertised meter;
    meter.measurements = {{object_id::kWater, 1, (std::int64_t{1} << 32) + 5, {}}};
    EXPECT_EQ(advertised(base::to_hex(encode(meter))).water()->volume, base::Volume{5'000});
}

TEST(Bthome, LeavesOutWhatIsNoMeasurement) {
    Advertised odd;
    odd.measurements = {{0xEE, 1, 1, {}}, {object_id::kButton, 1, 1, {}}};
    odd.events = {{object_id::kWet, 1, 1, 0}};
    EXPECT_EQ(base::to_hex(encode(odd)), "40");
}

TEST(Bthome, CutsTextThatIsTooLongForItsLengthByte) {
    Advertised talker;
    talker.measurements = {{object_id::kText, 1, 0, base::Bytes(300, 'x')}};
    EXPECT_EQ(encode(talker).size(), 1u + 2u + 255u);
}

}  // namespace
}  // namespace millrace::message
