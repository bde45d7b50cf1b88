#include "app/evaluation/leak_report.h"

#include <cstdio>
#include <map>
#include <ostream>
#include <set>

#include <nlohmann/json.hpp>

namespace millrace::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kHour = 3600;

// Rounded for the eye and so that the same figures print alike everywhere.
Json rounded(std::optional<double> value, double steps) {
    if (!value) return nullptr;
    const double scaled = *value * steps;
    return static_cast<double>(static_cast<std::int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5))) / steps;
}

std::string number(const std::optional<double>& value, int digits, const char* unit = "") {
    if (!value) return "-";
    char text[48];
    std::snprintf(text, sizeof text, "%.*f%s", digits, *value, unit);
    return text;
}

std::string percent(const std::optional<double>& share) {
    return number(share ? std::optional(*share * 100) : std::nullopt, 0, "%");
}

std::string minutes(const std::optional<double>& value) {
    if (!value) return "-";
    return *value < 99.5 ? number(*value, 1, "m") : number(*value / 60, 1, "h");
}

std::string cell(const std::string& text, int width) {
    char padded[96];
    std::snprintf(padded, sizeof padded, "%*s", width, text.c_str());
    return padded;
}

std::string rules_text(const FalseAlarm& alarm) {
    std::string text;
    for (const detect::Rule rule : alarm.rules) text += (text.empty() ? "" : ", ") + std::string(name(rule));
    return text;
}

std::string meter_text(const MeterVariant& variant) {
    const double gallons = static_cast<double>(variant.pulse_nanolitres) / static_cast<double>(kNanolitresPerGallon);
    const double stall =
        static_cast<double>(variant.stall_nanolitres_per_s) * 60 / static_cast<double>(kNanolitresPerGallon);
    return number(gallons, 4) + (stall > 0 ? " gal, stalls under " + number(stall, 2) + " gpm" : " gal");
}

void print_rate(const char* label, const AlarmRate& rate, std::ostream& out) {
    out << "  " << label << cell(number(rate.value(), 3), static_cast<int>(44 - std::string(label).size())) << "  (< "
        << number(rate.upper95(), 3) << " at 95 %; " << rate.count << " in " << number(rate.home_months, 2)
        << " home-months" << (rate.variants > 1 ? " x " + std::to_string(rate.variants) + " meters" : "") << ")\n";
}

void print_figures(const NamedFigures& all, std::ostream& out) {
    out << "  leak                       n   1 h   2 h  24 h  48 h  target        median    p90  named  lost gal  "
           "clears    p90  notices\n";
    for (const auto& [name, figures] : all) {
        std::string target = "-";
        if (figures.target_min() > 0) {
            target = percent(figures.found_within(figures.target_min() * 60)) + " in " + minutes(figures.target_min());
        }
        char label[64];
        std::snprintf(label, sizeof label, "  %-23s", name.c_str());
        out << label << cell(std::to_string(figures.injected()), 5) << cell(percent(figures.found_within(kHour)), 6)
            << cell(percent(figures.found_within(2 * kHour)), 6) << cell(percent(figures.found_within(24 * kHour)), 6)
            << cell(percent(figures.found_within(48 * kHour)), 6) << "  " << cell(target, 13)
            << cell(minutes(figures.minutes_to_find(0.5)), 7) << cell(minutes(figures.minutes_to_find(0.9)), 7)
            << cell(percent(figures.named()), 7) << cell(number(figures.gallons_lost_median(), 1), 10)
            << cell(minutes(figures.minutes_to_clear(0.5)), 8) << cell(minutes(figures.minutes_to_clear(0.9)), 7)
            << cell(number(figures.notices_per_leak(), 2), 9) << '\n';
        if (name == "sprinkler_zone") {
            out << "    found by its first run " << percent(figures.found_by_run(1)) << ", by its second "
                << percent(figures.found_by_run(2)) << '\n';
        }
        if (figures.notices_before() > 0) {
            out << "    " << figures.notices_before() << " notices while away before the use\n";
        }
    }
}

Json rate_json(const AlarmRate& rate) {
    return {{"value", rounded(rate.value(), 1e4)},
            {"upper95", rounded(rate.upper95(), 1e4)},
            {"count", rate.count},
            {"home_months", rounded(rate.home_months, 1e3)}};
}

