// The files of the page at `/`, which are part of the program, and how they are served.
//
// Browsers keep the files and ask every time whether they still hold ("no-cache" with an ETag), so a new version
// shows at once. The page knows nothing but the public routes under `api/v1/`.
#pragma once

#include <span>
#include <string_view>

namespace millrace::api {

struct Asset {
    std::string_view path;  // "/" or "/app.js"
    std::string_view content_type;
    std::string_view content;  // lives as long as the program
};

[[nodiscard]] std::span<const Asset> assets();

}  // namespace millrace::api
