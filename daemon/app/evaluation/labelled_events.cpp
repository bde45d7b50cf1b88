#include "app/evaluation/labelled_events.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

namespace millrace::app {
namespace {

using classify::Category;

constexpr std::string_view kHeader = "start_unix,end_unix,volume_ml,label";
// What the arithmetic holds with a wide margin: the year 9999, and a thousand cubic metres.
constexpr std::int64_t kMostUnixSeconds = 253'402'300'799;
constexpr std::int64_t kMostMillilitres = 1'000'000'000;

// What others call the same.
constexpr std::pair<std::string_view, Category> kOtherWords[] = {
    {"washbasin", Category::Faucet},
    {"bidet", Category::Faucet},
    {"kitchen_faucet", Category::Faucet},
    {"bathroom_faucet", Category::Faucet},
    {"washing_machine", Category::ClothesWasher},
    {"dishwasher_cycle", Category::Dishwasher},
    {"outside_tap", Category::Hose},
    {"bathtub", Category::Bath},
};

std::optional<Category> category_named(std::string_view label) {
    for (const auto& [word, category] : kOtherWords) {
        if (word == label) return category;
    }
    return classify::category_of(label);
}

std::optional<std::int64_t> whole_number(std::string_view text, std::int64_t most) {
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc{} || end != text.data() + text.size() || number < 0 || number > most) return std::nullopt;
    return number;
}

base::Result<LabelledEvent, std::string> event_of(std::string_view row) {
    std::array<std::string_view, 4> fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const std::size_t comma = i + 1 < fields.size() ? row.find(',') : row.size();
        if (comma == std::string_view::npos) return base::failure(std::string("a row is ") + std::string(kHeader));
        fields[i] = row.substr(0, comma);
        row.remove_prefix(std::min(row.size(), comma + 1));
    }
    const auto start = whole_number(fields[0], kMostUnixSeconds);
    const auto end = whole_number(fields[1], kMostUnixSeconds);
    const auto volume = whole_number(fields[2], kMostMillilitres);
    if (!start || !end || !volume) {
        return base::failure(std::string("start, end and volume are whole numbers of unix seconds and millilitres"));
    }
    const auto category = category_named(fields[3]);
    if (!category) return base::failure("\"" + std::string(fields[3].substr(0, 40)) + "\" is no kind of use");
    return LabelledEvent{*start, std::max(*end, *start + 1), {*volume * 1'000}, *category};
}

}  // namespace

base::Result<std::vector<LabelledEvent>, base::Error> read_labelled_events(const std::string& file) {
    std::ifstream in(file);
    std::string row;
    if (!in || !std::getline(in, row)) return base::failure(base::Error{"cannot read the events " + file});
    const auto strip = [&row] { row.erase(row.find_last_not_of("\r ") + 1); };
    strip();
    if (row != kHeader)
        return base::failure(base::Error{file + ":1: events begin with the line " + std::string(kHeader)});
    std::vector<LabelledEvent> events;
    for (std::size_t line = 2; std::getline(in, row); ++line) {
        strip();
        if (row.empty()) continue;
        const auto event = event_of(row);
        if (!event) return base::failure(base::Error{file + ":" + std::to_string(line) + ": " + event.error()});
        events.push_back(*event);
    }
    std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.start_s < b.start_s; });
    return events;
}

}  // namespace millrace::app
