// What a line of JSON may hold before it is given to the parser. Pure; any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace millrace::capture {

inline constexpr std::size_t kMaxDepth = 32;
inline constexpr std::size_t kMaxMembers = 512;  // of one object: the library looks each of them up among all others

[[nodiscard]] bool is_within_bounds(std::string_view text, std::size_t max_depth = kMaxDepth);

}  // namespace millrace::capture
