// What Bluetooth devices advertise, through the pipeline.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <set>
#include <string_view>

#include "hub/pipeline.h"
#include "message/advertised_state.h"
#include "message/bthome_objects.h"
#include "meter/advertised_total.h"
#include "payload/advertisement_cipher.h"
#include "unit/hub/frames.h"

namespace millrace::hub {
namespace {

namespace states = message::advertised_state;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const base::BluetoothAddress kAddress = *base::BluetoothAddress::parse("A4:C1:38:00:11:22");
const base::DeviceId kDevice = kAddress.device_id();

payload::BindKey bind_key(std::uint8_t fill = 3) {
    return *payload::BindKey::from_bytes(base::Bytes(payload::BindKey::kBytes, fill));
}

ports::Frame advertised(message::Role role, std::string_view hex, std::int64_t at = kStart) {
    ports::Frame frame;
    frame.received = base::from_unix_s(at);
    frame.door = ports::Door::Bluetooth;
    frame.topic = message::advertisement_topic(role, false, kAddress);
    frame.payload = *base::from_hex(hex);
    return frame;
}

ports::Frame encrypted(message::Role role, std::string_view hex, std::uint32_t counter, std::int64_t at = kStart) {
    ports::Frame frame = advertised(role, hex, at);
    frame.topic = message::advertisement_topic(role, true, kAddress);
    frame.payload = *payload::seal_advertisement(frame.payload, kAddress, bind_key(), counter);
    return frame;
}

ports::Frame owners_word(message::Role role, std::int64_t at = kStart) {
    ports::Frame frame = advertised(role, "", at);
    frame.direction = base::Direction::ToBridge;
    return frame;
}

template <typename T>
std::vector<T> of(const Outcome& outcome) {
    std::vector<T> found;
    for (const auto& projection : outcome.projections) {
        if (const auto* one = std::get_if<T>(&projection)) found.push_back(*one);
    }
    return found;
}

class PipelineAdvertised : public ::testing::Test {
protected:
    static payload::KeyRing with_key() {
        payload::KeyRing keys;
        keys.set_bind_key(kDevice, bind_key());
        return keys;
    }
    const Device& device(const Pipeline& pipeline) { return pipeline.house().devices.at(kDevice); }

