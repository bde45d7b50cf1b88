#include "settings/tariff_check.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "settings/tariff_text.h"

namespace millrace::settings {
namespace {

// A utility has a handful.
constexpr std::size_t kMaxTiers = 20;

class TariffReader {
public:
    TariffReader(Draft& draft, Problems& problems) : draft_(draft), problems_(problems) {}

    void read() {
        const TariffDraft& said = draft_.tariff;
        const bool us = draft_.settings.publish.unit == base::VolumeUnit::Gallon;
        meter::Tariff tariff;
        tariff.currency = said.currency;
        tariff.unit = said.unit.value_or(us ? base::VolumeUnit::Gallon : base::VolumeUnit::CubicMetre);
        tariff.monthly_charge = price_of(said.monthly_charge).value_or(meter::Money{});
        if (said.currency.empty()) complain({}, "tariff", "lacks `currency`, such as USD");
        std::uint16_t covered = 0;
        for (const SeasonDraft& season : said.seasons) {
            const std::uint16_t months = months_of(season);
            if ((covered & months) != 0) complain(season.at, season.key, "has a month of a season before it");
            covered |= months;
            tariff.seasons.push_back({months, tiers_of(season.prices, season.at, season.key, tariff.unit)});
        }
        const bool whole_year = !said.prices.price.empty() || !said.prices.tiers.empty();
        if (whole_year || covered != kAllMonths) {
            const Position at = draft_.places["tariff.tiers"];
            tariff.seasons.push_back({kAllMonths, tiers_of(said.prices, at, "tariff", tariff.unit)});
        }
        if (sound_) draft_.settings.publish.tariff = draft_.settings.api.tariff = std::move(tariff);
    }

private:
    void complain(Position at, const std::string& key, const std::string& message) {
        sound_ = false;
        if (problems_.size() < kMaxProblems) problems_.push_back({at, key, message});
    }

    std::uint16_t months_of(const SeasonDraft& season) {
        std::uint16_t months = 0;
        for (const std::string& text : season.months) {
            int month = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), month);
            if (error != std::errc{} || end != text.data() + text.size() || month < 1 || month > 12) {
                complain(season.at, season.key + ".months", "must hold numbers from 1 (January) to 12");
                return months;
            }
            months = static_cast<std::uint16_t>(months | 1U << (month - 1));
        }
        if (months == 0) complain(season.at, season.key, "lacks `months`, such as [6, 7, 8]");
        return months;
    }

    std::vector<meter::Tier> tiers_of(const PricesDraft& prices, Position at, const std::string& key,
                                      base::VolumeUnit unit) {
        if (prices.price.empty() == prices.tiers.empty()) {
            complain(at, key, "must have either `price` or `tiers`, for every month that no season has");
            return {};
        }
        if (prices.tiers.empty()) return {{std::nullopt, price_of(prices.price).value_or(meter::Money{})}};
        std::vector<meter::Tier> tiers;
        std::int64_t below = 0;
        for (std::size_t i = 0; i < std::min(prices.tiers.size(), kMaxTiers + 1); ++i) {
            const auto tier = tier_of(prices.tiers[i], unit);
            const bool last = i + 1 == prices.tiers.size();
            const std::string item = key + ".tiers[" + std::to_string(i) + "]";
            if (!tier) {
                complain(at, item, "must be as \"0.010 up to 3000\", and the last without its \"up to\"");
                return {};
            }
            if (last == tier->up_to_nanolitres.has_value()) {
                complain(at, item, last ? "is the last and must have no \"up to\"" : "must have an \"up to\"");
                return {};
            }
            if (!last && *tier->up_to_nanolitres <= below) {
                complain(at, item, "must end above the one before it");
                return {};
            }
            below = tier->up_to_nanolitres.value_or(below);
            tiers.push_back(*tier);
        }
        if (prices.tiers.size() > kMaxTiers) complain(at, key + ".tiers", "has more than 20 items");
        return tiers;
    }

    Draft& draft_;
    Problems& problems_;
    bool sound_ = true;
};

}  // namespace

std::string check_currency(const Value& value) {
    const bool three =
        value.text.size() == 3 && value.text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos;
    return three ? std::string() : "must be the three capital letters of a currency, such as USD";
}

bool sets_a_tariff(const Draft& draft) {
    return !draft.tariff.seasons.empty() ||
           std::any_of(draft.places.begin(), draft.places.end(),
                       [](const auto& place) { return place.first.starts_with("tariff."); });
}

void check_tariff(Draft& draft, Problems& problems) {
    if (sets_a_tariff(draft)) TariffReader(draft, problems).read();
}

}  // namespace millrace::settings
