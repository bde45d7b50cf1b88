#include "api/write_guard.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>

#include "api/problem.h"
#include "api/target.h"

namespace millrace::api {
namespace {

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool is_json(std::string_view content_type) {
    std::string_view type = content_type.substr(0, content_type.find(';'));
    while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
    return equal_ignoring_case(type, "application/json");
}

// In a time that does not tell how much of it is right.
bool equal_in_constant_time(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
    return difference == 0;
}

// A page's origin is a scheme and the very host and port that it was loaded from.
bool is_own_origin(std::string_view origin, std::string_view host) {
    constexpr std::string_view kScheme = "http://";
    return origin.starts_with(kScheme) && equal_ignoring_case(origin.substr(kScheme.size()), host);
}

}  // namespace

bool bears_code(const Request& request, const ports::AnswerCodes& codes) {
    const auto& path = request.segments;
    if (request.method != Method::Post || path.size() != 5) return false;
    if (path[0] != "api" || path[1] != "v1" || path[2] != "alarms") return false;
    if (path[4] != ports::kAcknowledge && path[4] != ports::kSnooze) return false;
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(path[3].data(), path[3].data() + path[3].size(), id);
    if (error != std::errc{} || end != path[3].data() + path[3].size()) return false;
    const auto code =
        std::find_if(request.query.begin(), request.query.end(), [](const auto& pair) { return pair.first == "code"; });
    return code != request.query.end() && equal_in_constant_time(code->second, codes.code(id, path[4]));
}

std::optional<Response> write_problem(const Request& request) {
    if (!request.from_loopback || request.forwarded) {
        return problem(403,
                       "Changes are accepted only from programs on the machine that millrace runs on, and not through "
                       "a proxy; ask there, or use the millrace command.");
    }
    if (!host_is_address(request.host)) {
        return problem(403, "Changes are accepted only under an IP address or localhost, not under a name.");
    }
    if (!request.origin.empty() && !is_own_origin(request.origin, request.host)) {
        return problem(403, "Changes are not accepted from the pages of another server.");
    }
    // DELETE says all in its address.
    if (request.method != Method::Delete && !is_json(request.content_type)) {
        return problem(415, "The body must be JSON, sent with Content-Type: application/json.");
    }
    return std::nullopt;
}

}  // namespace millrace::api
