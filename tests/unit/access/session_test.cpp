#include "access/session.h"

#include <gtest/gtest.h>

namespace millrace::access {
namespace {

constexpr base::WallTime kNow{base::Seconds{1'800'000'000}};

class SessionTest : public ::testing::Test {
protected:
    SessionTest() {
        key_.fill(7);
        EXPECT_TRUE(book_.add(phone()));
    }

    static Token phone() { return {"phone", Scope::Control, sha256("secret"), kNow}; }
    std::optional<Session> read(const std::string& text, base::WallTime now = kNow) const {
        return session_of(key_, book_, text, now);
    }

    SessionKey key_{};
    TokenBook book_;
};

TEST_F(SessionTest, LastsUntilItsEnd) {
    const std::string text = session_text(key_, phone(), kNow + kSessionLasts);
    ASSERT_TRUE(read(text));
    EXPECT_EQ(read(text)->token, "phone");
    EXPECT_EQ(read(text)->ends, kNow + kSessionLasts);
    EXPECT_TRUE(read(text, kNow + kSessionLasts - base::Seconds{1}));
    EXPECT_FALSE(read(text, kNow + kSessionLasts));
}

TEST_F(SessionTest, NothingInItCanBeChanged) {
    const std::string text = session_text(key_, phone(), kNow + kSessionLasts);
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string changed = text;
        changed[i] = changed[i] == '1' ? '2' : '1';
        EXPECT_FALSE(read(changed)) << i;
        EXPECT_FALSE(read(text.substr(0, i))) << i;
    }
    EXPECT_FALSE(read(text + "0"));
    EXPECT_FALSE(read("phone/99999999999999999999999/00"));
}

TEST_F(SessionTest, EndsWithItsTokenAndWithTheKey) {
    const std::string text = session_text(key_, phone(), kNow + kSessionLasts);
    SessionKey other{};
    EXPECT_FALSE(session_of(other, book_, text, kNow));
    ASSERT_TRUE(book_.revoke("phone"));
    EXPECT_FALSE(read(text));
    Token anew = phone();
    anew.digest = sha256("another secret");
    ASSERT_TRUE(book_.add(anew));
    EXPECT_FALSE(read(text));
}

TEST(Cookie, IsFoundByItsWholeName) {
    EXPECT_EQ(cookie("a=1; millrace_session=x/1/ff; b=2", kSessionCookie), "x/1/ff");
    EXPECT_EQ(cookie("millrace_session=y", kSessionCookie), "y");
    EXPECT_EQ(cookie("xmillrace_session=y", kSessionCookie), "");
    EXPECT_EQ(cookie("millrace_session2=y", kSessionCookie), "");
    EXPECT_EQ(cookie("millrace_session", kSessionCookie), "");
    EXPECT_EQ(cookie("", kSessionCookie), "");
}

}  // namespace
}  // namespace millrace::access
