// What water costs: prices by the month's volume, by season, and a charge for each month.
//
// Exact: prices are millionths of the currency's unit, volumes nanolitres, of which each unit of volume is a whole
// number. A month's cost is summed exactly and rounded once, to the nearest millionth, halves up. What a part of a
// month costs is the difference of two such sums, so that its days add up to the month. Pure values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/time_zone.h"
#include "base/units.h"

namespace millrace::meter {

struct Money {
    std::int64_t millionths = 0;

    friend constexpr auto operator<=>(Money, Money) = default;
    friend constexpr Money operator+(Money a, Money b) { return {a.millionths + b.millionths}; }
    friend constexpr Money operator-(Money a, Money b) { return {a.millionths - b.millionths}; }
};

// What a unit of volume costs up to so much of a month.
struct Tier {
    std::optional<std::int64_t> up_to_nanolitres;  // nothing: without end
    Money price;

    bool operator==(const Tier&) const = default;
};

struct Season {
    std::uint16_t months = 0x0fff;  // bit 0: January
    std::vector<Tier> tiers;        // rising; the last without end

    bool operator==(const Season&) const = default;
};

struct Tariff {
    std::string currency;                                  // ISO 4217
    base::VolumeUnit unit = base::VolumeUnit::CubicMetre;  // that prices are for
    std::vector<Season> seasons;                           // the first that has a month holds; each month has one
    Money monthly_charge;

    bool operator==(const Tariff&) const = default;
};

[[nodiscard]] constexpr std::int64_t nanolitres_of(base::VolumeUnit unit) {
    switch (unit) {
        case base::VolumeUnit::Litre: return 1'000'000'000;
        case base::VolumeUnit::CubicMetre: return 1'000'000'000'000;
        case base::VolumeUnit::Gallon: return 3'785'411'784;
        case base::VolumeUnit::CubicFoot: return 28'316'846'592;
        case base::VolumeUnit::Ccf: return 2'831'684'659'200;
    }
    return 1'000'000'000;
}

// 1 to 12, where the local month began at or before `time`.
[[nodiscard]] int month_of(base::WallTime time, const base::TimeZone& zone);

// Of a month's volume so far, the month's charge included. `month` is 1 to 12.
[[nodiscard]] Money cost_of_month(const Tariff& tariff, int month, base::Volume used);

// Of what was used after `before` had been used in the same month, without the month's charge.
[[nodiscard]] Money cost_within_month(const Tariff& tariff, int month, base::Volume before, base::Volume used);

// Of the next drop.
[[nodiscard]] Money price_now(const Tariff& tariff, int month, base::Volume used);

}  // namespace millrace::meter
