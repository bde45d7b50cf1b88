// Source: the tables of FORMAT.md, whose marks C, P and F are Proven here, and f is Likely.
#include "message/meanings.h"

#include <algorithm>
#include <array>
#include <span>

#include "message/advertised_state.h"
#include "message/events.h"
#include "message/states.h"

namespace millrace::message {
namespace {

constexpr Certainty kUnknown = Certainty::Unknown, kLikely = Certainty::Likely, kProven = Certainty::Proven;

constexpr std::string_view kSinceRadioStart = "since the radio was started";
constexpr std::string_view kFollowsABoot = "comes right after a boot; what it tells is unknown";

constexpr std::array kSensorStates = {
    Meaning{sensor_state::kRssiDbm, "rssi_dbm", "dBm", kProven, "of the bridge's signal at the sensor"},
    Meaning{sensor_state::kBatteryMillivolts, "battery_mv", "mV", kProven, ""},
    Meaning{sensor_state::kTemperatureCelsius, "temperature_c", "°C", kLikely, "128 to 255 stand for value - 256"},
    Meaning{sensor_state::kSecondVoltageMillivolts, "second_voltage_mv", "mV", kProven, "of what is unknown"},
};

constexpr std::array kBridgeStates = {
    Meaning{bridge_state::kFreeHeapBytes, "free_heap_bytes", "B", kLikely, ""},
    Meaning{bridge_state::kRadioTransmitPower, "radio_transmit_power", "", kLikely, "its unit is unknown"},
    Meaning{bridge_state::kSensorRssiDbm, "sensor_rssi_dbm", "dBm", kProven, "of the last packet of a sensor"},
    Meaning{bridge_state::kPacketsReceived, "packets_received", "", kProven, kSinceRadioStart},
    Meaning{bridge_state::kPacketsSent, "packets_sent", "", kProven, kSinceRadioStart},
    Meaning{bridge_state::kWifiRssiDbm, "wifi_rssi_dbm", "dBm", kLikely, ""},
    Meaning{bridge_state::kWifiChannel, "wifi_channel", "", kLikely, ""},
};

constexpr std::array kSensorEvents = {
    Meaning{sensor_event::kDeviceReset, "device_reset", "", kProven, "", true},
    Meaning{sensor_event::kMagnetometerReset, "magnetometer_reset", "", kProven, ""},
    Meaning{sensor_event::kRadioReset, "radio_reset", "", kLikely, ""},
    Meaning{sensor_event::kMagnetometerFailure, "magnetometer_failure", "", kLikely, ""},
    Meaning{sensor_event::kMagnetometerOk, "magnetometer_ok", "", kProven, ""},
    Meaning{sensor_event::kCalibrationFailure, "calibration_failure", "", kProven, ""},
    Meaning{sensor_event::kCalibrationSuccess, "calibration_success", "", kProven, ""},
    Meaning{sensor_event::kLowInterruptCount, "low_interrupt_count", "", kProven, "of the magnetometer"},
    Meaning{sensor_event::kOtaIdMismatch, "ota_id_mismatch", "", kProven, ""},
    Meaning{sensor_event::kBatteryDead, "battery_dead", "", kLikely, ""},
    Meaning{sensor_event::kShipMode, "ship_mode", "", kLikely, ""},
    Meaning{sensor_event::kFlashFailure, "flash_failure", "", kProven, ""},
    Meaning{sensor_event::kFlashOk, "flash_ok", "", kProven, ""},
    Meaning{sensor_event::kPeakSaverFailure, "peak_saver_failure", "", kProven, ""},
    Meaning{sensor_event::kPeakSaverOk, "peak_saver_ok", "", kProven, ""},
    Meaning{sensor_event::kStoredDataErased, "stored_data_erased", "", kProven, "all stored water data"},
    Meaning{sensor_event::kDeviceMoved, "device_moved", "", kProven, ""},
};

constexpr std::array kBridgeEvents = {
    Meaning{bridge_event::kFollowsBoot, "", "", kUnknown, kFollowsABoot},
    Meaning{bridge_event::kFollowsBootSecond, "", "", kUnknown, kFollowsABoot},
    Meaning{bridge_event::kFollowsBootThird, "", "", kUnknown, kFollowsABoot},
    Meaning{bridge_event::kPacketQueued, "packet_queued", "", kProven, "for a sensor"},
    Meaning{bridge_event::kPacketReceived, "packet_received", "", kProven, ""},
    Meaning{bridge_event::kRadioLinkUp, "radio_link_up", "", kProven, ""},
    Meaning{bridge_event::kRadioLinkLost, "radio_link_lost", "", kProven, "no radio for 35 minutes"},
    Meaning{bridge_event::kMqttDisconnected, "mqtt_disconnected", "", kProven, ""},
};

constexpr std::array kAdvertisedStates = {
    Meaning{advertised_state::kCounter, "counter", "", kProven, "of the newest encrypted advertisement"},
    Meaning{advertised_state::kWet, "wet", "", kProven, "1: it feels water"},
    Meaning{advertised_state::kMoistureCentipercent, "moisture", "0.01 %", kProven, ""},
    Meaning{advertised_state::kBatteryPercent, "battery_percent", "%", kProven, ""},
    Meaning{advertised_state::kBatteryLow, "battery_low", "", kProven, "1: it says that its battery is low"},
    Meaning{advertised_state::kVoltageMillivolts, "voltage_mv", "mV", kProven, ""},
    Meaning{advertised_state::kTemperatureCentidegrees, "temperature", "0.01 °C", kProven, ""},
    Meaning{advertised_state::kHumidityCentipercent, "humidity", "0.01 %", kProven, ""},
    Meaning{advertised_state::kFlowMicrolitresPerSecond, "flow", "µL/s", kProven, "as the meter says it"},
    Meaning{advertised_state::kStorageMillilitres, "storage", "mL", kProven, "in a tank"},
    Meaning{advertised_state::kTriggerBased, "trigger_based", "", kProven, "1: it speaks when something happens"},
    Meaning{advertised_state::kPacketId, "packet_id", "", kProven, ""},
    Meaning{advertised_state::kButtons, "buttons", "", kProven, "how many it told of at once"},
};

Meaning find(std::span<const Meaning> table, std::uint64_t number) {
    const auto* const found = std::find_if(table.data(), table.data() + table.size(),
                                           [number](const Meaning& meaning) { return meaning.number == number; });
    return found == table.data() + table.size() ? Meaning{number, "", "", Certainty::Unknown, ""} : *found;
}

}  // namespace

Meaning meaning_of_sensor_state(std::uint64_t key) {
    return find(kSensorStates, key);
}

Meaning meaning_of_bridge_state(std::uint64_t key) {
    return find(kBridgeStates, key);
}

Meaning meaning_of_sensor_event(std::uint64_t type) {
    return find(kSensorEvents, type);
}

Meaning meaning_of_bridge_event(std::uint64_t type) {
    return find(kBridgeEvents, type);
}

Meaning meaning_of_advertised_state(std::uint64_t key) {
    return find(kAdvertisedStates, key);
}

Meaning meaning_of_advertised_event(std::uint64_t type) {
    const std::string_view name = name_of_event(advertised_state::event_of(type));
    return {type, name, "", name.empty() ? kUnknown : kProven, ""};
}

}  // namespace millrace::message