    Pipeline pipeline_{payload::KeyRing{}};
    Pipeline keyed_{with_key()};
};

TEST_F(PipelineAdvertised, APuckIsADeviceWithStates) {
    const Outcome outcome = pipeline_.apply(advertised(message::Role::Puck, "40015d02c4092001"));
    EXPECT_EQ(outcome.understanding, Understanding::Decoded);
    ASSERT_THAT(of<ports::DeviceRecord>(outcome), SizeIs(1));
    EXPECT_EQ(of<ports::DeviceRecord>(outcome)[0].kind, ports::DeviceKind::Puck);
    ASSERT_THAT(of<ports::StateRecord>(outcome), SizeIs(1));
    EXPECT_EQ(device(pipeline_).states.at(states::kWet), 1);
    EXPECT_EQ(device(pipeline_).states.at(states::kBatteryPercent), 93);
    EXPECT_EQ(device(pipeline_).states.at(states::kTemperatureCentidegrees), 2'500);
    EXPECT_EQ(device(pipeline_).wet_since, base::from_unix_s(kStart));
    EXPECT_THAT(outcome.readings, IsEmpty());
}

TEST_F(PipelineAdvertised, TheSameWordsAreKeptOnce) {
    (void)pipeline_.apply(advertised(message::Role::Puck, "40015d2001"));
    const Outcome again = pipeline_.apply(advertised(message::Role::Puck, "40015d2001", kStart + 700));
    EXPECT_THAT(of<ports::StateRecord>(again), IsEmpty());
    EXPECT_EQ(device(pipeline_).last_seen, base::from_unix_s(kStart + 700));
    EXPECT_EQ(device(pipeline_).wet_since, base::from_unix_s(kStart));
    const Outcome dry = pipeline_.apply(advertised(message::Role::Puck, "40015d2000", kStart + 900));
    EXPECT_THAT(of<ports::StateRecord>(dry), SizeIs(1));
    EXPECT_FALSE(device(pipeline_).wet_since);
}

TEST_F(PipelineAdvertised, AMeterHasReadingsAtItsOwnWorth) {
    // 1,000.000 l, then 1,006.000 l half a minute later.
    EXPECT_THAT(pipeline_.apply(advertised(message::Role::Meter, "404f40420f00")).readings, SizeIs(1));
    const Outcome later = pipeline_.apply(advertised(message::Role::Meter, "404fb0590f00", kStart + 30));
    EXPECT_THAT(later.readings, SizeIs(6));
    EXPECT_EQ(pipeline_.house().sensors.at(kDevice).meter.lifetime, base::Volume{6'000'000});
    EXPECT_THAT(of<ports::ReadingRecord>(later), SizeIs(6));
    EXPECT_THAT(of<ports::MeterRecord>(later), SizeIs(1));
    EXPECT_EQ(device(pipeline_).record.kind, ports::DeviceKind::Meter);
}

TEST_F(PipelineAdvertised, ATotalOfAPuckIsNoWater) {
    (void)pipeline_.apply(advertised(message::Role::Puck, "404f40420f00"));
    EXPECT_THAT(pipeline_.apply(advertised(message::Role::Puck, "404fb0590f00", kStart + 30)).readings, IsEmpty());
}

TEST_F(PipelineAdvertised, AButtonIsAnEventOfItsOwnAndARepeatIsNone) {
    const Outcome press = pipeline_.apply(advertised(message::Role::Puck, "4400093a01"));
    ASSERT_THAT(of<ports::EventRecord>(press), SizeIs(1));
    EXPECT_EQ(states::event_of(of<ports::EventRecord>(press)[0].type).event, 1);
    EXPECT_THAT(of<ports::EventRecord>(pipeline_.apply(advertised(message::Role::Puck, "4400093a01", kStart + 700))),
                IsEmpty());
    const Outcome second = pipeline_.apply(advertised(message::Role::Puck, "44000a3a003a02", kStart + 800));
    ASSERT_THAT(of<ports::EventRecord>(second), SizeIs(1));
    EXPECT_EQ(of<ports::EventRecord>(second)[0].extra, "no. 2");
}

TEST_F(PipelineAdvertised, TheLastPressOfAButtonIsKnown) {
    (void)pipeline_.apply(advertised(message::Role::Puck, "40015d"));
    EXPECT_FALSE(device(pipeline_).last_press);
    (void)pipeline_.apply(advertised(message::Role::Puck, "4400093a003a02", kStart + 10));
    const ports::LivePress twice{base::from_unix_s(kStart + 10), 2, "double_press"};
    EXPECT_EQ(device(pipeline_).last_press, twice);
    // The same word once more, and one of buttons at rest.
    (void)pipeline_.apply(advertised(message::Role::Puck, "4400093a003a02", kStart + 20));
    (void)pipeline_.apply(advertised(message::Role::Puck, "44000a3a003a00", kStart + 30));
    EXPECT_EQ(device(pipeline_).last_press, twice);
    // A dimmer is no button, and what no one knows has no name.
    (void)pipeline_.apply(advertised(message::Role::Puck, "44000b3c0103", kStart + 40));
    (void)pipeline_.apply(advertised(message::Role::Puck, "44000c3a7f", kStart + 50));
    EXPECT_EQ(device(pipeline_).last_press, twice);
}

TEST_F(PipelineAdvertised, EveryPressThatHasANameIsOfTheKindsThatAreToldOf) {
    std::set<std::string_view> kinds;
    for (unsigned number = 1; number < 256; ++number) {
        const auto kind =
            message::name_of_event({message::object_id::kButton, 1, static_cast<std::uint8_t>(number), 0});
        if (!kind.empty()) kinds.insert(kind);
    }
    EXPECT_EQ(kinds, std::set<std::string_view>(std::begin(ports::kPressKinds), std::end(ports::kPressKinds)));
}

TEST_F(PipelineAdvertised, ThatADeviceHasButtonsIsRememberedOverARestart) {
    const Outcome rest = pipeline_.apply(advertised(message::Role::Puck, "443a003a00"));
    EXPECT_EQ(device(pipeline_).states.at(states::kButtons), 2);
    (void)pipeline_.apply(advertised(message::Role::Puck, "443a01", kStart + 10));
    EXPECT_EQ(device(pipeline_).states.at(states::kButtons), 2);
    ports::StoredState stored;
    stored.devices = of<ports::DeviceRecord>(rest);
    stored.latest_states.emplace_back(kDevice, of<ports::StateRecord>(rest).at(0));
    Pipeline again(payload::KeyRing{});
    again.restore(stored);
    EXPECT_EQ(device(again).states.at(states::kButtons), 2);
}

TEST_F(PipelineAdvertised, WhatIsEncryptedNeedsItsKey) {
    const ports::Frame frame = encrypted(message::Role::Puck, "402001", 7);
    const Outcome closed = pipeline_.apply(frame);
    EXPECT_EQ(closed.understanding, Understanding::NotOpened);
    EXPECT_EQ(device(pipeline_).fault, AdvertisedFault::NoKey);
    EXPECT_TRUE(keyed_.opens(frame));
    EXPECT_EQ(keyed_.apply(frame).understanding, Understanding::Decoded);
    EXPECT_EQ(device(keyed_).states.at(states::kWet), 1);
    EXPECT_EQ(device(keyed_).fault, AdvertisedFault::None);

    payload::KeyRing wrong;
    wrong.set_bind_key(kDevice, bind_key(4));
    Pipeline mistaken(std::move(wrong));
    EXPECT_EQ(mistaken.apply(frame).understanding, Understanding::NotOpened);
    EXPECT_EQ(device(mistaken).fault, AdvertisedFault::WrongKey);
}

TEST_F(PipelineAdvertised, WhatIsPlayedAgainIsNotBelievedAndNoSignOfLife) {
    (void)keyed_.apply(encrypted(message::Role::Puck, "402001", 7));
    (void)keyed_.apply(encrypted(message::Role::Puck, "402000", 8, kStart + 10));
    const Outcome replay = keyed_.apply(encrypted(message::Role::Puck, "402001", 7, kStart + 20));
    EXPECT_EQ(replay.understanding, Understanding::NotBelieved);
    EXPECT_EQ(device(keyed_).states.at(states::kWet), 0);
    EXPECT_EQ(device(keyed_).fault, AdvertisedFault::Replayed);
    EXPECT_EQ(device(keyed_).last_seen, base::from_unix_s(kStart + 10));
    // The same once more is what devices do.
    EXPECT_EQ(keyed_.apply(encrypted(message::Role::Puck, "402000", 8, kStart + 30)).understanding,
              Understanding::Decoded);
    EXPECT_EQ(device(keyed_).fault, AdvertisedFault::None);
}

TEST_F(PipelineAdvertised, TheCounterIsRememberedOverARestart) {
    const Outcome outcome = keyed_.apply(encrypted(message::Role::Puck, "402000", 8));
    ports::StoredState stored;
    stored.devices = of<ports::DeviceRecord>(outcome);
    stored.latest_states.emplace_back(kDevice, of<ports::StateRecord>(outcome).at(0));
    Pipeline again(with_key());
    again.restore(stored);
    EXPECT_EQ(again.apply(encrypted(message::Role::Puck, "402001", 7)).understanding, Understanding::NotBelieved);
}

TEST_F(PipelineAdvertised, AfterTheOwnersWordADeviceMayCountAnew) {
    (void)keyed_.apply(encrypted(message::Role::Puck, "402000", 5'000));
    const Outcome word = keyed_.apply(owners_word(message::Role::Puck, kStart + 10));
    EXPECT_EQ(word.understanding, Understanding::Decoded);
    EXPECT_EQ(keyed_.apply(encrypted(message::Role::Puck, "402001", 1, kStart + 20)).understanding,
              Understanding::Decoded);
    EXPECT_EQ(device(keyed_).states.at(states::kWet), 1);
}

TEST_F(PipelineAdvertised, ADeviceWithAKeyIsNotBelievedInTheClear) {
    const Outcome outcome = keyed_.apply(advertised(message::Role::Puck, "402000"));
    EXPECT_EQ(outcome.understanding, Understanding::NotBelieved);
    EXPECT_EQ(device(keyed_).fault, AdvertisedFault::InTheClear);
    EXPECT_FALSE(device(keyed_).states.contains(states::kWet));
}

TEST_F(PipelineAdvertised, AForgeryIsNoSignOfLife) {
    (void)keyed_.apply(encrypted(message::Role::Puck, "402000", 7));
    ports::Frame forged = encrypted(message::Role::Puck, "402000", 8, kStart + 10);
    forged.payload.back() ^= 1U;
    EXPECT_EQ(keyed_.apply(forged).understanding, Understanding::NotOpened);
    EXPECT_EQ(device(keyed_).last_seen, base::from_unix_s(kStart));
}

TEST_F(PipelineAdvertised, AStillMeterThatRepeatsItselfStandsStill) {
    (void)pipeline_.apply(advertised(message::Role::Meter, "4000074f40420f00"));
    const Outcome again = pipeline_.apply(advertised(message::Role::Meter, "4000074f40420f00", kStart + 300));
    ASSERT_THAT(again.readings, SizeIs(1));
    EXPECT_EQ(again.readings[0].advance.value, 0);
}

TEST_F(PipelineAdvertised, WhatIsNoBthomeIsMalformed) {
    EXPECT_EQ(pipeline_.apply(advertised(message::Role::Puck, "202001")).understanding, Understanding::NotDecoded);
    EXPECT_EQ(device(pipeline_).fault, AdvertisedFault::Malformed);
}

TEST_F(PipelineAdvertised, NobodyElseMaySpeakOfAdvertisements) {
    ports::Frame frame = advertised(message::Role::Puck, "402001");
    frame.door = ports::Door::StandIn;
    EXPECT_EQ(pipeline_.apply(frame).understanding, Understanding::Unknown);
    EXPECT_TRUE(pipeline_.house().devices.empty());
}

TEST_F(PipelineAdvertised, AnotherRoleHoldsFromThenOn) {
    (void)pipeline_.apply(advertised(message::Role::Puck, "404f40420f00"));
    (void)pipeline_.apply(advertised(message::Role::Meter, "404f40420f00", kStart + 10));
    EXPECT_EQ(device(pipeline_).record.kind, ports::DeviceKind::Meter);
    EXPECT_TRUE(pipeline_.house().sensors.contains(kDevice));
}

}  // namespace
}  // namespace millrace::hub
