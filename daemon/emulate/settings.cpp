#include "emulate/settings.h"

#include <charconv>
#include <cmath>
#include <cstdio>

namespace millrace::emulate {

std::optional<base::Error> check(const Settings& settings) {
    if (settings.host.empty()) return base::Error{"the host to connect to is empty"};
    if (settings.port == 0) return base::Error{"the port to connect to is 0"};
    if (settings.bridges == 0 || settings.bridges > kMaxBridges) {
        return base::Error{"the number of bridges must be from 1 to " + std::to_string(kMaxBridges)};
    }
    if (!(settings.speed > 0 && settings.speed <= 1e6)) {
        return base::Error{"the speed must be above 0 and at most 1000000"};
    }
    if (!(settings.ml_per_peak > 0 && settings.ml_per_peak < 1e6)) {
        return base::Error{"the millilitres per peak must be above 0"};
    }
    if (settings.sample_qos == mqtt::Qos::ExactlyOnce) return base::Error{"samples are sent at QoS 0 or 1"};
    if (settings.duration && *settings.duration <= base::Seconds{0}) return base::Error{"the duration is not above 0"};
    if (settings.bridge == settings.sensor) return base::Error{"bridge and sensor have the same uuid"};
    return std::nullopt;
}

base::DeviceId numbered(const base::DeviceId& first, std::size_t number) {
    const std::string_view text = first.text();
    constexpr std::size_t kCounting = 8;
    std::uint32_t low = 0;
    (void)std::from_chars(text.data() + (text.size() - kCounting), text.data() + text.size(), low, 16);
    low += static_cast<std::uint32_t>(number);
    if (number == 0) return first;
    char digits[kCounting + 1];
    (void)std::snprintf(digits, sizeof digits, "%08X", low);
    return *base::DeviceId::parse(std::string(text.substr(0, text.size() - kCounting)) + digits);
}

}  // namespace millrace::emulate
