// Every key a config file may have: the one place that knows them.
//
// It drives parsing, check-config and the reference page. In a key, `*` stands for a device's uuid and `[]` for each
// item of a list. The table is made once and never changes; any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/device_id.h"
#include "settings/problem.h"
#include "settings/settings.h"
#include "settings/value_check.h"

namespace millrace::settings {

// One entry of a sensor's calibration while it is read: a date becomes a time when the site's time zone is known.
struct CalibrationDraft {
    base::DeviceId sensor;
    Position at;
    std::string key;  // its path in the file
    std::string from;
    std::optional<base::VolumePerPeak> per_peak;
    int ways_given = 0;  // how many of the keys that say what a peak is worth
};

// One channel for notices while it is read.
struct ChannelDraft {
    notify::Channel channel;
    Position at;
    std::string key;                        // its path in the file
    std::map<std::string, Position> given;  // its keys that were given, by name
};

// One Bluetooth device of the house, and one receiver, while they are read.
struct AdoptedDraft {
    Position at;
    std::string key;  // its path in the file
    ports::AdoptedDevice device;
    std::string key_file;  // of its encryption
};
struct ReceiverDraft {
    Position at;
    std::string key;
    ble::ReceiverSettings receiver;
};

// A tariff while it is read: decimals stay texts, so that they are exact.
struct PricesDraft {
    std::string price;
    std::vector<std::string> tiers;
};
struct SeasonDraft {
    Position at;
    std::string key;  // its path in the file
    std::vector<std::string> months;
    PricesDraft prices;
};
struct TariffDraft {
    std::string currency;
    std::optional<base::VolumeUnit> unit;
    PricesDraft prices;
    std::string monthly_charge;
    std::vector<SeasonDraft> seasons;
};

// What the file says before the fields are looked at together.
struct Draft {
    Settings settings;
    base::DeviceId device;  // that the last `*` of the key in hand stands for
    std::vector<CalibrationDraft> calibrations;
    std::vector<ChannelDraft> channels;
    std::vector<AdoptedDraft> adopted;
    std::vector<ReceiverDraft> receivers;
    TariffDraft tariff;
    std::map<std::string, Position> places;  // where the value of each key of the table that was given stands
    bool has_password = false;
};

struct Field {
    std::string_view key;
    ValueType type = ValueType::Text;
    Limits limits{};
    std::string_view unit{};
    std::string_view help{};
    void (*store)(Draft&, const Value&) = nullptr;
    std::string (*fallback)(const Settings&) = nullptr;  // the default, as it would be written; null: none
    bool secret = false;
    bool at_run_time = false;                      // may also be changed while the daemon runs: see run_time.h
    std::string (*check)(const Value&) = nullptr;  // what is wrong beyond the type; empty: nothing
};

struct Section {
    std::string_view key;  // empty: the top of the file
    std::string_view help;
    std::string_view short_for{};  // the key whose value may stand in the section's place
};

[[nodiscard]] const std::vector<Field>& fields();
[[nodiscard]] const std::vector<Section>& sections();  // in the order of the reference page

}  // namespace millrace::settings
