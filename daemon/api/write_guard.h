// Who may change something over HTTP. Pure.
//
// Until there are users and tokens, only programs on this machine may: the connection must come from a loopback
// address and not be forwarded by a proxy for somebody else. A browser on this machine is such a program too, and shows
// pages of strangers. So what asks must name the server by an address and not by a name, which a stranger could own;
// must not be a page of another origin; and must send JSON, which a page of another origin cannot without asking first.
#pragma once

#include <optional>

#include "api/request.h"
#include "ports/answer_codes.h"

namespace millrace::api {

// The answer to give instead, when this request may not change anything.
[[nodiscard]] std::optional<Response> write_problem(const Request& request);

// Whether it is an answer to an alarm with the code of that answer: the button of a notice, which may be pressed
// anywhere, through any proxy and from any page.
[[nodiscard]] bool bears_code(const Request& request, const ports::AnswerCodes& codes);

}  // namespace millrace::api
