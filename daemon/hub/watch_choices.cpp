#include "hub/watch_choices.h"

#include <cstdint>
#include <limits>

#include <nlohmann/json.hpp>

namespace millrace::hub {
namespace {

using nlohmann::json;

// More windows, habits or findings than anybody enters.
constexpr std::size_t kMaxListed = 256;
constexpr std::size_t kMaxText = 1'000;
constexpr int kMinutesPerDay = 1'440;
constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLastMs = 253'402'300'799'999;  // the end of the year 9999
constexpr std::int64_t kLongestS = 366 * 86'400;

// Takes members of one object; remembers whether all were as they should be.
class Members {
public:
    explicit Members(const json& object) : object_(object), good_(object.is_object()) {}

    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool has(const char* key) const { return good_ && object_.contains(key); }

    std::int64_t number(const char* key, std::int64_t least, std::int64_t most) {
        const json* member = find(key);
        if (member == nullptr || !member->is_number_integer()) return fail<std::int64_t>();
        const auto value = member->get<std::int64_t>();
        if (value < least || value > most) return fail<std::int64_t>();
        return value;
    }
    int small(const char* key, int least, int most) { return static_cast<int>(number(key, least, most)); }
    base::WallTime time(const char* key) { return base::from_unix_ms(number(key, -kLastMs, kLastMs)); }
    bool flag(const char* key) {
        const json* member = find(key);
        return member != nullptr && member->is_boolean() ? member->get<bool>() : fail<bool>();
    }
    std::string text(const char* key) {
        const json* member = find(key);
        if (member == nullptr || !member->is_string()) return fail<std::string>();
        const auto& value = member->get_ref<const std::string&>();
        return value.size() <= kMaxText ? value : fail<std::string>();
    }
    const json& list(const char* key) {
        static const json kEmpty = json::array();
        const json* member = find(key);
        if (member != nullptr && member->is_array() && member->size() <= kMaxListed) return *member;
        good_ = false;
        return kEmpty;
    }
    template <typename T>
    T named(const std::optional<T>& found) {
        return found ? *found : fail<T>();
    }

private:
    const json* find(const char* key) const {
        if (!good_) return nullptr;
        const auto found = object_.find(key);
        return found == object_.end() ? nullptr : &*found;
    }
    template <typename T>
    T fail() {
        good_ = false;
        return T{};
    }

