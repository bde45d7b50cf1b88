#include "settings/tariff_text.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace millrace::settings {
namespace {

constexpr std::size_t kDigitsBefore = 6;
constexpr std::size_t kPriceDigits = 6;
constexpr std::size_t kVolumeDigits = 3;
constexpr std::string_view kUpTo = " up to ";

bool all_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// A decimal times ten to the power of `digits`, which is as many as it may have after the point.
std::optional<std::int64_t> scaled(std::string_view text, std::size_t digits) {
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    const std::string_view fraction = point == std::string_view::npos ? "0" : text.substr(point + 1);
    if (!all_digits(whole) || !all_digits(fraction)) return std::nullopt;
    if (whole.size() > kDigitsBefore || fraction.size() > digits) return std::nullopt;
    const std::string all = std::string(whole) + std::string(fraction) + std::string(digits - fraction.size(), '0');
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(all.data(), all.data() + all.size(), value);
    return error == std::errc{} && end == all.data() + all.size() ? std::optional(value) : std::nullopt;
}

// The other way round, without zeros that say nothing.
std::string decimal(std::int64_t value, std::size_t digits) {
    std::string text = std::to_string(value);
    if (text.size() <= digits) text.insert(0, digits + 1 - text.size(), '0');
    text.insert(text.size() - digits, 1, '.');
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

}  // namespace

std::string_view unit_text(base::VolumeUnit unit) {
    const auto* found = std::find_if(kTariffUnits.begin(), kTariffUnits.end(),
                                     [unit](const auto& known) { return known.second == unit; });
    return found == kTariffUnits.end() ? "m3" : found->first;
}

std::optional<meter::Money> price_of(std::string_view text) {
    const auto millionths = scaled(text, kPriceDigits);
    return millionths ? std::optional(meter::Money{*millionths}) : std::nullopt;
}

std::string price_text(meter::Money price) {
    return decimal(price.millionths, kPriceDigits);
}

std::optional<meter::Tier> tier_of(std::string_view text, base::VolumeUnit unit) {
    const std::size_t at = text.find(kUpTo);
    const auto price = price_of(text.substr(0, at));
    if (!price) return std::nullopt;
    if (at == std::string_view::npos) return meter::Tier{std::nullopt, *price};
    const auto thousandths = scaled(text.substr(at + kUpTo.size()), kVolumeDigits);
    // A hundred cubic feet have the most nanolitres: a million of them fit.
    if (!thousandths || *thousandths == 0) return std::nullopt;
    const std::int64_t one = meter::nanolitres_of(unit);
    return meter::Tier{*thousandths / 1'000 * one + *thousandths % 1'000 * one / 1'000, *price};
}

std::string tier_text(const meter::Tier& tier, base::VolumeUnit unit) {
    std::string text = price_text(tier.price);
    if (!tier.up_to_nanolitres) return text;
    const std::int64_t one = meter::nanolitres_of(unit);
    const std::int64_t rest = *tier.up_to_nanolitres % one;
    // Up, because it was rounded down to whole nanolitres.
    const std::int64_t thousandths = *tier.up_to_nanolitres / one * 1'000 + (rest * 1'000 + one - 1) / one;
    return text.append(kUpTo).append(decimal(thousandths, kVolumeDigits));
}

}  // namespace millrace::settings
