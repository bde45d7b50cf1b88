// The files of the page at `/`, which are part of the program, and how they are served.
//
// Each comes in the coding that the client likes best of those the page's build made. A file whose name carries a hash
// of its content never changes, so browsers keep it for a year without asking. They ask each time whether the others
// still hold ("no-cache" with an ETag), so a new version shows at once. The page knows nothing but the public routes
// under `api/v1/`.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "api/router.h"

namespace millrace::api {

// The bytes of a file; they live as long as the program.
class Embedded {
public:
    constexpr Embedded() = default;
    constexpr Embedded(const char* begin, const char* end) : begin_(begin), end_(end) {}
    [[nodiscard]] std::string_view bytes() const { return {begin_, static_cast<std::size_t>(end_ - begin_)}; }

private:
    const char* begin_ = nullptr;
    const char* end_ = nullptr;
};

struct Asset {
    std::string_view path;  // "/" or "/favicon.svg"
    std::string_view content_type;
    Embedded plain;
    Embedded gzip;    // the same, compressed; empty where the page's build made none
    Embedded brotli;  // likewise
    bool hashed = false;
};

// In the order of their names.
[[nodiscard]] std::span<const Asset> assets();

// A route for each, open to everybody; the assets may go away afterwards.
void add_asset_routes(Router& router, std::span<const Asset> assets);

}  // namespace millrace::api
