// The query parameters of one request, read by name into types. Pure.
//
// Every reader answers with the default when the parameter is absent or bad; what was bad is collected, so that one
// answer names every mistake. A parameter nobody asked for, or one given twice, is a mistake as well: a misspelled
// "form" must not silently mean "the last 24 hours".
#pragma once

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/problem.h"
#include "api/request.h"
#include "base/device_id.h"
#include "base/time_zone.h"
#include "base/units.h"

namespace millrace::api {

class Parameters {
public:
    // What lists without `from` go back to.
    static constexpr base::Milliseconds kDefaultRange = std::chrono::hours{24};

    // The request must outlive this.
    explicit Parameters(const Request& request) : request_(request) {}

    [[nodiscard]] std::optional<base::WallTime> time(std::string_view name);
    [[nodiscard]] std::size_t count(std::string_view name, std::size_t otherwise, std::size_t most);
    [[nodiscard]] std::optional<std::string> text(std::string_view name, std::size_t most_bytes);
    [[nodiscard]] base::VolumeUnit unit(std::string_view name, base::VolumeUnit otherwise);
    [[nodiscard]] base::CalendarUnit bucket(std::string_view name, base::CalendarUnit otherwise);
    [[nodiscard]] base::TimeZone time_zone(std::string_view name, const base::TimeZone& otherwise);

    // One of a few words; nothing when absent.
    [[nodiscard]] std::optional<std::string> choice(std::string_view name, std::initializer_list<std::string_view> of);

    [[nodiscard]] std::optional<base::DeviceId> device(std::string_view name);

    // `cursor`, of lists that go on below a number, or after a time.
    [[nodiscard]] std::optional<std::int64_t> number_cursor();
    [[nodiscard]] std::optional<base::WallTime> time_cursor();

    // `format`, json or csv.
    [[nodiscard]] bool csv_wanted() { return choice("format", {"json", "csv"}) == "csv"; }

    void refuse(std::string_view name, std::string detail);

    // To be asked after all readers: the answer to give instead, when anything was wrong.
    [[nodiscard]] std::optional<Response> problem();

private:
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name);

    const Request& request_;
    std::vector<std::string> asked_;
    std::vector<ParameterError> errors_;
};

// RFC 3339, from the year 1970 to 2199.
[[nodiscard]] std::optional<base::WallTime> parse_time(std::string_view text);
// What a time should look like, to be told to people.
inline constexpr std::string_view kTimeWanted =
    "must be a time with its zone after RFC 3339, between 1970 and 2199, such as "
    "2026-11-23T00:00:00Z or 2026-11-23T00:00:00-07:00";

// What a cursor should be: to clients it is one text, whatever is in it.
inline constexpr std::string_view kCursorWanted = "must be the next_cursor of an earlier answer";

// The unit of a name below; "l" is a litre too.
[[nodiscard]] std::optional<base::VolumeUnit> parse_unit(std::string_view text);
inline constexpr std::string_view kUnitWanted = "must be one of L, m3, gal, ft3, ccf";

// "L", "m3", "gal", "ft3", "ccf".
[[nodiscard]] std::string_view name(base::VolumeUnit unit);
// "minute", "hour", "day", "week", "month", "year".
[[nodiscard]] std::string_view name(base::CalendarUnit unit);

}  // namespace millrace::api
