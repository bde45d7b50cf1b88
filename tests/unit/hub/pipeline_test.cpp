#include "hub/pipeline.h"

#include <gtest/gtest.h>

#include "unit/hub/frames.h"

namespace millrace::hub {
namespace {

template <typename T>
std::vector<T> records(const Outcome& outcome) {
    std::vector<T> found;
    for (const ports::Projection& projection : outcome.projections) {
        if (const T* record = std::get_if<T>(&projection)) found.push_back(*record);
    }
    return found;
}

TEST(Pipeline, SamplesBecomeReadingsAndTheRegister) {
    Pipeline pipeline{{}};
    (void)pipeline.apply(downstream(1, kSensor, kSensorAnswer));
    const Outcome outcome = pipeline.apply(upstream(
        1, kSensor, R"([{"timestamp":1733208805,"value":1003},{"timestamp":1733208810,"value":1009}])", kStart + 20));
    EXPECT_EQ(outcome.understanding, Understanding::Decoded);
    ASSERT_EQ(outcome.readings.size(), 2U);
    EXPECT_EQ(outcome.readings[0].advance.value, 3);
    EXPECT_EQ(outcome.readings[1].advance.value, 6);
    ASSERT_EQ(records<ports::MeterRecord>(outcome).size(), 1U);
    EXPECT_EQ(records<ports::MeterRecord>(outcome)[0].lifetime, base::PeakCount{9} * meter::kUncalibratedVolumePerPeak);
    EXPECT_EQ(records<ports::ReadingRecord>(outcome).size(), 2U);
    EXPECT_EQ(records<ports::ReadingRecord>(outcome)[0].series_base, base::PeakCount{1000});
}

TEST(Pipeline, SealedFrameOpensWithTheBridgesKeyOnly) {
    const std::string text = R"([{"timestamp":1733208805,"value":1003}])";
    payload::KeyRing keys;
    keys.set(kBridge, made_up_key());
    Pipeline with_key(keys);
    EXPECT_EQ(with_key.apply(sealed(upstream(1, kSensor, text), made_up_key())).understanding, Understanding::Decoded);
    const Outcome wrong = with_key.apply(sealed(upstream(1, kSensor, text), made_up_key(8)));
    EXPECT_EQ(wrong.understanding, Understanding::NotOpened);
    EXPECT_TRUE(wrong.had_key);
    Pipeline without_key{{}};
    const Outcome shut = without_key.apply(sealed(upstream(1, kSensor, text), made_up_key()));
    EXPECT_EQ(shut.understanding, Understanding::NotOpened);
    EXPECT_FALSE(shut.had_key);
    EXPECT_TRUE(shut.readings.empty());
    // The topic alone tells that there is a sensor.
    ASSERT_EQ(records<ports::DeviceRecord>(shut).size(), 1U);
    EXPECT_EQ(records<ports::DeviceRecord>(shut)[0].kind, ports::DeviceKind::Sensor);
}

TEST(Pipeline, JsonLinesMayHoldOpenedTextUnderASealedTopic) {
    ports::Frame frame = upstream(1, kSensor, R"([{"timestamp":1733208805,"value":1003}])");
    frame.topic.replace(frame.topic.find("/2/", 2), 2, "/12");
    Pipeline pipeline{{}};
    EXPECT_EQ(pipeline.apply(frame).understanding, Understanding::NotOpened);
    frame.door = ports::Door::JsonLines;
    EXPECT_EQ(pipeline.apply(frame).understanding, Understanding::Decoded);
}

TEST(Pipeline, BootFramesNameDevicesAndTheirFirmware) {
    Pipeline pipeline{{}};
    (void)pipeline.apply(upstream(7, kBridge, kBridgeBoot));
    (void)pipeline.apply(upstream(7, kSensor, kSensorBoot));
    const House& house = pipeline.house();
    EXPECT_EQ(house.devices.at(kBridge).record.kind, ports::DeviceKind::Bridge);
    EXPECT_EQ(house.devices.at(kBridge).record.branch, "squidward");
    EXPECT_EQ(house.devices.at(kSensor).record.kind, ports::DeviceKind::Sensor);
    EXPECT_EQ(house.devices.at(kSensor).record.bridge, kBridge);
    EXPECT_EQ(house.devices.at(kSensor).record.firmware, "bb");
}

TEST(Pipeline, WithoutAClientIdTheContentTellsBridgeFromSensor) {
    Pipeline pipeline{{}};
    for (ports::Frame frame : {upstream(7, kBridge, kBridgeBoot), upstream(7, kSensor, kSensorBoot)}) {
        frame.bridge.reset();
        (void)pipeline.apply(frame);
    }
    EXPECT_EQ(pipeline.house().devices.at(kBridge).record.kind, ports::DeviceKind::Bridge);
    EXPECT_EQ(pipeline.house().devices.at(kSensor).record.kind, ports::DeviceKind::Sensor);
}

TEST(Pipeline, RemembersTheCloudsAnswersButNotOurOwn) {
    Pipeline pipeline{{}};
    (void)pipeline.apply(upstream(7, kSensor, kSensorBoot));
    (void)pipeline.apply(downstream(1, kSensor, kSensorAnswer));
    EXPECT_EQ(pipeline.house().devices.at(kSensor).record.cloud_settings, R"({"1":16383})");
    ports::Frame ours = downstream(1, kSensor, R"({"code":602,"timestamp":1,"peaks":1,"settings":{"1":1}})");
    ours.door = ports::Door::StandIn;
    (void)pipeline.apply(ours);
    EXPECT_EQ(pipeline.house().devices.at(kSensor).record.cloud_settings, R"({"1":16383})");
}

TEST(Pipeline, LastSeenIsWrittenOnceAMinute) {
    Pipeline pipeline{{}};
    const std::string text = R"([{"timestamp":1733208805,"value":1003}])";
    EXPECT_EQ(records<ports::DeviceRecord>(pipeline.apply(upstream(1, kSensor, text, kStart))).size(), 1U);
    EXPECT_EQ(records<ports::DeviceRecord>(pipeline.apply(upstream(1, kSensor, text, kStart + 59))).size(), 0U);
    EXPECT_EQ(records<ports::DeviceRecord>(pipeline.apply(upstream(1, kSensor, text, kStart + 60))).size(), 1U);
    EXPECT_EQ(records<ports::DeviceRecord>(pipeline.apply(upstream(1, kSensor, text, kStart + 61))).size(), 0U);
}

TEST(Pipeline, StampsOfAnUnsetClockBecomeTheTimeOfReceipt) {
    Pipeline pipeline{{}};
    const Outcome outcome = pipeline.apply(upstream(
        4, kSensor,
        R"([{"timestamp":0,"type":2},{"timestamp":1733208700,"type":1048576},{"timestamp":1999999999,"type":4}])"));
    const auto events = records<ports::EventRecord>(outcome);
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[0].time, base::from_unix_s(kStart));
    EXPECT_EQ(events[1].time, base::from_unix_s(1'733'208'700));
    EXPECT_EQ(events[2].time, base::from_unix_s(kStart));
}

TEST(Pipeline, WhatCannotBeDecodedIsSaidAndKeptOutOfTheProjections) {
    Pipeline pipeline{{}};
    EXPECT_EQ(pipeline.apply(upstream(1, kSensor, "[{")).understanding, Understanding::NotDecoded);
    EXPECT_EQ(pipeline.apply(upstream(55, kSensor, "{}")).understanding, Understanding::Unknown);
    ports::Frame foreign = upstream(1, kSensor, "x");
    foreign.topic = "home/kitchen";
    EXPECT_EQ(pipeline.apply(foreign).understanding, Understanding::Unknown);
    EXPECT_TRUE(pipeline.apply(foreign).projections.empty());
}

TEST(Pipeline, GoesOnAfterARestartAsIfThereHadBeenNone) {
    const auto frame = [](int step) {
        return upstream(1, kSensor,
                        R"([{"timestamp":)" + std::to_string(kStart + 5 * step) + R"(,"value":)" +
                            std::to_string(1000 + 3 * step) + "}]",
                        kStart + 5 * step);
    };
    Pipeline straight{{}};
    ports::StoredState stored;
    std::vector<meter::Reading> readings;
    for (int step = 0; step < 10; ++step) {
        const Outcome outcome = straight.apply(frame(step));
        for (const auto& record : records<ports::DeviceRecord>(outcome)) stored.devices = {record};
        for (const auto& record : records<ports::MeterRecord>(outcome)) stored.meters = {record};
        for (const meter::Reading& reading : outcome.readings) readings.push_back(reading);
    }
    stored.recent_readings = {{kSensor, readings}};
    Pipeline restarted{{}};
    restarted.restore(stored);
    // The bridge sends its last message again, then goes on.
    for (int step = 9; step < 20; ++step) {
        (void)straight.apply(frame(step));
        (void)restarted.apply(frame(step));
    }
    EXPECT_EQ(restarted.house().sensors.at(kSensor).meter, straight.house().sensors.at(kSensor).meter);
    EXPECT_EQ(restarted.house().sensors.at(kSensor).meter.lifetime,
              base::PeakCount{57} * meter::kUncalibratedVolumePerPeak);
}

TEST(Pipeline, ACalibrationHoldsForASensorThatWasNeverHeardBefore) {
    ports::StoredState stored;
    stored.calibrations = {{kSensor, {base::from_unix_s(0), {100'000}}, 0}};
    Pipeline pipeline{{}};
    pipeline.restore(stored);
    (void)pipeline.apply(downstream(1, kSensor, kSensorAnswer));
    (void)pipeline.apply(upstream(1, kSensor, R"([{"timestamp":1733208805,"value":1010}])", kStart + 10));
    EXPECT_EQ(pipeline.house().sensors.at(kSensor).meter.lifetime.microlitres, 1'000'000);
}

TEST(Pipeline, KeepsSixtyFourStatesOfADeviceAtTheMost) {
    Pipeline pipeline{{}};
    std::string text = R"([{"timestamp":1733208805)";
    for (int key = 1; key <= 200; ++key) text += ",\"" + std::to_string(key) + "\":1";
    (void)pipeline.apply(upstream(2, kSensor, text + "}]"));
    EXPECT_EQ(pipeline.house().devices.at(kSensor).states.size(), 8U) << "1 to 128";
}

TEST(Pipeline, LastSeenFollowsAClockThatWasPutRight) {
    Pipeline pipeline{{}};
    (void)pipeline.apply(upstream(4, kSensor, "[]", kStart + 1'000'000));
    (void)pipeline.apply(upstream(4, kSensor, "[]", kStart));
    EXPECT_EQ(pipeline.house().devices.at(kSensor).record.last_seen, base::from_unix_s(kStart));
}

TEST(Pipeline, StrangersCannotMakeItRememberDevicesWithoutEnd) {
    Pipeline pipeline{{}};
    for (std::size_t i = 0; i < kMaxDevices + 10; ++i) {
        char digits[17];
        std::snprintf(digits, sizeof digits, "%016zX", i);
        (void)pipeline.apply(upstream(4, *base::DeviceId::parse(digits), "[]"));
    }
    EXPECT_EQ(pipeline.house().devices.size(), kMaxDevices);
}

TEST(CalibrationOf, LastEntryOfATimeCountsAndZeroWithdrawsIt) {
    const auto at = [](std::int64_t s, std::int64_t ul) {
        return ports::CalibrationRecord{kSensor, {base::from_unix_s(s), {ul}}, 0};
    };
    const auto table = calibration_of(kSensor, {at(0, 30'000), at(100, 40'000), at(0, 31'000), at(100, 0)});
    EXPECT_EQ(table.entries().size(), 1U);
    EXPECT_EQ(table.at(base::from_unix_s(500)).microlitres, 31'000);
    EXPECT_FALSE(calibration_of(kBridge, {at(0, 30'000)}).calibrated());
}

}  // namespace
}  // namespace millrace::hub
