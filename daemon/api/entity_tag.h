// Answers that say whether they have changed: entity tags, and 304 for who has the same already. Pure.
#pragma once

#include <string>
#include <string_view>

#include "api/request.h"

namespace millrace::api {

// Quoted, and another one whenever a byte of the content changes.
[[nodiscard]] std::string entity_tag(std::string_view content);

// Whether an If-None-Match header names this tag.
[[nodiscard]] bool none_match_names(std::string_view header, std::string_view tag);

// The answer to a GET with its tag, or the 304 that stands for it. What has a tag keeps it and its Cache-Control. What
// is to be sent compressed gets another tag than what is not. Errors, streams, long bodies and what is longer than 1
// MiB stay as they are.
[[nodiscard]] Response with_entity_tag(Response response, std::string_view if_none_match);

}  // namespace millrace::api
