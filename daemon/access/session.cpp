#include "access/session.h"

#include <charconv>

namespace millrace::access {
namespace {

std::string signature(const SessionKey& key, const Token& token, std::int64_t ends) {
    const std::string text = "session/" + token.name + "/" + std::to_string(ends) + "/" + base::to_hex(token.digest);
    return base::to_hex(hmac_sha256(key, text));
}

}  // namespace

std::string session_text(const SessionKey& key, const Token& token, base::WallTime ends) {
    return token.name + "/" + std::to_string(base::unix_s(ends)) + "/" + signature(key, token, base::unix_s(ends));
}

std::optional<Session> session_of(const SessionKey& key, const TokenBook& book, std::string_view text,
                                  base::WallTime now) {
    const std::size_t first = text.find('/');
    const std::size_t second = first == std::string_view::npos ? first : text.find('/', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    const std::string_view digits = text.substr(first + 1, second - first - 1);
    std::int64_t ends = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), ends);
    if (error != std::errc{} || end != digits.data() + digits.size() || ends <= base::unix_s(now)) return std::nullopt;
    const Token* token = book.find(text.substr(0, first));
    if (token == nullptr || !equal_in_constant_time(text.substr(second + 1), signature(key, *token, ends))) {
        return std::nullopt;
    }
    // Signed by us, so it is a time that we made.
    return Session{token->name, base::from_unix_s(ends)};
}

std::string_view cookie(std::string_view header, std::string_view name) {
    while (!header.empty()) {
        const std::size_t semicolon = header.find(';');
        std::string_view pair = header.substr(0, semicolon);
        header = semicolon == std::string_view::npos ? std::string_view{} : header.substr(semicolon + 1);
        while (pair.starts_with(' ')) pair.remove_prefix(1);
        if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
            return pair.substr(name.size() + 1);
        }
    }
    return {};
}

}  // namespace millrace::access
