#include "app/evaluation/category_report.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <ostream>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

namespace millrace::app {
namespace {

using nlohmann::ordered_json;

std::string meter_of(const HomeCategories& home) {
    return home.coarse ? "coarse" : "fine";
}

// Homes of one data set with one meter: the mean of the homes' overall figures, the sum of their categories'.
struct Set {
    int homes = 0;
    double volume_f1 = 0;
    double count_f1 = 0;
    std::map<int, std::pair<double, double>> later;  // by number of labels
    CategoryScore sum;

    void add(const HomeCategories& home) {
        ++homes;
        volume_f1 += home.whole.volume_f1();
        count_f1 += home.whole.count_f1();
        for (const auto& [labels, score] : home.later) {
            later[labels].first += score.volume_f1();
            later[labels].second += score.count_f1();
        }
        sum += home.whole;
    }
};

using Sets = std::map<std::pair<std::string, std::string>, Set>;  // by data set and meter

Sets sets_of(const std::vector<HomeCategories>& homes) {
    Sets sets;
    for (const HomeCategories& home : homes) sets[{home.folder, meter_of(home)}].add(home);
    return sets;
}

std::vector<ConfidenceBand> bands_of(const std::vector<HomeCategories>& homes) {
    std::vector<ConfidenceBand> bands = homes.front().confidence;
    for (std::size_t i = 1; i < homes.size(); ++i) {
        for (std::size_t band = 0; band < bands.size(); ++band) {
            bands[band].uses += homes[i].confidence[band].uses;
            bands[band].right += homes[i].confidence[band].right;
        }
    }
    return bands;
}

std::string text(double share) {
    char buffer[16];
    std::snprintf(buffer, sizeof buffer, "%.3f", share);
    return buffer;
}

std::string padded(std::string word, std::size_t width) {
    word.resize(std::max(width, word.size()), ' ');
    return word;
}

std::string figures(double volume, double count, int of) {
    return text(volume / of) + " / " + text(count / of);
}

constexpr double kWorthTelling = 0.03;

// "shower 0.06, faucet 0.03": the shares of a category's water that were said to be others, the largest first.
std::string mistaken_for(const CategoryFigures& of, std::size_t own) {
    std::vector<std::pair<double, std::size_t>> others;
    for (std::size_t i = 0; i < classify::kCategories; ++i) {
        const double part = of.truth_litres > 0 ? of.said_litres[i] / of.truth_litres : 0;
        if (i != own && part >= kWorthTelling) others.emplace_back(-part, i);
    }
    std::sort(others.begin(), others.end());
    std::string words;
    for (const auto& [part, category] : others) {
        words += (words.empty() ? "; said to be " : ", ") + std::string(classify::kCategoryNames[category].key) + " " +
                 text(-part);
    }
    return words;
}

ordered_json to_json(const CategoryScore& score) {
    ordered_json categories = ordered_json::object();
    for (std::size_t i = 0; i < classify::kCategories; ++i) {
        const CategoryFigures& of = score.of[i];
        if (of.events == 0 && of.uses == 0) continue;
        categories[std::string(classify::kCategoryNames[i].key)] = {{"volume_f1", of.volume_f1()},
                                                                    {"count_f1", of.count_f1()},
                                                                    {"litres", of.truth_litres},
                                                                    {"events", of.events}};
        ordered_json& said = categories[std::string(classify::kCategoryNames[i].key)]["said_litres"];
        said = ordered_json::object();
        for (std::size_t told = 0; told < classify::kCategories; ++told) {
            if (of.said_litres[told] > 0) said[std::string(classify::kCategoryNames[told].key)] = of.said_litres[told];
        }
    }
    return categories;
}

}  // namespace

void print_category_table(const std::vector<HomeCategories>& homes, std::ostream& out) {
    out << "F1 by volume / by count; first from the first day on without labels, then of the last three fifths of the "
           "time after so many\n\n";
    const auto line = [&out](const std::string& name, const std::string& meter, const std::string& whole,
                             const std::vector<std::string>& later) {
        out << padded(name, 22) << padded(meter, 8) << padded(whole, 16);
        for (const std::string& each : later) out << padded(each, 16);
        out << '\n';
    };
    std::vector<std::string> head;
    for (const auto& [labels, score] : homes.front().later) head.push_back(std::to_string(labels) + " labels");
    line("home", "meter", "from day one", head);
    for (const HomeCategories& home : homes) {
        std::vector<std::string> later;
        for (const auto& [labels, score] : home.later) later.push_back(figures(score.volume_f1(), score.count_f1(), 1));
        line(home.folder + "/" + home.name, meter_of(home), figures(home.whole.volume_f1(), home.whole.count_f1(), 1),
             later);
    }
    out << '\n';
    const Sets sets = sets_of(homes);
    for (const auto& [name, set] : sets) {
        std::vector<std::string> later;
        for (const auto& [labels, sums] : set.later) later.push_back(figures(sums.first, sums.second, set.homes));
        line(name.first + ", mean", name.second, figures(set.volume_f1, set.count_f1, set.homes), later);
    }
    for (const auto& [name, set] : sets) {
        out << '\n' << name.first << ", " << name.second << " meter, by category without labels\n";
        for (std::size_t i = 0; i < classify::kCategories; ++i) {
            const CategoryFigures& of = set.sum.of[i];
            if (of.events == 0 && of.uses == 0) continue;
            out << "  " << padded(std::string(classify::kCategoryNames[i].key), 16)
                << padded(figures(of.volume_f1(), of.count_f1(), 1), 16) << of.events << " events, "
                << static_cast<std::int64_t>(of.truth_litres) << " l" << mistaken_for(of, i) << '\n';
        }
    }
    out << "\nHow often a verdict was right, by the confidence it was told with\n";
    for (const ConfidenceBand& band : bands_of(homes)) {
        if (band.uses == 0) continue;
        out << "  from " << text(band.from) << "  "
            << text(static_cast<double>(band.right) / static_cast<double>(band.uses)) << " of " << band.uses
            << " uses\n";
    }
}

void print_category_json(const std::vector<HomeCategories>& homes, std::ostream& out) {
    ordered_json sets = ordered_json::object();
    for (const auto& [name, set] : sets_of(homes)) {
        ordered_json& entry = sets[name.first][name.second];
        entry = {
            {"homes", set.homes}, {"volume_f1", set.volume_f1 / set.homes}, {"count_f1", set.count_f1 / set.homes}};
        for (const auto& [labels, sums] : set.later) {
            entry["later"][std::to_string(labels)] = {{"volume_f1", sums.first / set.homes},
                                                      {"count_f1", sums.second / set.homes}};
        }
        entry["categories"] = to_json(set.sum);
    }
    ordered_json list = ordered_json::array();
    for (const HomeCategories& home : homes) {
        ordered_json entry = {{"home", home.name},
                              {"set", home.folder},
                              {"kind", home.kind},
                              {"meter", meter_of(home)},
                              {"uses", home.uses},
                              {"volume_f1", home.whole.volume_f1()},
                              {"count_f1", home.whole.count_f1()}};
        for (const auto& [labels, score] : home.later) {
            entry["later"][std::to_string(labels)] = {{"volume_f1", score.volume_f1()}, {"count_f1", score.count_f1()}};
        }
        entry["categories"] = to_json(home.whole);
        list.push_back(std::move(entry));
    }
    ordered_json confidence = ordered_json::array();
    for (const ConfidenceBand& band : bands_of(homes)) {
        confidence.push_back({{"from", band.from}, {"uses", band.uses}, {"right", band.right}});
    }
    out << ordered_json{{"sets", sets}, {"homes", list}, {"confidence", confidence}}.dump(2) << '\n';
}

}  // namespace millrace::app
