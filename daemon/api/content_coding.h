// Content codings of answers: which of them a client takes, by its Accept-Encoding header (RFC 9110, 12.5.3), and which
// answers are worth to be compressed. Pure.
#pragma once

#include <span>
#include <string_view>

#include "api/request.h"

namespace millrace::api {

enum class Coding { Identity, Gzip, Brotli };

// As HTTP writes it: "gzip".
[[nodiscard]] std::string_view name(Coding coding);

// The coding that the client likes best of those offered; where it likes several alike, brotli before gzip before
// identity. Identity, which is always to be had, also when the client takes none of them: it is then told something
// that it may not read, which helps more than nothing. A part of the header that is not well-formed counts for nothing.
[[nodiscard]] Coding best_coding(std::string_view accept_encoding, std::span<const Coding> offered);

// Says of an answer to a GET that it is to be compressed on its way out (`Response::gzip`), when it is text long enough
// and the client takes it so. What carries a tag has chosen its coding already and stays as it is.
[[nodiscard]] Response with_coding(Response response, std::string_view accept_encoding);

}  // namespace millrace::api