    const json& object_;
    bool good_;
};

json parsed(const std::string& text) {
    return json::parse(text, nullptr, false);
}

std::string dumped(const json& document) {
    // A label with bytes that are no UTF-8 must not throw.
    return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

json json_of(const detect::WeekWindow& window) {
    return {{"days", window.days}, {"from", window.from_minute}, {"to", window.to_minute}};
}

detect::WeekWindow window_from(Members& members) {
    detect::WeekWindow window;
    window.days = static_cast<std::uint8_t>(members.small("days", 0, 0x7f));
    window.from_minute = members.small("from", 0, kMinutesPerDay - 1);
    window.to_minute = members.small("to", 0, kMinutesPerDay - 1);
    return window;
}

json json_of(const detect::Finding& finding) {
    return {{"rule", name(finding.rule)},
            {"severity", name(finding.severity)},
            {"since", base::unix_ms(finding.since)},
            {"at", base::unix_ms(finding.at)},
            {"volume", finding.volume.microlitres},
            {"rate", finding.rate.microlitres_per_second},
            {"at_least", finding.at_least.microlitres_per_second},
            {"measure", static_cast<int>(finding.measure)},
            {"observed", finding.observed},
            {"limit", finding.limit},
            {"source", static_cast<int>(finding.source)},
            {"usual", finding.usual},
            {"learned_days", finding.learned_days},
            {"detail", finding.detail}};
}

std::optional<detect::Finding> finding_from(const json& object) {
    Members members(object);
    detect::Finding finding;
    finding.rule = members.named(detect::rule_by_name(members.text("rule")));
    finding.severity = members.named(detect::severity_by_name(members.text("severity")));
    finding.since = members.time("since");
    finding.at = members.time("at");
    finding.volume = {members.number("volume", -kAny, kAny)};
    finding.rate = {members.number("rate", -kAny, kAny)};
    finding.at_least = {members.number("at_least", -kAny, kAny)};
    finding.measure =
        static_cast<detect::Measure>(members.small("measure", 1, static_cast<int>(detect::Measure::None)));
    finding.observed = members.number("observed", -kAny, kAny);
    finding.limit = members.number("limit", -kAny, kAny);
    finding.source =
        static_cast<detect::LimitSource>(members.small("source", 1, static_cast<int>(detect::LimitSource::Floor)));
    finding.usual = members.number("usual", -kAny, kAny);
    finding.learned_days = members.small("learned_days", 0, 1'000'000);
    finding.detail = members.text("detail");
    return members.good() ? std::optional(finding) : std::nullopt;
}

json json_of(const detect::Habit& habit) {
    return {{"number", habit.number},
            {"source", static_cast<int>(habit.source)},
            {"on", habit.on},
            {"label", habit.label},
            {"days", habit.days},
            {"start", habit.start_minute},
            {"slack", habit.start_slack},
            {"length_s", habit.length.count()},
            {"flow", habit.flow.microlitres_per_second},
            {"volume", habit.volume.microlitres},
            {"seen", habit.seen},
            {"last_seen", base::unix_ms(habit.last_seen)}};
}

std::optional<detect::Habit> habit_from(const json& object) {
    Members members(object);
    detect::Habit habit;
    habit.number = members.number("number", 1, kAny);
    habit.source =
        static_cast<detect::HabitSource>(members.small("source", 1, static_cast<int>(detect::HabitSource::Owner)));
    habit.on = members.flag("on");
    habit.label = members.text("label");
    habit.days = static_cast<std::uint8_t>(members.small("days", 0, 0x7f));
    habit.start_minute = members.small("start", 0, kMinutesPerDay - 1);
    habit.start_slack = members.small("slack", 0, kMinutesPerDay);
    habit.length = base::Seconds{members.number("length_s", 0, kLongestS)};
    habit.flow = {members.number("flow", 0, kAny)};
    habit.volume = {members.number("volume", 0, kAny)};
    habit.seen = members.small("seen", 0, 1'000'000);
    habit.last_seen = members.time("last_seen");
    return members.good() ? std::optional(habit) : std::nullopt;
}

}  // namespace

std::string to_text(const detect::Settings& settings) {
    json document{{"away_after_s", settings.away_after.count()},
                  {"sensor_silent_after_s", settings.sensor_silent_after.count()},
                  {"bridge_offline_after_s", settings.bridge_offline_after.count()},
                  {"battery_low_mv", settings.battery_low_mv},
                  {"off", json::array()},
                  {"irrigation", json::array()},
                  {"modes", json::array()}};
    if (settings.burst_rate) document["burst_rate"] = settings.burst_rate->microlitres_per_second;
    if (settings.burst_after) document["burst_after_s"] = settings.burst_after->count();
    if (settings.continuous_after) document["continuous_after_s"] = settings.continuous_after->count();
    // Only what is set: so that what was chosen before there were budgets is still the same text.
    if (settings.budget_day) document["budget_day"] = settings.budget_day->microlitres;
    if (settings.budget_week) document["budget_week"] = settings.budget_week->microlitres;
    if (settings.budget_month) document["budget_month"] = settings.budget_month->microlitres;
    for (const detect::Rule rule : settings.off) document["off"].push_back(name(rule));
    for (const detect::WeekWindow& window : settings.irrigation) document["irrigation"].push_back(json_of(window));
    for (const detect::ModeWindow& window : settings.modes) {
        json entry = json_of(window.when);
        entry["mode"] = name(window.mode);
        document["modes"].push_back(std::move(entry));
    }
    return dumped(document);
}

std::optional<detect::Settings> settings_from(const std::string& text) {
    const json document = parsed(text);
    Members members(document);
    detect::Settings settings;
    const auto seconds = [&members](const char* key) { return base::Seconds{members.number(key, 0, kLongestS)}; };
    settings.away_after = seconds("away_after_s");
    settings.sensor_silent_after = seconds("sensor_silent_after_s");
    settings.bridge_offline_after = seconds("bridge_offline_after_s");
    settings.battery_low_mv = members.number("battery_low_mv", 0, 100'000);
    if (members.has("burst_rate")) settings.burst_rate = base::FlowRate{members.number("burst_rate", 0, kAny)};
    if (members.has("burst_after_s")) settings.burst_after = seconds("burst_after_s");
    if (members.has("continuous_after_s")) settings.continuous_after = seconds("continuous_after_s");
    const auto budget = [&members](const char* key) -> std::optional<base::Volume> {
        return members.has(key) ? std::optional(base::Volume{members.number(key, 0, kAny)}) : std::nullopt;
    };
    settings.budget_day = budget("budget_day");
    settings.budget_week = budget("budget_week");
    settings.budget_month = budget("budget_month");
    for (const json& entry : members.list("off")) {
        if (!entry.is_string()) return std::nullopt;
        const auto rule = detect::rule_by_name(entry.get_ref<const std::string&>());
        if (!rule) return std::nullopt;
        settings.off.push_back(*rule);
    }
    for (const json& entry : members.list("irrigation")) {
        Members window(entry);
        settings.irrigation.push_back(window_from(window));
        if (!window.good()) return std::nullopt;
    }
    for (const json& entry : members.list("modes")) {
        Members window(entry);
        const detect::Mode mode = window.named(detect::mode_by_name(window.text("mode")));
        settings.modes.push_back({mode, window_from(window)});
        if (!window.good()) return std::nullopt;
    }
    return members.good() ? std::optional(settings) : std::nullopt;
}

std::string to_text(const HabitWords& words) {
    json document{{"set", json::array()}, {"forgotten", json::array()}};
    for (const detect::Habit& habit : words.set) document["set"].push_back(json_of(habit));
    for (const ForgottenHabit& habit : words.forgotten) {
        document["forgotten"].push_back({{"at", base::unix_ms(habit.at)}, {"start", habit.start_minute}});
    }
    return dumped(document);
}

std::optional<HabitWords> habit_words_from(const std::string& text) {
    const json document = parsed(text);
    Members members(document);
    HabitWords words;
    for (const json& entry : members.list("set")) {
        auto habit = habit_from(entry);
        if (!habit) return std::nullopt;
        words.set.push_back(std::move(*habit));
    }
    for (const json& entry : members.list("forgotten")) {
        Members habit(entry);
        words.forgotten.push_back({habit.time("at"), habit.small("start", 0, kMinutesPerDay - 1)});
        if (!habit.good()) return std::nullopt;
    }
    return members.good() ? std::optional(words) : std::nullopt;
}

std::string to_text(const std::vector<detect::Finding>& findings) {
    json document = json::array();
    for (const detect::Finding& finding : findings) document.push_back(json_of(finding));
    return dumped(document);
}

std::optional<std::vector<detect::Finding>> findings_from(const std::string& text) {
    const json document = parsed(text);
    if (!document.is_array() || document.size() > kMaxListed) return std::nullopt;
    std::vector<detect::Finding> findings;
    for (const json& entry : document) {
        auto finding = finding_from(entry);
        if (!finding) return std::nullopt;
        findings.push_back(std::move(*finding));
    }
    return findings;
}

std::string to_text(const ChosenTime& time) {
    json document = json::object();
    if (time.at) document["at"] = base::unix_ms(*time.at);
    return dumped(document);
}

std::optional<ChosenTime> chosen_time_from(const std::string& text) {
    const json document = parsed(text);
    Members members(document);
    ChosenTime chosen;
    if (members.has("at")) chosen.at = members.time("at");
    return members.good() ? std::optional(chosen) : std::nullopt;
}

}  // namespace millrace::hub
