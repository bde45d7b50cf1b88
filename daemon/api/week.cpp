#include "api/week.h"

#include <algorithm>
#include <array>

namespace millrace::api {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr int kMinutesPerDay = 1'440;

std::string two_digits(int number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

std::optional<int> minute_member(const Json& object, const char* member, const std::string& name, Body& body) {
    const auto found = object.find(member);
    const auto* text = found == object.end() ? nullptr : found->get_ptr<const std::string*>();
    const auto minute = text == nullptr ? std::nullopt : minute_from(*text);
    if (!minute) body.refuse(name + "." + member, std::string(kMinuteWanted));
    return minute;
}

}  // namespace

Json days_json(std::uint8_t days) {
    Json list = Json::array();
    for (std::size_t day = 0; day < kDays.size(); ++day) {
        if ((days >> day & 1) != 0) list.push_back(kDays[day]);
    }
    return list;
}

std::optional<std::uint8_t> days_from(const Json& list) {
    if (!list.is_array() || list.empty() || list.size() > kDays.size()) return std::nullopt;
    unsigned days = 0;
    for (const Json& entry : list) {
        const auto* text = entry.get_ptr<const std::string*>();
        const auto day = text == nullptr ? kDays.end() : std::find(kDays.begin(), kDays.end(), *text);
        if (day == kDays.end()) return std::nullopt;
        days |= 1U << (day - kDays.begin());
    }
    return static_cast<std::uint8_t>(days);
}

std::string minute_text(int minute_of_day) {
    return two_digits(minute_of_day / 60) + ":" + two_digits(minute_of_day % 60);
}

std::optional<int> minute_from(std::string_view text) {
    const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9' ? text[at] - '0' : 1'000; };
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    const int hour = digit(0) * 10 + digit(1);
    const int minute = digit(3) * 10 + digit(4);
    if (hour > 24 || minute > 59 || (hour == 24 && minute > 0)) return std::nullopt;
    return (hour * 60 + minute) % kMinutesPerDay;
}

Json window_json(const detect::WeekWindow& window) {
    return Json{{"days", days_json(window.days)},
                {"from", minute_text(window.from_minute)},
                {"to", window.to_minute == 0 ? "24:00" : minute_text(window.to_minute)}};
}

detect::WeekWindow window_from(const Json& object, const std::string& name, Body& body) {
    detect::WeekWindow window;
    if (!object.is_object()) {
        body.refuse(name, "must be an object with from, to and days");
        return window;
    }
    if (object.contains("days")) {
        const auto days = days_from(object["days"]);
        if (!days) body.refuse(name + ".days", std::string(kDaysWanted));
        window.days = days.value_or(window.days);
    }
    const auto from = minute_member(object, "from", name, body);
    const auto to = minute_member(object, "to", name, body);
    window.from_minute = from.value_or(0);
    window.to_minute = to.value_or(0);
    // A slip of the finger must not say that the sprinklers run all day.
    if (from && to && object["from"] == object["to"]) {
        body.refuse(name + ".to", "must not be the same as from; the whole day is from 00:00 to 24:00");
    }
    for (const auto& [key, value] : object.items()) {
        const bool known = key == "days" || key == "from" || key == "to" || key == "mode";
        if (!known) body.refuse(name, "has from, to and days, and nothing else");
    }
    return window;
}

}  // namespace millrace::api
