#include "app/evaluation/home_trace.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string_view>

namespace millrace::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHomesFile = "homes.csv";
constexpr std::string_view kHeaderStart = "unix_timestamp,cumulative_";
constexpr std::int64_t kDefaultSampleSeconds = 10;
constexpr std::int64_t kDefaultGapSeconds = 900;
// What the arithmetic on nanolitres holds with a wide margin: a million cubic metres, and the year 9999.
constexpr double kMostNanolitres = 1e18;
constexpr std::int64_t kMostUnixSeconds = 253'402'300'799;

base::Error at_line(const std::string& file, std::size_t line, const std::string& what) {
    return {file + ":" + std::to_string(line) + ": " + what};
}

template <typename Number>
std::optional<Number> read_number(std::string_view text) {
    Number number{};
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

void strip_line_end(std::string& line) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
}

// Fields between commas; one in double quotes may hold commas, and two quotes for one.
std::optional<std::vector<std::string>> split_csv(const std::string& line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
            fields.back() += line[++i];
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            fields.emplace_back();
        } else {
            fields.back() += c;
        }
    }
    if (quoted) return std::nullopt;
    return fields;
}

// One row of homes.csv by the names of its columns.
using HomeRow = std::map<std::string, std::string>;

struct HomeEntry {
    HomeRow row;
    std::size_t line = 0;

    [[nodiscard]] std::string field(const std::string& name) const {
        const auto found = row.find(name);
        return found == row.end() ? std::string() : found->second;
    }
};

base::Result<std::vector<HomeEntry>, base::Error> read_homes_file(const std::string& file) {
    std::ifstream in(file);
    if (!in) return base::failure(base::Error{"cannot read " + file});
    std::vector<HomeEntry> entries;
    std::vector<std::string> columns;
    std::string text;
    for (std::size_t line = 1; std::getline(in, text); ++line) {
        strip_line_end(text);
        if (text.empty()) continue;
        const auto fields = split_csv(text);
        if (!fields) return base::failure(at_line(file, line, "a quoted field has no end"));
        if (columns.empty()) {
            for (const char* needed : {"home", "file", "unit", "ml_per_unit"}) {
                if (std::find(fields->begin(), fields->end(), needed) == fields->end()) {
                    return base::failure(at_line(file, line, std::string("the header has no column ") + needed));
                }
            }
            columns = *fields;
            continue;
        }
        if (fields->size() != columns.size()) {
            return base::failure(at_line(
                file, line,
                std::to_string(fields->size()) + " fields, but the header has " + std::to_string(columns.size())));
        }
        HomeEntry entry{{}, line};
        for (std::size_t i = 0; i < columns.size(); ++i) entry.row[columns[i]] = (*fields)[i];
        entries.push_back(std::move(entry));
    }
    if (columns.empty()) return base::failure(base::Error{file + " is empty"});
    return entries;
}

// Reads one trace into spans.
class TraceReader {
public:
    TraceReader(Home& home, double ml_per_unit, std::int64_t sample_s, std::int64_t gap_s)
        : home_(home), ml_per_unit_(ml_per_unit), sample_s_(sample_s), gap_s_(gap_s) {}

    std::optional<base::Error> read() {
        std::ifstream in(home_.file);
        if (!in) return base::Error{"cannot read the trace " + home_.file};
        std::string text;
        std::size_t line = 1;
        if (!std::getline(in, text) || !take_header(text)) {
            return at_line(home_.file, line,
                           "a trace begins with the line unix_timestamp,cumulative_<peaks|pulses|ml|l>");
        }
        while (std::getline(in, text)) {
            ++line;
            strip_line_end(text);
            if (text.empty()) continue;
            if (const auto problem = take_row(text)) return at_line(home_.file, line, *problem);
        }
        if (rows_ < 2) return base::Error{home_.file + " has fewer than two rows"};
        home_.end_s = last_s_;
        return std::nullopt;
    }

private:
    bool take_header(std::string& text) {
        strip_line_end(text);
        const std::string_view header = text;
        if (!header.starts_with(kHeaderStart)) return false;
        const std::string_view unit = header.substr(kHeaderStart.size());
        if (unit == "peaks" || unit == "pulses") {
            home_.nanolitres_per_pulse = std::llround(ml_per_unit_ * 1e6);
            nanolitres_per_unit_ = static_cast<double>(*home_.nanolitres_per_pulse);
        } else if (unit == "ml" || unit == "l") {
            nanolitres_per_unit_ = unit == "ml" ? 1e6 : 1e9;
        } else {
            return false;
        }
        return true;
    }

