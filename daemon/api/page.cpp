#include "api/page.h"

#include <array>
#include <cstdint>

#include "api/routes.h"

// Laid into the program by assets.S; each name marks a file's first byte or the byte after its last.
extern "C" {
extern const char millrace_index_html[], millrace_index_html_end[];
extern const char millrace_app_js[], millrace_app_js_end[];
extern const char millrace_alarms_js[], millrace_alarms_js_end[];
extern const char millrace_login_js[], millrace_login_js_end[];
extern const char millrace_style_css[], millrace_style_css_end[];
extern const char millrace_favicon_svg[], millrace_favicon_svg_end[];
}

namespace millrace::api {
namespace {

std::string_view between(const char* begin, const char* end) {
    return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

std::span<const Asset> assets() {
    static const std::array<Asset, 6> list = {{
        {"/", "text/html; charset=utf-8", between(millrace_index_html, millrace_index_html_end)},
        {"/app.js", "text/javascript; charset=utf-8", between(millrace_app_js, millrace_app_js_end)},
        {"/alarms.js", "text/javascript; charset=utf-8", between(millrace_alarms_js, millrace_alarms_js_end)},
        {"/login.js", "text/javascript; charset=utf-8", between(millrace_login_js, millrace_login_js_end)},
        {"/style.css", "text/css; charset=utf-8", between(millrace_style_css, millrace_style_css_end)},
        {"/favicon.svg", "image/svg+xml", between(millrace_favicon_svg, millrace_favicon_svg_end)},
    }};
    return list;
}

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

Response asset_response(const Asset& asset, std::string_view tag, std::string_view if_none_match) {
    Response response;
    response.cache_control = "no-cache";
    response.headers.emplace_back("ETag", tag);
    if (none_match_names(if_none_match, tag)) {
        response.status = 304;
        return response;
    }
    response.content_type = asset.content_type;
    response.body = asset.content;
    return response;
}

void add_page_routes(Router& router) {
    for (const Asset& asset : assets()) {
        router.add(
            Method::Get, asset.path,
            [asset, tag = entity_tag(asset.content)](const Request& request, const Responder& responder) {
                responder.answer(asset_response(asset, tag, request.if_none_match));
            },
            access::Scope::Open);
    }
}

}  // namespace millrace::api
