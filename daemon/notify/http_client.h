// Asks an HTTP server one thing and waits for the answer. Blocks; worker threads only.
//
// Certificates are checked, redirects are not followed (they would carry the token along), and no more of an answer is
// read than kMaxAnswerBytes.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "notify/cancel.h"
#include "notify/outbox.h"
#include "notify/requests.h"

namespace millrace::notify {

// Of most answers only the status counts. One that counts, a release with all its files, takes some tens of kilobytes.
inline constexpr std::size_t kMaxAnswerBytes = 256 * 1024;
inline constexpr base::Seconds kConnectWait{5};
inline constexpr base::Seconds kAnswerWait{10};

struct HttpAnswer {
    int status = 0;
    std::string body;
};

// The answer, or why there is none. Errors name neither the URL, whose path may be a secret, nor headers.
[[nodiscard]] base::Result<HttpAnswer, base::Error> ask(const HttpRequest& request, Cancel& cancel);

// Delivered when the status says that all is well.
[[nodiscard]] Outcome outcome_of(const base::Result<HttpAnswer, base::Error>& answer);

}  // namespace millrace::notify
