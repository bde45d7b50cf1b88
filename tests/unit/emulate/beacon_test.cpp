#include "emulate/beacon.h"

#include <gtest/gtest.h>

#include <set>

#include "message/message.h"
#include "payload/advertisement_cipher.h"

namespace millrace::emulate {
namespace {

using base::Milliseconds;

const base::BluetoothAddress kAddress = *base::BluetoothAddress::parse("00:1A:7D:DA:71:00");
const payload::BindKey kKey = *payload::BindKey::from_bytes(base::Bytes(16, 0x42));

// As the daemon reads it.
message::Advertised read(const base::Bytes& plain) {
    message::Topic topic;
    topic.kind = message::Kind::Advertisement;
    topic.flags = message::kFlagsPlain;
    const auto decoded = message::decode(topic, plain);
    EXPECT_TRUE(decoded && std::holds_alternative<message::Advertised>(*decoded));
    return decoded ? std::get<message::Advertised>(*decoded) : message::Advertised{};
}

TEST(Beacon, APuckIsWetFromThenToThen) {
    Beacon puck(PuckSettings{Milliseconds{10'000}, Milliseconds{5'000}, 87}, std::nullopt);
    const auto first = read(puck.say(Milliseconds{0}));
    EXPECT_EQ(first.wet(), false);
    EXPECT_EQ(first.battery_percent(), 87);
    EXPECT_EQ(first.temperature_centidegrees(), 2'150);
    EXPECT_EQ(read(puck.say(Milliseconds{9'999})).wet(), false);
    EXPECT_EQ(read(puck.say(Milliseconds{10'000})).wet(), true);
    EXPECT_EQ(read(puck.say(Milliseconds{14'999})).wet(), true);
    EXPECT_EQ(read(puck.say(Milliseconds{15'000})).wet(), false);
}

TEST(Beacon, APuckTellsWhenItsContactsChange) {
    const Beacon dry(PuckSettings{}, std::nullopt);
    EXPECT_EQ(dry.next_change(Milliseconds{0}), std::nullopt);
    const Beacon puck(PuckSettings{Milliseconds{10'000}, Milliseconds{5'000}}, std::nullopt);
    EXPECT_EQ(puck.next_change(Milliseconds{0}), Milliseconds{10'000});
    EXPECT_EQ(puck.next_change(Milliseconds{10'000}), Milliseconds{15'000});
    EXPECT_EQ(puck.next_change(Milliseconds{15'000}), std::nullopt);
    const Beacon wet(PuckSettings{Milliseconds{0}, std::nullopt}, std::nullopt);
    EXPECT_EQ(wet.next_change(Milliseconds{0}), std::nullopt);
}

TEST(Beacon, ThePacketIdRisesWithWhatIsSaidOnly) {
    Beacon puck(PuckSettings{Milliseconds{10'000}, std::nullopt}, std::nullopt);
    const auto first = puck.say(Milliseconds{0});
    EXPECT_EQ(puck.say(Milliseconds{5'000}), first);
    EXPECT_EQ(*read(puck.say(Milliseconds{10'000})).packet_id, *read(first).packet_id + 1);
}

TEST(Beacon, AMetersTotalRisesWithItsFlow) {
    MeterSettings settings;
    settings.flow = base::FlowRate{100'000};  // 6 l/min
    settings.total = base::Volume{1'234'000'000};
    Beacon meter(settings, std::nullopt);
    const auto first = read(meter.say(Milliseconds{0}));
    EXPECT_EQ(first.water()->volume, base::Volume{1'234'000'000});
    EXPECT_EQ(first.flow()->microlitres_per_second, 100'000);
    EXPECT_EQ(read(meter.say(Milliseconds{60'000})).water()->volume, base::Volume{1'240'000'000});
    EXPECT_EQ(meter.next_change(Milliseconds{0}), std::nullopt);
}

TEST(Beacon, AMetersRegisterRunsOver) {
    MeterSettings settings;
    settings.total = base::Volume{4'294'967'295'000};
    settings.flow = base::FlowRate{1'000};
    Beacon meter(settings, std::nullopt);
    EXPECT_EQ(read(meter.say(Milliseconds{1'000})).water()->volume, base::Volume{0});
}

TEST(Beacon, ASealedOneCountsUpAndFitsAnAdvertisement) {
    constexpr std::size_t kRoom = 31 - 3 - 4;  // an advertisement less its flags and the head of the service data
    for (const bool meter : {false, true}) {
        std::variant<PuckSettings, MeterSettings> device = PuckSettings{};
        if (meter) device = MeterSettings{};
        Beacon beacon(device, Seal{kAddress, kKey, 1'000});
        std::set<base::Bytes> all;
        for (std::uint32_t i = 0; i < 3; ++i) {
            const auto data = beacon.say(Milliseconds{0});
            EXPECT_LE(data.size(), kRoom);
            EXPECT_TRUE(all.insert(data).second);
            const auto opened = payload::open_advertisement(data, kAddress, kKey);
            ASSERT_TRUE(opened);
            EXPECT_EQ(opened->counter, 1'000 + i);
            EXPECT_EQ(read(opened->plain).battery_percent(), 90);
        }
    }
}

}  // namespace
}  // namespace millrace::emulate
