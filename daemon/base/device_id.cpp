#include "base/device_id.h"

#include <algorithm>

namespace millrace::base {

std::optional<DeviceId> DeviceId::parse(std::string_view text) {
    const auto is_hex = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    };
    if (text.size() != kDigits || !std::all_of(text.begin(), text.end(), is_hex)) return std::nullopt;
    DeviceId id;
    std::copy(text.begin(), text.end(), id.digits_.begin());
    return id;
}

}  // namespace millrace::base