    std::optional<std::string> take_row(std::string_view text) {
        const std::size_t comma = text.find(',');
        if (comma == std::string_view::npos) return "a row is a time, a comma and a total";
        const auto time = read_number<std::int64_t>(text.substr(0, comma));
        const auto total = read_number<double>(text.substr(comma + 1));
        if (!time || *time < 0 || *time > kMostUnixSeconds) return "the time is not a number of unix seconds";
        if (!total || !(*total >= 0 && *total * nanolitres_per_unit_ < kMostNanolitres)) {
            return "the total is not a number of units";
        }
        const std::int64_t nanolitres = std::llround(*total * nanolitres_per_unit_);
        if (rows_ == 0) {
            home_.start_s = *time;
        } else {
            if (*time < last_s_) return "the time goes back";
            if (nanolitres < last_nanolitres_) return "the total goes back";
            if (*time == last_s_ && nanolitres > last_nanolitres_) return "two totals at one time";
            add_step(*time, nanolitres - last_nanolitres_);
        }
        ++rows_;
        last_s_ = *time;
        last_nanolitres_ = nanolitres;
        return std::nullopt;
    }

    void add_step(std::int64_t time, std::int64_t nanolitres) {
        if (time - last_s_ > gap_s_) home_.gaps.emplace_back(last_s_, time);
        if (nanolitres == 0) return;
        // The total held still until the sample in which it rose.
        const std::int64_t from = std::max(last_s_, time - sample_s_);
        home_.water.push_back({from, time, nanolitres});
    }

    Home& home_;
    double ml_per_unit_;
    std::int64_t sample_s_;
    std::int64_t gap_s_;
    double nanolitres_per_unit_ = 1e6;
    std::size_t rows_ = 0;
    std::int64_t last_s_ = 0;
    std::int64_t last_nanolitres_ = 0;
};

base::Result<std::int64_t, base::Error> seconds_field(const HomeEntry& entry, const std::string& homes_file,
                                                      const std::string& name, std::int64_t otherwise) {
    const std::string text = entry.field(name);
    if (text.empty()) return otherwise;
    const auto number = read_number<std::int64_t>(text);
    if (!number || *number < 1 || *number > kSecondsPerDay) {
        return base::failure(at_line(homes_file, entry.line, name + " is not a number of seconds of a day"));
    }
    return *number;
}

base::Result<Home, base::Error> read_home(const HomeEntry& entry, const std::string& homes_file) {
    Home home;
    home.name = entry.field("home");
    home.kind = entry.field("kind");
    home.own_sprinklers = entry.field("notes").find("irrigation") != std::string::npos;
    if (home.name.empty()) return base::failure(at_line(homes_file, entry.line, "the home has no name"));
    if (entry.field("file").empty()) return base::failure(at_line(homes_file, entry.line, "the home has no file"));
    home.file = (fs::path(homes_file).parent_path() / entry.field("file")).string();
    const std::string events = entry.field("events_file");
    if (!events.empty()) home.events_file = (fs::path(homes_file).parent_path() / events).string();
    const auto ml_per_unit = read_number<double>(entry.field("ml_per_unit"));
    if (!ml_per_unit || !(*ml_per_unit > 0.01 && *ml_per_unit < 1e6)) {
        return base::failure(at_line(homes_file, entry.line, "ml_per_unit is not a volume in millilitres"));
    }
    const std::string zone = entry.field("utc_offset_or_tz");
    const auto clock = HomeClock::parse(zone.empty() ? "UTC" : zone);
    if (!clock) return base::failure(at_line(homes_file, entry.line, clock.error().message));
    home.clock = *clock;
    const auto sample_s = seconds_field(entry, homes_file, "sample_s", kDefaultSampleSeconds);
    if (!sample_s) return base::failure(sample_s.error());
    const auto gap_s = seconds_field(entry, homes_file, "gap_s", kDefaultGapSeconds);
    if (!gap_s) return base::failure(gap_s.error());
    if (auto problem = TraceReader(home, *ml_per_unit, *sample_s, *gap_s).read()) return base::failure(*problem);
    return home;
}

