#include "hub/neighbours.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "payload/advertisement_cipher.h"
#include "support/fakes.h"
#include "unit/hub/frames.h"

namespace millrace::hub {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const base::BluetoothAddress kPuckAddress = *base::BluetoothAddress::parse("A4:C1:38:00:11:22");

class NeighboursTest : public ::testing::Test {
protected:
    NeighboursTest() { hub_.restore({}); }

    void adopt(ports::BluetoothRole role = ports::BluetoothRole::Puck) {
        const std::vector<ports::AdoptedDevice> house = {{kPuckAddress, role, "Boiler", "basement", false}};
        hub_.set_adopted(house);
        neighbours_.set_adopted(house);
    }
    void say(const std::string& hex, const base::BluetoothAddress& address = kPuckAddress,
             std::optional<std::int64_t> rssi = -60) {
        neighbours_.on_advertisement({address, *base::from_hex(hex), "leaky", rssi, "hci0", clock_.wall_now()});
    }
    std::size_t frames() const { return store_.commits.size(); }
    void pass(base::Milliseconds time) { clock_.advance(time); }
    static payload::BindKey key() { return *payload::BindKey::from_bytes(base::Bytes(payload::BindKey::kBytes, 3)); }

    support::FakeClock clock_{base::from_unix_s(kStart)};
    support::FakeStore store_;
    support::RecordedNotices notices_;
    support::CountingRandom random_;
    Hub hub_{{}, payload::KeyRing{}, {store_, store_, clock_, random_, notices_, nullptr}};
    Neighbours neighbours_{hub_, clock_};
};

TEST_F(NeighboursTest, StrangersAreListedAndNotKept) {
    say("40015d02c4092001");
    ASSERT_THAT(neighbours_.heard(), SizeIs(1));
    const ports::HeardDevice heard = neighbours_.heard()[0];
    EXPECT_EQ(heard.address, kPuckAddress);
    EXPECT_EQ(heard.name, "leaky");
    EXPECT_EQ(heard.rssi_dbm, -60);
    EXPECT_EQ(heard.advertisements, 1u);
    EXPECT_THAT(heard.values,
                ElementsAre(ports::HeardValue{"battery", "93", "%"}, ports::HeardValue{"temperature", "25.00", "°C"},
                            ports::HeardValue{"wet", "yes", ""}));
    EXPECT_EQ(frames(), 0u);
    EXPECT_THAT(hub_.live().pucks, IsEmpty());
}

TEST_F(NeighboursTest, WhatADeviceOfTheHouseSaysIsAFrame) {
    adopt();
    say("40015d2001");
    ASSERT_EQ(frames(), 1u);
    const ports::Frame frame = store_.commits[0].frame;
    EXPECT_EQ(frame.topic, "bthome/puck/2/A4C138FFFE001122");
    EXPECT_EQ(frame.door, ports::Door::Bluetooth);
    EXPECT_EQ(frame.payload, *base::from_hex("40015d2001"));
    const ports::LiveState live = hub_.live();
    ASSERT_THAT(live.pucks, SizeIs(1));
    EXPECT_EQ(live.pucks[0].wet, true);
    EXPECT_EQ(live.pucks[0].says.name, "Boiler");
    EXPECT_EQ(live.pucks[0].says.rssi_dbm, -60);
}

TEST_F(NeighboursTest, APressIsShownLive) {
    adopt();
    say("40015d2000");
    EXPECT_FALSE(hub_.live().pucks[0].has_buttons);
    pass(base::Seconds{10});
    say("443a04");
    const ports::LivePuck puck = hub_.live().pucks.at(0);
    EXPECT_TRUE(puck.has_buttons);
    EXPECT_EQ(puck.last_press, (ports::LivePress{clock_.wall_now(), 1, "long_press"}));
}

TEST_F(NeighboursTest, ARepeatIsNoFrameButForOneNowAndThen) {
    adopt();
    for (int i = 0; i < 50; ++i) {
        say("40015d2000");
        pass(base::Seconds{10});
    }
    EXPECT_EQ(frames(), 1u);
    pass(Neighbours::kToldAgain);
    say("40015d2000");
    EXPECT_EQ(frames(), 2u);
}

TEST_F(NeighboursTest, TheSlowerAdapterAddsNothing) {
    adopt();
    say("4000012000");
    say("4000022001");
    say("4000012000");
    EXPECT_EQ(frames(), 2u);
    EXPECT_EQ(hub_.live().pucks[0].wet, true);
}

TEST_F(NeighboursTest, AButtonWithoutPacketIdsMayBePressedTwice) {
    adopt();
    say("443a01");
    pass(base::Milliseconds{300});
    say("443a01");  // of the same press
    EXPECT_EQ(frames(), 1u);
    pass(base::Seconds{10});
    say("443a01");
    EXPECT_EQ(frames(), 2u);
    // With packet ids that is a repeat.
    say("4400093a01");
    pass(base::Seconds{10});
    say("4400093a01");
    EXPECT_EQ(frames(), 3u);
}

TEST_F(NeighboursTest, AFloodIsCutOff) {
    adopt();
    for (int i = 0; i < 1'000; ++i) say("4000" + base::to_hex(base::Bytes{static_cast<std::uint8_t>(i)}) + "2000");
    EXPECT_LE(frames(), static_cast<std::size_t>(Neighbours::kFramesAtOnce));
    EXPECT_GT(neighbours_.dropped(), 0u);
    std::vector<ports::Metric> metrics;
    neighbours_.metrics(metrics);
    ASSERT_THAT(metrics, SizeIs(1));
    EXPECT_EQ(metrics[0].name, "millrace_bluetooth_advertisements_dropped_total");
    EXPECT_EQ(metrics[0].value, static_cast<double>(neighbours_.dropped()));
    pass(base::Seconds{5});
    say("4000ff2001");
    EXPECT_EQ(hub_.live().pucks[0].wet, true);
}

TEST_F(NeighboursTest, TheListIsBoundedAndKeepsTheHouse) {
    adopt();
    say("402000");
    for (std::uint32_t i = 0; i < 1'000; ++i) {
        pass(base::Milliseconds{10});
        say("40015d", base::BluetoothAddress(
                          {1, 2, 3, 4, static_cast<std::uint8_t>(i >> 8U), static_cast<std::uint8_t>(i & 0xFFU)}));
    }
    const auto heard = neighbours_.heard();
    EXPECT_EQ(heard.size(), Neighbours::kMaxHeard);
    EXPECT_TRUE(std::any_of(heard.begin(), heard.end(), [](const auto& one) { return one.address == kPuckAddress; }));
}

TEST_F(NeighboursTest, WhoHasBeenSilentForLongIsNotListed) {
    say("402000");
    pass(Neighbours::kListedFor);
    EXPECT_THAT(neighbours_.heard(), IsEmpty());
}

TEST_F(NeighboursTest, EncryptedOnesSayWhatTheyNeed) {
    const auto sealed = *payload::seal_advertisement(*base::from_hex("402001"), kPuckAddress, key(), 7);
    say(base::to_hex(sealed));
    ASSERT_THAT(neighbours_.heard(), SizeIs(1));
    EXPECT_TRUE(neighbours_.heard()[0].encrypted);
    EXPECT_EQ(neighbours_.heard()[0].problem, problem_of(AdvertisedFault::NoKey));
    EXPECT_THAT(neighbours_.heard()[0].values, IsEmpty());

    payload::KeyRing keys;
    keys.set_bind_key(kPuckAddress.device_id(), key());
    hub_.set_keys(std::move(keys));
    adopt();
    say(base::to_hex(sealed));
    EXPECT_EQ(neighbours_.heard()[0].problem, "");
    EXPECT_THAT(neighbours_.heard()[0].values, SizeIs(1));
    EXPECT_EQ(hub_.live().pucks[0].wet, true);
    // What is not believed is not shown.
    say("402000");
    EXPECT_EQ(neighbours_.heard()[0].problem, problem_of(AdvertisedFault::InTheClear));
    EXPECT_EQ(hub_.live().pucks[0].wet, true);
}

TEST_F(NeighboursTest, AnAdoptedPuckIsShownBeforeItIsHeard) {
    adopt();
    ASSERT_THAT(hub_.live().pucks, SizeIs(1));
    EXPECT_FALSE(hub_.live().pucks[0].wet);
    EXPECT_FALSE(hub_.live().pucks[0].last_seen);
}

TEST_F(NeighboursTest, OneThatIsForgottenIsNotShown) {
    adopt();
    say("402001");
    hub_.set_adopted({});
    neighbours_.set_adopted({});
    EXPECT_THAT(hub_.live().pucks, IsEmpty());
    say("402000");
    EXPECT_EQ(frames(), 1u);
}

// A still meter says the same again and again; that is no frame each time, and yet the water after it began only then.
TEST_F(NeighboursTest, WaterOfAMeterBeganWhenItWasLastHeardToStandStill) {
    adopt(ports::BluetoothRole::Meter);
    for (int i = 0; i < 30; ++i) {
        say("4000074f40420f00");
        pass(base::Seconds{10});
    }
    EXPECT_EQ(frames(), 1u);
    say("4000084ff84d0f00");  // three litres more
    EXPECT_EQ(frames(), 3u);
    const auto& recent = hub_.pipeline().house().sensors.at(kPuckAddress.device_id()).meter.recent;
    const auto first =
        std::find_if(recent.begin(), recent.end(), [](const auto& reading) { return reading.advance.value > 0; });
    ASSERT_NE(first, recent.end());
    EXPECT_GE(first->time, clock_.wall_now() - base::Seconds{10});
}

// Else whoever is near could keep leaks from being looked for.
TEST_F(NeighboursTest, AForgeryDoesNotBlindAMeter) {
    const auto sealed = [](std::uint32_t counter) {
        return base::to_hex(
            *payload::seal_advertisement(*base::from_hex("404f40420f00"), kPuckAddress, key(), counter));
    };
    adopt(ports::BluetoothRole::Meter);
    say(sealed(5));
    EXPECT_FALSE(hub_.live().sensors.at(0).readings_known) << "its key is not known";
    payload::KeyRing keys;
    keys.set_bind_key(kPuckAddress.device_id(), key());
    hub_.set_keys(std::move(keys));
    say(sealed(7));
    EXPECT_TRUE(hub_.live().sensors.at(0).readings_known);
    std::string garbled = sealed(8);
    garbled.back() = garbled.back() == '0' ? '1' : '0';
    for (const std::string& forgery : {sealed(6), garbled, std::string("404f00000000")}) {
        say(forgery);
        EXPECT_TRUE(hub_.live().sensors.at(0).readings_known) << forgery;
        EXPECT_NE(hub_.live().sensors.at(0).says->problem, "") << forgery;
    }
}

TEST_F(NeighboursTest, AMeterIsASensorWithAName) {
    adopt(ports::BluetoothRole::Meter);
    say("404f40420f00");
    const ports::LiveState live = hub_.live();
    EXPECT_THAT(live.pucks, IsEmpty());
    ASSERT_THAT(live.sensors, SizeIs(1));
    ASSERT_TRUE(live.sensors[0].says);
    EXPECT_EQ(live.sensors[0].says->name, "Boiler");
    EXPECT_TRUE(live.sensors[0].calibrated);
    EXPECT_TRUE(live.sensors[0].readings_known);
}

}  // namespace
}  // namespace millrace::hub
