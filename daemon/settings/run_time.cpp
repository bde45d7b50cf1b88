#include "settings/run_time.h"

#include <nlohmann/json.hpp>

#include "settings/field_reader.h"
#include "settings/field_table.h"
#include "settings/tariff_check.h"
#include "settings/tariff_text.h"
#include "settings/yaml_reader.h"

namespace millrace::settings {
namespace {

using Json = nlohmann::ordered_json;

Json tiers_json(const std::vector<meter::Tier>& tiers, base::VolumeUnit unit) {
    Json list = Json::array();
    for (const meter::Tier& tier : tiers) list.push_back(tier_text(tier, unit));
    return list;
}

Json tariff_json(const meter::Tariff& tariff) {
    Json json{{"currency", tariff.currency},
              {"unit", unit_text(tariff.unit)},
              {"monthly_charge", price_text(tariff.monthly_charge)}};
    Json seasons = Json::array();
    for (const meter::Season& season : tariff.seasons) {
        if (season.months == kAllMonths) {
            json["tiers"] = tiers_json(season.tiers, tariff.unit);
            continue;
        }
        Json months = Json::array();
        for (int month = 1; month <= 12; ++month) {
            if ((season.months >> (month - 1) & 1) != 0) months.push_back(month);
        }
        seasons.push_back({{"months", std::move(months)}, {"tiers", tiers_json(season.tiers, tariff.unit)}});
    }
    if (!seasons.empty()) json["seasons"] = std::move(seasons);
    return json;
}

}  // namespace

std::string run_time_json(const Settings& settings) {
    const auto& tariff = settings.publish.tariff;
    const bool us = settings.api.unit == base::VolumeUnit::Gallon;
    const Json json{
        {"site", {{"time_zone", settings.api.zone.name()}, {"units", us ? "us" : "metric"}}},
        {"tariff", tariff ? tariff_json(*tariff) : Json(nullptr)},
        {"log", {{"level", name(settings.log_level)}}},
    };
    return json.dump();
}

base::Result<Settings, Problems> with_choices(const Settings& configured, std::string_view choices) {
    Draft draft;
    draft.settings = configured;
    Problems problems;
    if (const auto root = read_yaml(choices, problems)) {
        read_fields(*root, "", draft, problems, Reach::RunTime);
        // A section that sets nothing is none, in a file. Here it would be a choice of nothing.
        for (const MapEntry& entry : root->entries) {
            const bool given = entry.key != "tariff" || entry.value.kind != Node::Kind::Map || sets_a_tariff(draft);
            if (!given) problems.push_back({entry.at, "tariff", "has no prices"});
        }
    }
    if (!problems.empty()) return base::failure(std::move(problems));
    return std::move(draft.settings);
}

}  // namespace millrace::settings
