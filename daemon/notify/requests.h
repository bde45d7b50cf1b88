// What is asked of HTTP servers for a notice, by the type of the channel. WEBHOOK.md beside this file describes ours;
// the others follow their makers' descriptions. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "notify/notice.h"
#include "notify/settings.h"
#include "ports/answer_codes.h"

namespace millrace::notify {

struct HttpRequest {
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;  // JSON; empty: GET instead of POST
    std::string ca_file;
};

// A URL's two halves: "https://host:port" and "/path?query".
struct UrlParts {
    std::string server;
    std::string path;
};
[[nodiscard]] base::Result<UrlParts, base::Error> split_url(std::string_view url);

// Where answers to buttons go.
struct AnswerLinks {
    std::string public_url;                     // empty: no buttons
    const ports::AnswerCodes* codes = nullptr;  // nothing: answers are taken from our own machine only
};

// For every type but Smtp and Exec. `now` is signed.
[[nodiscard]] HttpRequest request_for(const Channel& channel, const Notice& notice, const AnswerLinks& answers,
                                      base::WallTime now);

// Whether the server has taken it. Apprise answers 204 when nobody is configured behind the key.
[[nodiscard]] bool taken(ChannelType type, int status);

}  // namespace millrace::notify
