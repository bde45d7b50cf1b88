// A browser's session: a signed cookie, so that nothing is kept for it and a restart ends none.
//
// The cookie's value is "<token's name>/<end, in seconds since 1970>/<HMAC-SHA256 in hexadecimal>". What is signed
// includes the token's digest: revoke the token, or make one of the same name anew, and its sessions end.
//
// Values; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "access/token_book.h"
#include "base/time.h"

namespace millrace::access {

using SessionKey = std::array<std::uint8_t, 32>;

inline constexpr std::string_view kSessionCookie = "millrace_session";
// A page that is looked at once a month stays logged in, since its session is made anew when half of it is over.
inline constexpr base::Seconds kSessionLasts{60 * 24 * 3600};

struct Session {
    std::string token;  // its name
    base::WallTime ends;
};

[[nodiscard]] std::string session_text(const SessionKey& key, const Token& token, base::WallTime ends);

// Nothing when it is not of ours, has ended, or when its token is no longer in the book.
[[nodiscard]] std::optional<Session> session_of(const SessionKey& key, const TokenBook& book, std::string_view text,
                                                base::WallTime now);

// The value of that cookie in a Cookie header, or empty.
[[nodiscard]] std::string_view cookie(std::string_view header, std::string_view name);

}  // namespace millrace::access
