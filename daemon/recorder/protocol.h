// What is said over Home Assistant's WebSocket API: our requests as text, its messages as values.
//
// The API is JSON, one message a WebSocket message: auth_required, auth, auth_ok or auth_invalid, then requests with
// rising ids that `result` answers. Long-term statistics are those of its recorder. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/device_id.h"
#include "recorder/hours.h"

namespace millrace::recorder {

// Home Assistant 2025.11 asks for the class of the unit and the type of the mean; versions before do not know them
// and refuse the whole request.
enum class Dialect : std::uint8_t { BeforeUnitClass, WithUnitClass };

// "2026.9.1"; of a version that cannot be read, the newest.
[[nodiscard]] Dialect dialect_of(std::string_view version);

// The external statistic of a sensor. An external id has a colon, an entity's has a dot: they never meet.
[[nodiscard]] std::string statistic_id(const base::DeviceId& sensor);

[[nodiscard]] std::string auth_message(const std::string& token);

struct Statistic {
    std::string id;
    std::string name;  // for people
    base::VolumeUnit unit = base::VolumeUnit::Litre;
};
[[nodiscard]] std::string import_message(std::int64_t id, const Statistic& statistic, std::span<const HourSum> rows,
                                         Dialect dialect);

// The hourly sums from `from` up to `to`, in the unit in which they are stored: after a change of the site's unit they
// differ, and all is imported again.
[[nodiscard]] std::string sums_message(std::int64_t id, const std::string& statistic, base::WallTime from,
                                       base::WallTime to);

struct Message {
    enum class Kind : std::uint8_t { AuthRequired, AuthOk, AuthInvalid, Result, Other, Broken };

    Kind kind = Kind::Broken;
    std::string version;  // of AuthRequired and AuthOk
    std::int64_t id = 0;  // of a Result
    bool success = false;
    std::string error_code;  // of a Result without success; bounded and printable
    std::string error;
    std::vector<HourSum> sums;  // of a Result with success that has rows of `statistic`
};

// `statistic` is the one whose rows are wanted from a result.
[[nodiscard]] Message read_message(std::string_view text, const std::string& statistic);

}  // namespace millrace::recorder
