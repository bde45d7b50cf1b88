#include "api/target.h"

#include <algorithm>
#include <cctype>

namespace millrace::api {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            const int high = hex_value(text[i + 1]);
            const int low = hex_value(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            c = static_cast<char>(high * 16 + low);
            i += 2;
        }
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
        decoded.push_back(c);
    }
    return decoded;
}

bool parse_path(std::string_view path, std::vector<std::string>& segments) {
    path.remove_prefix(1);
    for (;;) {
        const std::size_t slash = path.find('/');
        auto segment = percent_decode(path.substr(0, slash));
        if (!segment) return false;
        segments.push_back(std::move(*segment));
        if (slash == std::string_view::npos) return true;
        path.remove_prefix(slash + 1);
    }
}

bool parse_query(std::string_view query, TextPairs& parameters) {
    while (!query.empty()) {
        const std::size_t end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
        if (pair.empty()) continue;
        if (parameters.size() == kMaxQueryParameters) return false;
        const std::size_t equals = pair.find('=');
        auto name = percent_decode(pair.substr(0, equals));
        auto value = percent_decode(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1));
        if (!name || !value) return false;
        parameters.emplace_back(std::move(*name), std::move(*value));
    }
    return true;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// "127." and three more numbers: all of that network is loopback.
bool is_loopback_v4(std::string_view host) {
    if (!host.starts_with("127.")) return false;
    return std::count(host.begin(), host.end(), '.') == 3 &&
           host.find_first_not_of("0123456789.") == std::string_view::npos;
}

// "127.0.0.1" of "127.0.0.1:8099", and "[::1]" of "[::1]:8099"; empty when it is not well formed.
std::string_view without_port(std::string_view host) {
    std::string_view name = host;
    std::string_view port;
    if (host.starts_with('[')) {
        const std::size_t bracket = host.find(']');
        if (bracket == std::string_view::npos) return {};
        name = host.substr(0, bracket + 1);
        port = host.substr(bracket + 1);
    } else if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
        name = host.substr(0, colon);
        port = host.substr(colon);
    }
    if (!port.empty() && (port.front() != ':' || port.find_first_not_of("0123456789", 1) != std::string_view::npos)) {
        return {};
    }
    return name;
}

// No name ends in a number, so what does is an address or nothing at all.
bool is_v4(std::string_view name) {
    return std::count(name.begin(), name.end(), '.') == 3 &&
           name.find_first_not_of("0123456789.") == std::string_view::npos && name.back() != '.';
}

bool is_v6(std::string_view name) {
    return name.size() > 3 && name.starts_with('[') && name.ends_with(']') &&
           name.substr(1, name.size() - 2).find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

}  // namespace

std::optional<Target> parse_target(std::string_view text) {
    Target target;
    if (text == "*") {
        target.segments.emplace_back("*");
        return target;
    }
    constexpr std::string_view kScheme = "http://";
    if (text.size() > kScheme.size() && equal_ignoring_case(text.substr(0, kScheme.size()), kScheme)) {
        text.remove_prefix(kScheme.size());
        const std::size_t end = std::min(text.find_first_of("/?"), text.size());
        target.authority = std::string(text.substr(0, end));
        if (target.authority.empty()) return std::nullopt;
        text.remove_prefix(end);
    }
    const std::size_t question = text.find('?');
    std::string_view path = text.substr(0, question);
    if (path.empty() && !target.authority.empty()) path = "/";
    if (path.empty() || path.front() != '/' || text.find('#') != std::string_view::npos) return std::nullopt;
    if (!parse_path(path, target.segments)) return std::nullopt;
    if (question != std::string_view::npos && !parse_query(text.substr(question + 1), target.query)) {
        return std::nullopt;
    }
    return target;
}

bool host_is_ours(std::string_view host, const std::vector<std::string>& names) {
    const std::string_view name = without_port(host);
    if (equal_ignoring_case(name, "localhost") || name == "[::1]" || is_loopback_v4(name)) return true;
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& allowed) { return equal_ignoring_case(name, allowed); });
}

bool host_is_address(std::string_view host) {
    const std::string_view name = without_port(host);
    return !name.empty() && (equal_ignoring_case(name, "localhost") || is_v4(name) || is_v6(name));
}

}  // namespace millrace::api
