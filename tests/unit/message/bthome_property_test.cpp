// Whatever a device can say is read back as it was said, and whatever is heard is read.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "message/bthome_objects.h"
#include "message/message.h"

namespace millrace::message {
namespace {

const Topic kMeter = parse_topic("bthome/meter/2/5448E6FFFE8F80A5");

// Within what so many bytes hold.
std::int64_t any_raw(const ObjectType& type) {
    const std::int64_t range = std::int64_t{1} << (8 * type.bytes);
    const bool is_signed = type.form == ObjectForm::Signed;
    const std::int64_t lowest = is_signed ? -range / 2 : 0;
    const std::int64_t highest = lowest + range - 1;
    return *rc::gen::oneOf(rc::gen::element(lowest, highest, std::int64_t{0}), rc::gen::inRange(lowest, highest + 1));
}

std::vector<ObjectType> measurement_types() {
    std::vector<ObjectType> types;
    for (const ObjectType& type : object_types()) {
        if (type.is_measurement()) types.push_back(type);
    }
    return types;
}

std::vector<Measurement> any_measurements() {
    static const std::vector<ObjectType> types = measurement_types();
    std::vector<Measurement> measurements;
    std::map<std::string_view, std::uint8_t> seen;
    const int count = *rc::gen::inRange(0, 12);
    for (int i = 0; i < count; ++i) {
        const ObjectType type = types.at(*rc::gen::inRange<std::size_t>(0, types.size()));
        Measurement measurement{type.id, ++seen[type.name], 0, {}};
        if (type.bytes == 0) {
            measurement.bytes = *rc::gen::container<base::Bytes>(*rc::gen::inRange<std::size_t>(0, 8),
                                                                 rc::gen::arbitrary<std::uint8_t>());
        } else {
            measurement.raw = any_raw(type);
        }
        measurements.push_back(std::move(measurement));
    }
    return measurements;
}

std::vector<ControlEvent> any_events() {
    std::vector<ControlEvent> events;
    std::uint8_t buttons = 0;
    std::uint8_t dimmers = 0;
    const int count = *rc::gen::inRange(0, 4);
    for (int i = 0; i < count; ++i) {
        const auto event = *rc::gen::arbitrary<std::uint8_t>();
        if (*rc::gen::arbitrary<bool>()) {
            events.push_back({object_id::kButton, ++buttons, event, 0});
        } else {
            events.push_back({object_id::kDimmer, ++dimmers, event, *rc::gen::arbitrary<std::uint8_t>()});
        }
    }
    return events;
}

template <typename T>
std::optional<T> any_or_none() {
    if (*rc::gen::arbitrary<bool>()) return std::nullopt;
    return *rc::gen::arbitrary<T>();
}

std::optional<FirmwareVersion> any_firmware() {
    FirmwareVersion version;
    version.count = *rc::gen::element<std::uint8_t>(0, 3, 4);
    if (version.count == 0) return std::nullopt;
    for (std::size_t i = 0; i < version.count; ++i) version.parts.at(i) = *rc::gen::arbitrary<std::uint8_t>();
    return version;
}

RC_GTEST_PROP(BthomeProperty, IsReadBackAsItWasWritten, ()) {
    Advertised said;
    said.trigger_based = *rc::gen::arbitrary<bool>();
    said.unknown_flags = *rc::gen::element<std::uint8_t>(0x00, 0x08, 0x10, 0x18);
    said.packet_id = any_or_none<std::uint8_t>();
    said.measurements = any_measurements();
    said.events = any_events();
    said.timestamp_s = any_or_none<std::uint32_t>();
    said.device_type = any_or_none<std::uint16_t>();
    said.firmware = any_firmware();
    if (*rc::gen::arbitrary<bool>()) said.undecoded = {0x99, 0x01};
    const base::Bytes service_data = encode(said);
    RC_ASSERT(service_data.size() <= kMaxServiceDataBytes);
    const auto heard = decode(kMeter, service_data);
    RC_ASSERT(heard);
    RC_ASSERT(std::get<Advertised>(*heard) == said);
}

RC_GTEST_PROP(BthomeProperty, WhateverIsHeardIsReadAndReadsTheSameOnceWritten, (base::Bytes heard)) {
    if (heard.empty()) heard.push_back(0);
    heard.front() = *rc::gen::element<std::uint8_t>(0x40, 0x44, 0x50);
    const auto first = decode(kMeter, heard);
    RC_ASSERT(first);
    const Advertised& advertised = std::get<Advertised>(*first);
    const auto second = decode(kMeter, encode(advertised));
    RC_ASSERT(second);
    RC_ASSERT(std::get<Advertised>(*second) == advertised);
}

}  // namespace
}  // namespace millrace::message
