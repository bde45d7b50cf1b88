#include "store/state_values.h"

#include <charconv>
#include <optional>

namespace millrace::store {
namespace {

bool take(std::string_view& text, char expected) {
    if (text.empty() || text.front() != expected) return false;
    text.remove_prefix(1);
    return true;
}

template <typename Number>
std::optional<Number> take_number(std::string_view& text) {
    Number number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

}  // namespace

std::string to_text(const StateValues& values) {
    std::string text = "{";
    for (const auto& [key, value] : values) {
        if (text.size() > 1) text += ',';
        text += '"' + std::to_string(key) + "\":" + std::to_string(value);
    }
    return text + '}';
}

StateValues state_values(std::string_view text) {
    StateValues values;
    if (!take(text, '{')) return values;
    while (take(text, '"')) {
        const auto key = take_number<std::uint64_t>(text);
        if (!key || !take(text, '"') || !take(text, ':')) break;
        const auto value = take_number<std::int64_t>(text);
        if (!value) break;
        values.emplace_back(*key, *value);
        if (!take(text, ',')) break;
    }
    return values;
}

}  // namespace millrace::store
