// Asks an HTTP server one thing and waits for the answer. Blocks; worker threads only.
//
// Certificates are checked, redirects are not followed (they would carry the token along), and no more of an answer is
// read than kMaxAnswerBytes.
#pragma once

#include "base/result.h"
#include "notify/cancel.h"
#include "notify/requests.h"

namespace millrace::notify {

inline constexpr std::size_t kMaxAnswerBytes = 64 * 1024;  // we look at the status only
inline constexpr base::Seconds kConnectWait{5};
inline constexpr base::Seconds kAnswerWait{10};

// The status, or why there is none. Errors name neither the URL, whose path may be a secret, nor headers.
[[nodiscard]] base::Result<int, base::Error> ask(const HttpRequest& request, Cancel& cancel);

}  // namespace millrace::notify
