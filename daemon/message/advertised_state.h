// The values and events of an advertisement as they are kept, beside those that a bridge reports.
//
// A bridge's state number N has the key 2^(N-1), and some twenty are known. These are ours, far above them, each with
// its unit in its name. BTHOME.md says from which objects they come.
#pragma once

#include <cstdint>

#include "message/bthome.h"

namespace millrace::message::advertised_state {

inline constexpr std::uint64_t kCounter = std::uint64_t{1} << 40U,  // of the newest encrypted advertisement
    kWet = std::uint64_t{1} << 41U,                                 // 1 or 0
    kMoistureCentipercent = std::uint64_t{1} << 42U,                //
    kBatteryPercent = std::uint64_t{1} << 43U,                      //
    kBatteryLow = std::uint64_t{1} << 44U,                          // 1 or 0
    kVoltageMillivolts = std::uint64_t{1} << 45U,                   //
    kTemperatureCentidegrees = std::uint64_t{1} << 46U,             // Celsius
    kHumidityCentipercent = std::uint64_t{1} << 47U,                //
    kFlowMicrolitresPerSecond = std::uint64_t{1} << 48U,            //
    kStorageMillilitres = std::uint64_t{1} << 49U,                  //
    kTriggerBased = std::uint64_t{1} << 50U,                        // 1 or 0
    kPacketId = std::uint64_t{1} << 51U,                            // of the newest advertisement that has one
    kButtons = std::uint64_t{1} << 52U;                             // the most that it told of at once

// The type that an event of a button or dimmer is kept under: its object's id, then the event's number.
[[nodiscard]] constexpr std::uint64_t number_of(const ControlEvent& event) {
    return std::uint64_t{event.object_id} << 8U | event.event;
}
[[nodiscard]] constexpr ControlEvent event_of(std::uint64_t number) {
    return {static_cast<std::uint8_t>(number >> 8U), 1, static_cast<std::uint8_t>(number & 0xFFU), 0};
}

}  // namespace millrace::message::advertised_state
