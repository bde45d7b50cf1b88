// What a place of releases answers, read: a JSON object with `version`, `url` and `summary`, or with `tag_name`,
// `html_url` and `body`, as GitHub has them.
//
// All of it is a stranger's text that goes to pages and to Home Assistant, which shows a summary as Markdown. So a
// version is numbers and dots, a link has the form of one, a summary is one short line without markup; what is not so
// is left out, and without a version there is no release. Pure; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ports/release.h"

namespace millrace::notify {

inline constexpr std::size_t kMaxReleaseUrlBytes = 500;    // a link that people follow; longer ones are no such
inline constexpr std::size_t kMaxSummaryCharacters = 255;  // Home Assistant cuts there
inline constexpr std::size_t kMaxVersionPartDigits = 9;    // what fits the number
using Version = std::array<std::uint32_t, 4>;              // compares as people count

// "1.2", "v0.10.3": one to four numbers, of which those not given are zero.
[[nodiscard]] std::optional<Version> parse_version(std::string_view text);

[[nodiscard]] base::Result<ports::Release, base::Error> parse_release(std::string_view body);

// Nobody is told to go back: where the release is older, it is what is installed.
[[nodiscard]] ports::Release not_older(ports::Release release, const std::string& installed);

}  // namespace millrace::notify
