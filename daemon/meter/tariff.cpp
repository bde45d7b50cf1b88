#include "meter/tariff.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "base/wide.h"

namespace millrace::meter {
namespace {

using base::Wide;

constexpr std::int64_t kNanolitresPerMicrolitre = 1'000;

const Season* season_of(const Tariff& tariff, int month) {
    const auto found = std::find_if(tariff.seasons.begin(), tariff.seasons.end(),
                                    [month](const Season& season) { return (season.months >> (month - 1) & 1) != 0; });
    return found == tariff.seasons.end() ? nullptr : &*found;
}

Wide end_of(const Tier& tier) {
    if (tier.up_to_nanolitres) return *tier.up_to_nanolitres;
    return Wide{std::numeric_limits<std::int64_t>::max()} * kNanolitresPerMicrolitre;
}

Money water_cost(const Tariff& tariff, int month, base::Volume used) {
    const Season* season = season_of(tariff, month);
    if (season == nullptr || used.microlitres <= 0) return {};
    const Wide volume = Wide{used.microlitres} * kNanolitresPerMicrolitre;
    Wide sum = 0;  // millionths times nanolitres
    Wide from = 0;
    for (const Tier& tier : season->tiers) {
        const Wide to = std::min(volume, end_of(tier));
        if (to > from) sum += (to - from) * tier.price.millionths;
        from = std::max(from, to);
    }
    const Wide unit = nanolitres_of(tariff.unit);
    return {static_cast<std::int64_t>((sum + unit / 2) / unit)};
}

}  // namespace

int month_of(base::WallTime time, const base::TimeZone& zone) {
    const auto local = std::chrono::floor<std::chrono::days>(time.time_since_epoch() + zone.utc_offset(time));
    const std::chrono::year_month_day day{std::chrono::sys_days{local}};
    return static_cast<int>(static_cast<unsigned>(day.month()));
}

Money cost_of_month(const Tariff& tariff, int month, base::Volume used) {
    return tariff.monthly_charge + water_cost(tariff, month, used);
}

Money cost_within_month(const Tariff& tariff, int month, base::Volume before, base::Volume used) {
    return water_cost(tariff, month, before + used) - water_cost(tariff, month, before);
}

Money price_now(const Tariff& tariff, int month, base::Volume used) {
    const Season* season = season_of(tariff, month);
    if (season == nullptr || season->tiers.empty()) return {};
    const Wide volume = Wide{used.microlitres} * kNanolitresPerMicrolitre;
    for (const Tier& tier : season->tiers) {
        if (volume < end_of(tier)) return tier.price;
    }
    return season->tiers.back().price;
}

}  // namespace millrace::meter
