// The files of the page at `/`, which are part of the program, and how they are served.
//
// Browsers keep the files and ask every time whether they still hold ("no-cache" with an ETag), so a new version
// shows at once. The page knows nothing but the public routes under `api/v1/`.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "api/request.h"

namespace millrace::api {

struct Asset {
    std::string_view path;  // "/" or "/app.js"
    std::string_view content_type;
    std::string_view content;  // lives as long as the program
};

[[nodiscard]] std::span<const Asset> assets();

// Quoted, and another one whenever a byte of the content changes.
[[nodiscard]] std::string entity_tag(std::string_view content);

// Whether the value of an If-None-Match header names this tag.
[[nodiscard]] bool none_match_names(std::string_view header, std::string_view tag);

// The file, or 304 when the client has it already.
[[nodiscard]] Response asset_response(const Asset& asset, std::string_view tag, std::string_view if_none_match);

}  // namespace millrace::api
