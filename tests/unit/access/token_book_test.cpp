#include "access/token_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::access {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TokenChance chance(std::uint8_t with) {
    TokenChance bytes{};
    bytes.fill(with);
    return bytes;
}

Token token(std::string name, std::uint8_t with, Scope scope = Scope::Read) {
    return {std::move(name), scope, sha256(token_text(chance(with))), base::WallTime{base::Seconds{1'800'000'000}}};
}

TEST(TokenBook, KnowsATokenByWhatItsOwnerShows) {
    TokenBook book;
    ASSERT_TRUE(book.add(token("grafana", 1)));
    ASSERT_TRUE(book.add(token("phone", 2, Scope::Control)));
    ASSERT_NE(book.match(token_text(chance(2))), nullptr);
    EXPECT_EQ(book.match(token_text(chance(2)))->name, "phone");
    EXPECT_EQ(book.match(token_text(chance(3))), nullptr);
    EXPECT_EQ(book.match(token_text(chance(2)).substr(9)), nullptr);
    EXPECT_EQ(book.match(""), nullptr);
}

TEST(TokenBook, FileHoldsNoToken) {
    TokenBook book;
    ASSERT_TRUE(book.add(token("grafana", 0xab)));
    EXPECT_THAT(book.to_file(), Not(HasSubstr("abababab")));
    EXPECT_THAT(book.to_file(), HasSubstr("grafana"));
}

TEST(TokenBook, ComesBackFromItsFile) {
    TokenBook book;
    ASSERT_TRUE(book.add(token("grafana", 1)));
    ASSERT_TRUE(book.add(token("phone", 2, Scope::Admin)));
    const auto again = TokenBook::parse(book.to_file());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->tokens(), book.tokens());
    EXPECT_TRUE(TokenBook::parse(TokenBook().to_file()));
}

TEST(TokenBook, RefusesABrokenFileAndSaysWhere) {
    for (const char* text : {"", "[]", "{}", R"({"tokens": 1})", R"({"tokens": [1]})",
                             R"({"tokens": [{"name": "a b", "scope": "read", "sha256": "00", "created": "x"}]})",
                             R"({"tokens": [{"name": 1, "scope": [], "sha256": {}, "created": null}]})"}) {
        const auto book = TokenBook::parse(text);
        ASSERT_FALSE(book) << text;
        EXPECT_THAT(book.error().message, HasSubstr("tokens"));
    }
    TokenBook book;
    ASSERT_TRUE(book.add(token("a", 1)));
    std::string open = book.to_file();
    open.replace(open.find("read"), 4, "open");
    EXPECT_FALSE(TokenBook::parse(open)) << "there is no token for nothing";
}

TEST(TokenBook, NamesAreUniqueAndPlain) {
    TokenBook book;
    ASSERT_TRUE(book.add(token("a", 1)));
    EXPECT_FALSE(book.add(token("a", 2)));
    for (const char* name : {"", "a/b", "a b", "ä", "a;"}) EXPECT_FALSE(book.add(token(name, 3))) << name;
    EXPECT_FALSE(book.add(token(std::string(65, 'a'), 3)));
}

TEST(TokenBook, ForgetsWhatIsRevoked) {
    TokenBook book;
    ASSERT_TRUE(book.add(token("a", 1)));
    EXPECT_FALSE(book.revoke("b"));
    EXPECT_TRUE(book.revoke("a"));
    EXPECT_EQ(book.match(token_text(chance(1))), nullptr);
}

TEST(TokenBook, HoldsAHundred) {
    TokenBook book;
    for (std::size_t i = 0; i < TokenBook::kMostTokens; ++i) {
        ASSERT_TRUE(book.add(token("t" + std::to_string(i), static_cast<std::uint8_t>(i))));
    }
    EXPECT_FALSE(book.add(token("more", 200)));
}

}  // namespace
}  // namespace millrace::access
