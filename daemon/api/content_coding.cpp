#include "api/content_coding.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace millrace::api {
namespace {

// Shorter answers fit into two packets, and compressing would not make them one.
constexpr std::size_t kLeastBytes = 2048;

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// What stands before the separator; `text` goes on after it.
std::string_view next(std::string_view& text, char separator) {
    const std::size_t at = text.find(separator);
    const std::string_view item = trimmed(text.substr(0, at));
    text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
    return item;
}

bool same_word(std::string_view left, std::string_view right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// A quality from "0" to "1.000", in thousandths.
std::optional<int> quality(std::string_view text) {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
    int thousandths = (text[0] - '0') * 1000;
    if (text.size() > 1 && text[1] != '.') return std::nullopt;
    int place = 100;
    for (std::size_t i = 2; i < text.size(); ++i, place /= 10) {
        if (!is_digit(text[i])) return std::nullopt;
        thousandths += (text[i] - '0') * place;
    }
    return thousandths <= 1000 ? std::optional(thousandths) : std::nullopt;
}

struct Liking {
    std::optional<int> named;  // in thousandths; 0 refuses
    std::optional<int> any;    // of "*"
};

Liking liking_of(Coding coding, std::string_view header) {
    Liking liking;
    while (!header.empty()) {
        std::string_view item = next(header, ',');
        const std::string_view word = next(item, ';');
        const std::string_view parameter = trimmed(item);
        std::optional<int> q = 1000;
        if (!parameter.empty()) {
            const bool is_q = parameter.size() > 2 && same_word(parameter.substr(0, 2), "q=");
            q = is_q ? quality(parameter.substr(2)) : std::nullopt;
        }
        if (!q) continue;
        const bool old_name = coding == Coding::Gzip && same_word(word, "x-gzip");
        if (word == "*") liking.any = q;
        if (same_word(word, name(coding)) || old_name) liking.named = q;
    }
    return liking;
}

bool is_text(std::string_view content_type) {
    const std::string_view type = content_type.substr(0, content_type.find(';'));
    return type.starts_with("text/") || type == "application/json" || type == "application/openmetrics-text";
}

}  // namespace

std::string_view name(Coding coding) {
    switch (coding) {
        case Coding::Gzip: return "gzip";
        case Coding::Brotli: return "br";
        case Coding::Identity: break;
    }
    return "identity";
}

Coding best_coding(std::string_view accept_encoding, std::span<const Coding> offered) {
    Coding best = Coding::Identity;
    // Who does not speak of identity takes it where there is nothing better.
    const Liking identity = liking_of(Coding::Identity, accept_encoding);
    int most = identity.named.value_or(identity.any.value_or(0));
    for (const Coding coding : {Coding::Gzip, Coding::Brotli}) {
        if (std::find(offered.begin(), offered.end(), coding) == offered.end()) continue;
        const Liking liking = liking_of(coding, accept_encoding);
        const int q = liking.named.value_or(liking.any.value_or(0));
        if (q == 0 || q < most) continue;
        best = coding;
        most = q;
    }
    return best;
}

Response with_coding(Response response, std::string_view accept_encoding) {
    const bool tagged = std::any_of(response.headers.begin(), response.headers.end(),
                                    [](const auto& header) { return header.first == "ETag"; });
    const bool elsewhere = response.stream || response.long_body;
    const bool worth_it = response.body.size() >= kLeastBytes && is_text(response.content_type);
    if (response.status != 200 || elsewhere || tagged || !worth_it) return response;
    response.headers.emplace_back("Vary", "Accept-Encoding");
    constexpr std::array kOffered = {Coding::Gzip};  // brotli is for who has time
    response.gzip = best_coding(accept_encoding, kOffered) == Coding::Gzip;
    return response;
}

}  // namespace millrace::api
