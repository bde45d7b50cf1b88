#include "access/token_book.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace millrace::access {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kPrefix = "millrace_";
constexpr std::size_t kMostNameBytes = 64;

std::optional<Token> token_of(const Json& entry) {
    const auto text = [&entry](const char* key) {
        const auto found = entry.find(key);
        return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    if (!entry.is_object()) return std::nullopt;
    Token token;
    token.name = text("name");
    const auto scope = token_scope_of(text("scope"));
    const auto digest = base::from_hex(text("sha256"));
    const auto created = base::from_rfc3339(text("created"));
    if (!is_token_name(token.name) || !scope || !digest || digest->size() != token.digest.size() || !created) {
        return std::nullopt;
    }
    token.scope = *scope;
    token.created = *created;
    std::copy(digest->begin(), digest->end(), token.digest.begin());
    return token;
}

}  // namespace

std::string token_text(const TokenChance& chance) {
    return std::string(kPrefix) + base::to_hex(chance);
}

bool is_token_name(std::string_view text) {
    constexpr std::string_view kSigns = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    return !text.empty() && text.size() <= kMostNameBytes && text.find_first_not_of(kSigns) == std::string_view::npos;
}

base::Result<TokenBook, base::Error> TokenBook::parse(std::string_view file) {
    const Json document = Json::parse(file, nullptr, false);
    const auto list = document.is_object() ? document.find("tokens") : document.end();
    if (!document.is_object() || list == document.end() || !list->is_array()) {
        return base::failure(base::Error{"it is not a JSON object with a list \"tokens\""});
    }
    TokenBook book;
    for (std::size_t i = 0; i < list->size(); ++i) {
        auto token = token_of((*list)[i]);
        if (!token) {
            return base::failure(base::Error{"entry " + std::to_string(i + 1) +
                                             " of \"tokens\" lacks a good name, scope, sha256 or created"});
        }
        if (auto added = book.add(std::move(*token)); !added) return base::failure(std::move(added.error()));
    }
    return book;
}

std::string TokenBook::to_file() const {
    Json list = Json::array();
    for (const Token& token : tokens_) {
        list.push_back({{"name", token.name},
                        {"scope", name(token.scope)},
                        {"sha256", base::to_hex(token.digest)},
                        {"created", base::to_rfc3339(token.created)}});
    }
    return Json{{"tokens", std::move(list)}}.dump(2) + "\n";
}

base::Result<void, base::Error> TokenBook::add(Token token) {
    if (!is_token_name(token.name)) {
        return base::failure(base::Error{
            "a token's name is 1 to 64 letters, digits, dots, dashes and underscores, such as home-assistant"});
    }
    if (find(token.name) != nullptr) {
        return base::failure(base::Error{"there is a token named " + token.name + " already; revoke it first"});
    }
    if (tokens_.size() == kMostTokens) {
        return base::failure(
            base::Error{"there are " + std::to_string(kMostTokens) + " tokens already; revoke one first"});
    }
    tokens_.push_back(std::move(token));
    return {};
}

bool TokenBook::revoke(std::string_view name) {
    return std::erase_if(tokens_, [name](const Token& token) { return token.name == name; }) > 0;
}

const Token* TokenBook::find(std::string_view name) const {
    const auto found =
        std::find_if(tokens_.begin(), tokens_.end(), [name](const Token& token) { return token.name == name; });
    return found == tokens_.end() ? nullptr : &*found;
}

const Token* TokenBook::match(std::string_view shown) const {
    if (!shown.starts_with(kPrefix) || shown.size() != kPrefix.size() + 2 * TokenChance{}.size()) return nullptr;
    const Digest digest = sha256(shown);
    const Token* found = nullptr;
    for (const Token& token : tokens_) {
        if (equal_in_constant_time(token.digest, digest)) found = &token;
    }
    return found;
}

}  // namespace millrace::access
