#include "sql/postgres_text.h"

#include "base/bytes.h"
#include "base/utf8.h"

namespace millrace::sql {
namespace {

// How many bytes the character at the beginning takes; 0: none begins there.
std::size_t character(std::string_view text) {
    constexpr std::size_t kLongest = 4;
    for (std::size_t size = 1; size <= kLongest && size <= text.size(); ++size) {
        if (base::is_mqtt_utf8(base::as_bytes(text.substr(0, size)))) return size;
    }
    return 0;
}

}  // namespace

std::string storable(std::string_view text) {
    if (base::is_mqtt_utf8(base::as_bytes(text))) return std::string(text);
    std::string cleaned;
    while (!text.empty()) {
        const std::size_t size = character(text);
        cleaned += size == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, size);
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return cleaned;
}

}  // namespace millrace::sql
