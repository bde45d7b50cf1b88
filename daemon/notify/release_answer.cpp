#include "notify/release_answer.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <nlohmann/json.hpp>

#include "notify/requests.h"

namespace millrace::notify {
namespace {

using nlohmann::json;

std::string_view without_v(std::string_view text) {
    if (text.starts_with('v')) text.remove_prefix(1);
    return text;
}

// The first of two members that is a text; empty where neither is.
std::string text_of(const json& object, const char* name, const char* other_name) {
    for (const char* key : {name, other_name}) {
        const auto found = object.find(key);
        if (found != object.end() && found->is_string()) return found->get<std::string>();
    }
    return {};
}

std::string link_or_nothing(std::string url) {
    constexpr std::string_view kMarkup = "\"'<>[]()\\^`{|}";
    const bool plain = std::all_of(url.begin(), url.end(),
                                   [&](char c) { return c > ' ' && c <= '~' && kMarkup.find(c) == kMarkup.npos; });
    return plain && url.size() <= kMaxReleaseUrlBytes && split_url(url) ? url : std::string();
}

// The character that `text` begins with, as its number and its bytes. JSON's texts are known to be UTF-8.
std::pair<char32_t, std::string_view> first_character(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t number = size == 1 ? lead : lead & (0x7FU >> size);
    const std::string_view bytes = text.substr(0, size);
    for (const char byte : bytes.substr(1)) number = number << 6 | (static_cast<unsigned char>(byte) & 0x3FU);
    return {number, bytes};
}

bool is_blank(char32_t c) {
    return c <= ' ' || c == 0x85 || c == 0xA0 || c == 0x2028 || c == 0x2029;
}

// Controls, what turns the direction of writing or cannot be seen, and what makes links, pictures and tags of Markdown:
// none of it may make a browser load something.
bool is_left_out(char32_t c) {
    constexpr std::u32string_view kMarkup = U"<>[]`";
    return (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || c == 0x061C || kMarkup.find(c) != kMarkup.npos;
}

std::string one_line(std::string_view text) {
    std::string line;
    std::size_t characters = 0;
    std::size_t end_when_cut = 0;  // where the last one stands that leaves room for the mark of a cut
    bool blank = false;
    while (!text.empty()) {
        const auto [number, bytes] = first_character(text);
        text.remove_prefix(bytes.size());
        blank = blank || is_blank(number);
        if (is_blank(number) || is_left_out(number)) continue;
        const std::size_t added = blank && !line.empty() ? 2 : 1;
        if (characters + added > kMaxSummaryCharacters) return line.substr(0, end_when_cut) + "…";
        if (added == 2) line += ' ';
        line += bytes;
        characters += added;
        blank = false;
        if (characters < kMaxSummaryCharacters) end_when_cut = line.size();
    }
    return line;
}

}  // namespace

std::optional<Version> parse_version(std::string_view text) {
    text = without_v(text);
    Version version{};
    for (std::uint32_t& part : version) {
        const std::size_t digits = std::min(text.find('.'), text.size());
        if (digits > kMaxVersionPartDigits) return std::nullopt;
        const auto [end, error] = std::from_chars(text.data(), text.data() + digits, part);
        if (error != std::errc{} || end != text.data() + digits) return std::nullopt;
        if (digits == text.size()) return version;
        text.remove_prefix(digits + 1);
    }
    return std::nullopt;
}

base::Result<ports::Release, base::Error> parse_release(std::string_view body) {
    const json answer = json::parse(body, nullptr, false);
    if (!answer.is_object()) return base::failure(base::Error{"the answer is no JSON object"});
    const std::string version = text_of(answer, "version", "tag_name");
    if (!parse_version(version)) {
        return base::failure(base::Error{"the answer has no version, or one that is not made of numbers and dots"});
    }
    // GitHub's `url` is for programs; people want `html_url`.
    return ports::Release{std::string(without_v(version)), link_or_nothing(text_of(answer, "html_url", "url")),
                          one_line(text_of(answer, "summary", "body"))};
}

ports::Release not_older(ports::Release release, const std::string& installed) {
    const auto ours = parse_version(installed);
    const auto theirs = parse_version(release.version);
    if (ours == theirs) release.version = installed;
    return ours > theirs ? ports::Release{installed, "", ""} : release;
}

}  // namespace millrace::notify
