#include "capture/pcap/json_bounds.h"

#include <algorithm>
#include <array>

namespace millrace::capture {

bool is_within_bounds(std::string_view text, std::size_t max_depth) {
    std::array<std::size_t, kMaxDepth> members{};
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\0') return false;  // the library would take it for the end
        if (in_string) {
            if (c == '\\') ++i;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (depth >= std::min(max_depth, kMaxDepth)) return false;
            members[depth++] = 0;
        } else if (c == '}' || c == ']') {
            if (depth > 0) --depth;
        } else if (c == ':' && depth > 0 && ++members[depth - 1] > kMaxMembers) {
            return false;
        }
    }
    return true;
}

}  // namespace millrace::capture
