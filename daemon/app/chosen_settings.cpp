#include "app/chosen_settings.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

#include "app/log.h"
#include "settings/run_time.h"

namespace millrace::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSettingsChoice = "settings";
// Its parts make sense together only.
constexpr const char* kWhole = "tariff";

// To the config file's reader all values are texts. In JSON a text is one, a month is a number, and 4.0 is 4; prices
// are texts because a number would not be exact.
using Problems = std::vector<std::pair<std::string, std::string>>;
void check_types(Json& value, const std::string& path, Problems& problems) {
    constexpr double kExact = 9'007'199'254'740'992;  // integers up to here are doubles too
    const bool month = path.find(".months[") != std::string::npos;
    if (value.is_object()) {
        for (auto& [key, member] : value.items()) check_types(member, path.empty() ? key : path + "." + key, problems);
    } else if (value.is_array()) {
        for (std::size_t i = 0; i < value.size(); ++i) {
            check_types(value[i], path + "[" + std::to_string(i) + "]", problems);
        }
    } else if (month && value.is_number_float()) {
        const auto number = value.get<double>();
        if (std::trunc(number) == number && std::abs(number) < kExact) value = static_cast<std::int64_t>(number);
    } else if (month ? !value.is_number() : !value.is_string() && !value.is_null()) {
        problems.emplace_back(path, month ? "must be the number of a month" : "must be a text");
    }
}

Json merged(Json chosen, const Json& changes) {
    for (const auto& [key, value] : changes.items()) {
        if (key == kWhole || !value.is_object()) {
            chosen[key] = value;
        } else {
            if (!chosen[key].is_object()) chosen[key] = Json::object();
            chosen[key].update(value);
        }
    }
    // What is null is not chosen.
    for (auto section = chosen.begin(); section != chosen.end();) {
        if (section.key() != kWhole && section->is_object()) {
            for (auto member = section->begin(); member != section->end();) {
                member = member->is_null() ? section->erase(member) : std::next(member);
            }
        }
        const bool nothing =
            section->is_null() || (section.key() != kWhole && section->is_object() && section->empty());
        section = nothing ? chosen.erase(section) : std::next(section);
    }
    return chosen;
}

Json names_of(const Json& chosen) {
    Json names = Json::array();
    for (const auto& [key, value] : chosen.items()) {
        if (key == kWhole) {
            names.push_back(key);
            continue;
        }
        for (const auto& member : value.items()) names.push_back(key + "." + member.key());
    }
    return names;
}

}  // namespace

ChosenSettings::ChosenSettings(settings::Settings configured, Use use)
    : configured_(std::move(configured)), use_(std::move(use)), in_force_(configured_) {}

void ChosenSettings::restore(const ports::StoredState& stored) {
    const auto choice = std::find_if(stored.choices.begin(), stored.choices.end(),
                                     [](const ports::ChoiceRecord& record) { return record.name == kSettingsChoice; });
    if (choice == stored.choices.end() || choice->value == chosen_) return;
    if (choice->configured != settings::run_time_json(configured_)) {
        log().info(
            "the config file's time zone, units, tariff or log level have changed; what was chosen while the "
            "daemon ran is not used any more");
        return;
    }
    auto settings = settings::with_choices(configured_, choice->value);
    const bool readable = Json::parse(choice->value, nullptr, false).is_object();
    if (!settings || !readable) {
        log().warn("the settings chosen while the daemon ran cannot be used, so the config file's hold: {}",
                   settings ? "they are no JSON object" : settings.error().front().message);
        return;
    }
    in_force_ = std::move(*settings);
    chosen_ = choice->value;
}

std::string ChosenSettings::document() const {
    return Json{{"settings", Json::parse(settings::run_time_json(in_force_))},
                {"chosen", names_of(Json::parse(chosen_))}}
        .dump();
}

void ChosenSettings::change(const std::string& changes, Done done) {
    Json wanted = Json::parse(changes, nullptr, false);
    if (!wanted.is_object()) return done(base::failure(Refusal{{{"", "must be a JSON object"}}, {}, false}));
    Problems wrong;
    check_types(wanted, "", wrong);
    if (!wrong.empty()) return done(base::failure(Refusal{std::move(wrong), {}, false}));
    // Bytes that are no UTF-8 must not throw.
    std::string chosen =
        merged(Json::parse(chosen_), wanted).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    auto settings = settings::with_choices(configured_, chosen);
    if (!settings) {
        Refusal refusal;
        for (const settings::Problem& problem : settings.error()) {
            refusal.problems.emplace_back(problem.key, problem.message);
        }
        return done(base::failure(std::move(refusal)));
    }
    const auto answer = [done](const base::Result<void, base::Error>& kept) {
        if (kept) return done({});
        done(base::failure(Refusal{{}, kept.error().message, true}));
    };
    if (const auto used = use_(*settings, {kSettingsChoice, chosen, settings::run_time_json(configured_)}, answer);
        !used) {
        return done(base::failure(Refusal{{}, used.error().message, false}));
    }
    in_force_ = std::move(*settings);
    chosen_ = std::move(chosen);
}

}  // namespace millrace::app
