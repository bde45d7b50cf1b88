#include "api/entity_tag.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace millrace::api {
namespace {

// Hashing takes a millisecond for it; longer answers are asked for once.
constexpr std::size_t kMostTaggedBytes = 1024 * 1024;

bool is_tag(const std::pair<std::string, std::string>& header) {
    return header.first == "ETag";
}

}  // namespace

// FNV-1a, because it needs only to notice change, not to resist anybody.
std::string entity_tag(std::string_view content) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : content) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3;
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string tag = "\"";
    for (int shift = 60; shift >= 0; shift -= 4) tag += kDigits[(hash >> shift) & 0xf];
    return tag + "\"";
}

bool none_match_names(std::string_view header, std::string_view tag) {
    while (!header.empty()) {
        const std::size_t comma = header.find(',');
        std::string_view item = header.substr(0, comma);
        header = comma == std::string_view::npos ? std::string_view{} : header.substr(comma + 1);
        while (!item.empty() && (item.front() == ' ' || item.front() == '\t')) item.remove_prefix(1);
        while (!item.empty() && (item.back() == ' ' || item.back() == '\t')) item.remove_suffix(1);
        if (item == "*") return true;
        // Proxies that compress mark the tag as weak; for this question weak and strong are the same.
        if (item.starts_with("W/")) item.remove_prefix(2);
        if (item == tag) return true;
    }
    return false;
}

Response with_entity_tag(Response response, std::string_view if_none_match) {
    if (response.status != 200 || response.stream || response.long_body) return response;
    auto tag = std::find_if(response.headers.begin(), response.headers.end(), is_tag);
    if (tag == response.headers.end()) {
        if (response.body.size() > kMostTaggedBytes) return response;
        std::string text = entity_tag(response.body);
        if (response.gzip) text.insert(text.size() - 1, "-gzip");
        // Kept by nobody but who asked, and asked for anew each time.
        response.cache_control = "private, no-cache";
        tag = response.headers.insert(response.headers.end(), {"ETag", std::move(text)});
    }
    if (none_match_names(if_none_match, tag->second)) {
        response.status = 304;
        response.body.clear();
        response.gzip = false;
        std::erase_if(response.headers, [](const auto& header) { return header.first == "Content-Encoding"; });
    }
    return response;
}

}  // namespace millrace::api
