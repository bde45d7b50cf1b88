// What water costs.
#include "settings/field_groups.h"
#include "settings/tariff_check.h"
#include "settings/tariff_text.h"

namespace millrace::settings {
namespace {

constexpr std::string_view kTiersHelp =
    "Prices by the month's volume, lowest first: `[\"0.010 up to 3000\", \"0.020\"]`. The last holds without end.";

std::vector<std::string_view> tariff_units() {
    std::vector<std::string_view> names;
    for (const auto& [name, unit] : kTariffUnits) names.push_back(name);
    return names;
}

std::string check_price(const Value& value) {
    return price_of(value.text) ? std::string() : std::string(kPriceHelp);
}

}  // namespace

std::vector<Field> tariff_fields() {
    std::vector<Field> fields{
        {.key = "tariff.currency",
         .help = "Its three letters, such as `USD`.",
         .store = [](Draft& d, const Value& v) { d.tariff.currency = v.text; },
         .check = check_currency},
        {"tariff.unit",
         ValueType::Choice,
         {0, 0, tariff_units()},
         "",
         "What prices are for, and volumes are in. Without it: `m3`, or `gal` where `site.units` is `us`.",
         [](Draft& d, const Value& v) { d.tariff.unit = kTariffUnits.at(static_cast<std::size_t>(v.integer)).second; }},
        {.key = "tariff.price",
         .help = "Of one unit, at any time and volume. Either this or `tiers`.",
         .store = [](Draft& d, const Value& v) { d.tariff.prices.price = v.text; },
         .check = check_price},
        {.key = "tariff.tiers",
         .type = ValueType::Texts,
         .help = kTiersHelp,
         .store = [](Draft& d, const Value& v) { d.tariff.prices.tiers = v.list; }},
        {.key = "tariff.monthly_charge",
         .help = "Of each month, whatever is used.",
         .store = [](Draft& d, const Value& v) { d.tariff.monthly_charge = v.text; },
         .fallback = [](const Settings&) -> std::string { return "0"; },
         .check = check_price},
        {.key = "tariff.seasons[].months",
         .type = ValueType::Texts,
         .help = "Months by number, such as `[6, 7, 8]`, that have prices of their own.",
         .store = [](Draft& d, const Value& v) { d.tariff.seasons.back().months = v.list; }},
        {.key = "tariff.seasons[].price",
         .help = "As above, for these months.",
         .store = [](Draft& d, const Value& v) { d.tariff.seasons.back().prices.price = v.text; },
         .check = check_price},
        {.key = "tariff.seasons[].tiers",
         .type = ValueType::Texts,
         .help = "As above, for these months.",
         .store = [](Draft& d, const Value& v) { d.tariff.seasons.back().prices.tiers = v.list; }},
    };
    for (Field& field : fields) field.at_run_time = true;
    return fields;
}

}  // namespace millrace::settings
