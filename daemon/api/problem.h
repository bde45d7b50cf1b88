// Errors as the API tells them: problem documents after RFC 9457, in words for the person who made the request. Pure.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "api/request.h"

namespace millrace::api {

// One query parameter that cannot be used: which, and what would be allowed.
struct ParameterError {
    std::string parameter;
    std::string detail;
};

// One member of a request's body that cannot be used; empty when it is the body as a whole.
struct FieldError {
    std::string field;
    std::string detail;
};

// "Not Found" for 404, and so on for every status the server uses.
[[nodiscard]] std::string_view reason_phrase(unsigned status);

// "a, b, c", as messages list what may be given.
[[nodiscard]] std::string list_of(std::initializer_list<std::string_view> words);

[[nodiscard]] Response problem(unsigned status, std::string_view detail);

// Status 400, with every error in the member `errors`.
[[nodiscard]] Response parameter_problem(const std::vector<ParameterError>& errors);
[[nodiscard]] Response field_problem(const std::vector<FieldError>& errors);

}  // namespace millrace::api
