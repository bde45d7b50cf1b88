#include "api/page.h"

#include <array>
#include <utility>

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

void add_page_routes(Router& router) {
    for (const Asset& asset : assets()) {
        const auto serve = [asset](const Request&, const Responder& responder) {
            Response response;
            response.content_type = asset.content_type;
            response.body = asset.content;
            responder.answer(std::move(response));
        };
        router.add(Method::Get, asset.path, serve, access::Scope::Open);
    }
}

}  // namespace millrace::api