Json figures_json(const NamedFigures& all) {
    Json kinds = Json::object();
    for (const auto& [name, figures] : all) {
        Json kind;
        kind["injected"] = figures.injected();
        kind["found_1h"] = rounded(figures.found_within(kHour), 1e4);
        kind["found_2h"] = rounded(figures.found_within(2 * kHour), 1e4);
        kind["found_24h"] = rounded(figures.found_within(24 * kHour), 1e4);
        kind["found_48h"] = rounded(figures.found_within(48 * kHour), 1e4);
        kind["median_min"] = rounded(figures.minutes_to_find(0.5), 10);
        kind["p90_min"] = rounded(figures.minutes_to_find(0.9), 10);
        kind["named"] = rounded(figures.named(), 1e4);
        kind["gallons_lost_median"] = rounded(figures.gallons_lost_median(), 1e3);
        kind["clear_median_min"] = rounded(figures.minutes_to_clear(0.5), 10);
        kind["clear_p90_min"] = rounded(figures.minutes_to_clear(0.9), 10);
        kind["notices"] = rounded(figures.notices_per_leak(), 1e3);
        if (figures.target_min() > 0) {
            kind["target_min"] = figures.target_min();
            kind["found_in_target"] = rounded(figures.found_within(figures.target_min() * 60), 1e4);
        }
        if (name == "sprinkler_zone") {
            kind["found_first_run"] = rounded(figures.found_by_run(1), 1e4);
            kind["found_second_run"] = rounded(figures.found_by_run(2), 1e4);
        }
        if (name == "away") kind["notices_before"] = figures.notices_before();
        kinds[name] = std::move(kind);
    }
    return kinds;
}

Json alarm_json(const FoundFalseAlarm& found) {
    const detect::Finding& finding = found.alarm.finding;
    Json alarm;
    alarm["home"] = found.home;
    alarm["variant"] = found.variant;
    alarm["local_time"] = found.local_time;
    alarm["time"] = base::to_rfc3339(base::from_unix_s(found.alarm.at_s));
    alarm["day"] = found.second_of_home / kSecondsPerDay + 1;
    alarm["rule"] = name(finding.rule);
    alarm["rules"] = rules_text(found.alarm);
    alarm["severity"] = name(finding.severity);
    alarm["since"] = base::to_rfc3339(finding.since);
    alarm["volume_gal"] = rounded(base::to_gallons(finding.volume), 1e3);
    alarm["rate_gpm"] = rounded(base::to_gallons_per_minute(finding.rate), 1e4);
    alarm["observed"] = finding.observed;
    alarm["limit"] = finding.limit;
    alarm["usual"] = finding.usual;
    alarm["learned_days"] = finding.learned_days;
    alarm["sentence"] = found.sentence;
    return alarm;
}

std::string miss_text(const Miss& miss) {
    const LeakScore& score = miss.score;
    std::string text = miss.kind + " in " + miss.home + "/" + std::to_string(miss.variant) +
                       (miss.coarse ? " (coarse)" : " (fine)") + " from " + miss.begins_local + ": ";
    if (!score.found_after_s) return text + "not found";
    text += "found after " + minutes(static_cast<double>(*score.found_after_s) / 60) + " as " +
            std::string(name(*score.found_as));
    return score.named ? text : text + ", never by its name";
}

Json miss_json(const Miss& miss) {
    Json json{{"kind", miss.kind}, {"home", miss.home}, {"variant", miss.variant}, {"local_time", miss.begins_local}};
    json["found_min"] = nullptr;
    if (miss.score.found_after_s) json["found_min"] = rounded(static_cast<double>(*miss.score.found_after_s) / 60, 10);
    json["found_as"] = nullptr;
    if (miss.score.found_as) json["found_as"] = name(*miss.score.found_as);
    json["named"] = miss.score.named;
    return json;
}

template <typename Key>
Json counts(const LeakEvaluation& result, const Key& key) {
    std::map<std::string, int> by;
    for (const FoundFalseAlarm& found : result.false_alarms) ++by[key(found)];
    Json json = Json::object();
    for (const auto& [name, count] : by) json[name] = count;
    return json;
}

Json by_rule(const LeakEvaluation& result) {
    return counts(result, [](const FoundFalseAlarm& f) { return std::string(name(f.alarm.finding.rule)); });
}

Json by_severity(const LeakEvaluation& result) {
    return counts(result, [](const FoundFalseAlarm& f) { return std::string(name(f.alarm.finding.severity)); });
}

