// Who may ask what: decided once for each request, before its body is read and its handler runs.
//
// A client is let in as the first of these that it is: the bearer of a token; Home Assistant's Supervisor, when we run
// as its app (it has asked for a login before it passes anybody on); a program on this machine that asks at an address
// or at localhost, directly; a browser with a session. A stranger may ask the open routes only.
//
// What changes something is in addition refused from another server's page, and unless its body is said to be JSON,
// which no form of a stranger's page can say. Loop thread only.
#pragma once

#include <optional>
#include <string_view>

#include "access/attempts.h"
#include "access/session.h"
#include "access/token_book.h"
#include "api/request.h"
#include "api/settings.h"
#include "base/time.h"
#include "ports/answer_codes.h"

namespace millrace::api {

// What the gate lets people in by. All must outlive it; without tokens nobody but this machine and the Supervisor.
struct Credentials {
    access::Tokens* tokens = nullptr;
    access::SessionKey session_key{};
    const ports::AnswerCodes* answer_codes = nullptr;  // of notices' buttons
};

class Gate {
public:
    Gate(const Settings& settings, const Credentials& credentials, const base::Clock& clock)
        : settings_(settings), credentials_(credentials), clock_(clock) {}

    // The answer to give instead, or nothing, when the request's grant says as whom it came in. What was shown to be
    // let in is wiped from the request.
    [[nodiscard]] std::optional<Response> refusal(Request& request, access::Scope needed);

    // The token of somebody who logs in, or the answer to give instead.
    [[nodiscard]] const access::Token* log_in(const Request& request, std::string_view shown, Response& refusal);
    // The header that makes it the browser's session.
    [[nodiscard]] std::string session_cookie(const access::Token& token, bool secure) const;
    [[nodiscard]] static std::string no_session_cookie(bool secure);
    // The token of a session that is to be made anew, or null.
    [[nodiscard]] const access::Token* to_renew(const Request& request) const;

private:
    [[nodiscard]] std::optional<Response> identify(Request& request);
    [[nodiscard]] bool is_this_machine(const Request& request) const;
    [[nodiscard]] const access::Token* heard(const std::string& peer, std::string_view shown, Response& refusal);

    const Settings& settings_;
    const Credentials& credentials_;
    const base::Clock& clock_;
    access::Attempts attempts_;
};

// Whether it is a notice's button: good for that answer to that alarm, wherever it comes from.
[[nodiscard]] bool bears_code(const Request& request, const ports::AnswerCodes& codes);

}  // namespace millrace::api
