// The request target, taken apart: "/api/v1/sensors/24EB…/readings?from=…" into segments and parameters. Pure.
//
// Nothing is normalised: "." and ".." stay ordinary segments, which no route has, so a path can never lead anywhere.
// A plus sign in the query stays a plus sign, because the time offsets of RFC 3339 have one and people forget to
// escape it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/request.h"

namespace millrace::api {

// The longest target served: far more than any route needs, and half of what all headers together may have.
inline constexpr std::size_t kMaxTargetBytes = 8 * 1024;

// More parameters than any route has.
inline constexpr std::size_t kMaxQueryParameters = 32;

struct Target {
    std::string authority;  // of the absolute form "http://host/path", which replaces the Host header; else empty
    std::vector<std::string> segments;
    TextPairs query;
};

// Nothing when the target is neither a path nor an http address, holds a bad percent escape, decodes to a control
// character, or has too many parameters.
[[nodiscard]] std::optional<Target> parse_target(std::string_view text);

// Whether a browser that was sent here by this Host header was sent on purpose. A page of a stranger can make its own
// name point at the loopback address and then read every answer ("DNS rebinding"); but it cannot hide that name. So a
// server that listens on loopback only answers to the names of loopback, and to those in `names`, on any port.
[[nodiscard]] bool host_is_ours(std::string_view host, const std::vector<std::string>& names);

// Whether a Host header names no name at all but an IP address, or localhost: what no stranger's page can be sent here
// by, whatever address the server listens on.
[[nodiscard]] bool host_is_address(std::string_view host);

}  // namespace millrace::api
