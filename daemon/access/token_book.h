// The tokens that programs and people on other machines show to be let in: their names, scopes and digests.
//
// A token is "millrace_" and 48 hexadecimal digits of chance, shown once when it is made. What is kept is its SHA-256:
// with 192 bits of chance in it nobody finds a token by its digest, so a slow hash, which the daemon would have to run
// for each request, would add nothing. The file is JSON, `{"tokens": [{"name", "scope", "sha256", "created"}]}`.
//
// Values; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/digest.h"
#include "access/scope.h"
#include "base/result.h"
#include "base/time.h"

namespace millrace::access {

struct Token {
    std::string name;
    Scope scope = Scope::Read;
    Digest digest{};
    base::WallTime created;

    bool operator==(const Token&) const = default;
};

using TokenChance = std::array<std::uint8_t, 24>;

// What its owner shows.
[[nodiscard]] std::string token_text(const TokenChance& chance);

// 1 to 64 letters, digits, dots, dashes and underscores, so that a name needs no quotes anywhere.
[[nodiscard]] bool is_token_name(std::string_view text);

class TokenBook {
public:
    static constexpr std::size_t kMostTokens = 100;  // a household's programs, many times over

    // Fails with what is wrong and where; never with a part of the text.
    [[nodiscard]] static base::Result<TokenBook, base::Error> parse(std::string_view file);
    [[nodiscard]] std::string to_file() const;

    // Fails when the name is no name or taken, or when there are too many.
    [[nodiscard]] base::Result<void, base::Error> add(Token token);
    [[nodiscard]] bool revoke(std::string_view name);

    [[nodiscard]] const Token* find(std::string_view name) const;
    // Of the token shown, or null.
    [[nodiscard]] const Token* match(std::string_view shown) const;
    [[nodiscard]] const std::vector<Token>& tokens() const { return tokens_; }

private:
    std::vector<Token> tokens_;
};

// The book in force; it may change between two calls.
class Tokens {
public:
    virtual ~Tokens() = default;
    [[nodiscard]] virtual const TokenBook& book() = 0;
};

}  // namespace millrace::access