std::string counts_text(const Json& json) {
    std::string text;
    for (const auto& [name, count] : json.items()) {
        text += (text.empty() ? "" : ", ") + name + " " + std::to_string(count.get<int>());
    }
    return text;
}

}  // namespace

void print_leak_table(const LeakEvaluation& result, const LeakReportParts& parts, std::ostream& out) {
    out << "Leak detection on " << result.homes.size() << " homes, seed " << result.options.seed
        << (result.options.irrigation ? ", with the sprinkler calendar" : "")
        << (result.options.clean ? ", clean meters" : "") << "\n\nFalse alarms per home-month\n";
    print_rate("all", result.all, out);
    print_rate("homes without sprinklers of their own", result.without_sprinklers, out);
    print_rate("first 14 days", result.first_14_days, out);
    print_rate("after 14 days", result.after, out);
    if (result.options.irrigation) print_rate("after 14 days of sprinklers", result.after_season, out);
    if (!result.false_alarms.empty()) {
        out << "  by rule: " << counts_text(by_rule(result)) << "; by severity: " << counts_text(by_severity(result))
            << '\n';
    }
    out << "\nHomes\n";
    for (const HomeReport& home : result.homes) {
        char label[64];
        std::snprintf(label, sizeof label, "  %-12s %-14s", home.name.c_str(), home.kind.c_str());
        out << label << cell(number(home.all.home_months, 2), 6) << " home-months, " << home.all.count
            << " false alarms; ";
        for (const MeterVariant& variant : home.variants) {
            out << (variant.number > 0 ? " | " : "") << meter_text(variant);
        }
        out << (home.own_sprinklers ? "; own sprinklers" : "") << (home.is_short ? "; short" : "") << '\n';
    }
    if (parts.list) {
        out << "\nFalse alarms\n";
        for (const FoundFalseAlarm& found : result.false_alarms) {
            out << "  " << found.home << '/' << found.variant << ' ' << found.local_time << " (day "
                << found.second_of_home / kSecondsPerDay + 1 << ") " << rules_text(found.alarm) << ": "
                << found.sentence << '\n';
        }
    }
    if (!result.kinds.empty()) {
        out << "\nLeaks, after 14 days\n";
        print_figures(result.kinds, out);
    }
    if (!result.short_homes.empty()) {
        out << "\nLeaks in homes of less than 16 days, from their first half day on\n";
        print_figures(result.short_homes, out);
    }
    if (parts.misses) {
        out << "\nNot found, found late or not by its name\n";
        for (const Miss& miss : result.misses) out << "  " << miss_text(miss) << '\n';
    }
}

void print_leak_json(const LeakEvaluation& result, const LeakReportParts& parts, std::ostream& out) {
    Json json;
    json["homes"] = result.homes.size();
    json["home_months"] = rounded(result.all.home_months, 1e3);
    Json rate = rate_json(result.all);
    rate["meters"] = result.options.variants;
    rate["by_rule"] = by_rule(result);
    rate["by_severity"] = by_severity(result);
    rate["without_sprinklers"] = rate_json(result.without_sprinklers);
    rate["first_14_days"] = rate_json(result.first_14_days);
    rate["after"] = rate_json(result.after);
    rate["after_14_days_of_sprinklers"] = rate_json(result.after_season);
    json["false_alarms_per_home_month"] = std::move(rate);
    json["kinds"] = figures_json(result.kinds);
    json["short"] = figures_json(result.short_homes);
    json["seed"] = result.options.seed;
    json["irrigation"] = result.options.irrigation;
    Json homes = Json::object();
    for (const HomeReport& home : result.homes) {
        homes[home.name] = {{"kind", home.kind},
                            {"short", home.is_short},
                            {"own_sprinklers", home.own_sprinklers},
                            {"home_months", rounded(home.all.home_months, 1e3)},
                            {"false_alarms", home.all.count}};
    }
    json["by_home"] = std::move(homes);
    Json alarms = Json::array();
    for (const FoundFalseAlarm& found : result.false_alarms) alarms.push_back(alarm_json(found));
    json["false_alarms"] = std::move(alarms);
    if (parts.misses) {
        json["misses"] = Json::array();
        for (const Miss& miss : result.misses) json["misses"].push_back(miss_json(miss));
    }
    out << json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

}  // namespace millrace::app