bool same_file(const fs::path& a, const fs::path& b) {
    std::error_code ignored;
    return fs::equivalent(a, b, ignored);
}

std::optional<base::Error> read_folder(const fs::path& folder, const std::optional<fs::path>& only,
                                       std::vector<Home>& homes) {
    const std::string homes_file = (folder / kHomesFile).string();
    const auto entries = read_homes_file(homes_file);
    if (!entries) return entries.error();
    bool found = false;
    for (const HomeEntry& entry : *entries) {
        if (only && !same_file(folder / entry.field("file"), *only)) continue;
        found = true;
        auto home = read_home(entry, homes_file);
        if (!home) return home.error();
        homes.push_back(std::move(*home));
    }
    if (!found && only) return base::Error{homes_file + " has no line with the file " + only->filename().string()};
    if (!found) return base::Error{homes_file + " names no home"};
    return std::nullopt;
}

}  // namespace

base::Result<HomeClock, base::Error> HomeClock::parse(const std::string& text) {
    HomeClock clock;
    const bool sign = text.starts_with('+') || text.starts_with('-');
    if (sign || (!text.empty() && text.front() >= '0' && text.front() <= '9')) {
        const std::string_view digits = std::string_view(text).substr(sign ? 1 : 0);
        const std::size_t colon = digits.find(':');
        const auto hours = read_number<int>(digits.substr(0, colon));
        const auto minutes =
            colon == std::string_view::npos ? std::optional(0) : read_number<int>(digits.substr(colon + 1));
        if (!hours || !minutes || *hours > 14 || *hours < 0 || *minutes > 59 || *minutes < 0) {
            return base::failure(base::Error{"\"" + text + "\" is no offset such as +01:00 and no time zone"});
        }
        const int value = *hours * 3600 + *minutes * 60;
        clock.fixed_ = base::Seconds{text.front() == '-' ? -value : value};
        return clock;
    }
    auto zone = base::TimeZone::load(text);
    if (!zone) return base::failure(zone.error());
    clock.zone_ = *zone;
    return clock;
}

base::Seconds HomeClock::utc_offset(std::int64_t unix_s) const {
    return fixed_ ? *fixed_ : zone_.utc_offset(base::from_unix_s(unix_s));
}

std::int64_t HomeClock::day_start(std::int64_t unix_s) const {
    if (!fixed_) return base::unix_s(zone_.start_of(base::CalendarUnit::Day, base::from_unix_s(unix_s)));
    const std::int64_t local = unix_s + fixed_->count();
    return local - local % kSecondsPerDay - fixed_->count();
}

std::string HomeClock::text(std::int64_t unix_s) const {
    std::string text = base::to_rfc3339(base::from_unix_s(unix_s), utc_offset(unix_s)).substr(0, 16);
    text[10] = ' ';
    return text;
}

std::int64_t Home::covered_s() const {
    std::int64_t covered = end_s - start_s;
    for (const auto& [from, to] : gaps) covered -= to - from;
    return covered;
}

bool Home::has_gap_between(std::int64_t from_s, std::int64_t to_s) const {
    return std::any_of(gaps.begin(), gaps.end(),
                       [&](const auto& gap) { return gap.first < to_s && gap.second > from_s; });
}

base::Result<std::vector<Home>, base::Error> read_homes(const std::string& path) {
    std::vector<Home> homes;
    std::error_code problem;
    if (!fs::is_directory(path, problem)) {
        if (!fs::exists(path, problem)) return base::failure(base::Error{"cannot read " + path});
        if (auto error = read_folder(fs::path(path).parent_path(), fs::path(path), homes)) return base::failure(*error);
        return homes;
    }
    if (fs::exists(fs::path(path) / kHomesFile, problem)) {
        if (auto error = read_folder(path, std::nullopt, homes)) return base::failure(*error);
        return homes;
    }
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(path, problem)) {
        if (fs::exists(entry.path() / kHomesFile, problem)) folders.push_back(entry.path());
    }
    std::sort(folders.begin(), folders.end());
    for (const fs::path& folder : folders) {
        if (auto error = read_folder(folder, std::nullopt, homes)) return base::failure(*error);
    }
    if (homes.empty()) return base::failure(base::Error{path + " has no homes.csv, and no folder in it has one"});
    return homes;
}

}  // namespace millrace::app
