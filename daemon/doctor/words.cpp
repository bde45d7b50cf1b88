#include "doctor/words.h"

#include <algorithm>
#include <array>

namespace millrace::doctor {

namespace asio = boost::asio;

std::string list_of(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
        text += words[i];
    }
    return text;
}

std::string list_of(const std::vector<Address>& addresses) {
    std::string text;
    for (const Address& address : addresses) {
        if (!text.empty()) text += ", ";
        text += address.to_string();
    }
    return text;
}

bool is_local(const Address& address) {
    if (address.is_loopback() || address.is_unspecified()) return true;
    if (address.is_v6()) {
        const auto bytes = address.to_v6().to_bytes();
        constexpr unsigned kUniqueLocal = 0xfc;  // fc00::/7
        return address.to_v6().is_link_local() || (bytes[0] & 0xfeU) == kUniqueLocal;
    }
    struct Network {
        std::uint32_t base;
        std::uint32_t mask;
    };
    // RFC 1918, link-local, and what providers and virtual networks use (RFC 6598).
    constexpr std::array<Network, 5> kPrivate{{{0x0a000000, 0xff000000},
                                               {0xac100000, 0xfff00000},
                                               {0xc0a80000, 0xffff0000},
                                               {0xa9fe0000, 0xffff0000},
                                               {0x64400000, 0xffc00000}}};
    const std::uint32_t number = address.to_v4().to_uint();
    return std::any_of(kPrivate.begin(), kPrivate.end(),
                       [number](const Network& one) { return (number & one.mask) == one.base; });
}

bool is_local(const Address& address, const std::vector<Address>& own) {
    if (is_local(address)) return true;
    if (!address.is_v6()) return contains(own, address);
    constexpr std::ptrdiff_t kPrefixBytes = 8;
    const auto bytes = address.to_v6().to_bytes();
    return std::any_of(own.begin(), own.end(), [&](const Address& one) {
        if (!one.is_v6() || one.is_loopback()) return false;
        const auto its = one.to_v6().to_bytes();
        return std::equal(bytes.begin(), bytes.begin() + kPrefixBytes, its.begin());
    });
}

std::vector<Address> reachable(const std::vector<Address>& own) {
    std::vector<Address> found;
    for (const Address& address : own) {
        const bool link_local = address.is_v6() && address.to_v6().is_link_local();
        if (!address.is_loopback() && !link_local && !contains(found, address)) found.push_back(address);
    }
    return found;
}

Address plain(const Address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    return address;
}

bool contains(const std::vector<Address>& all, const Address& wanted) {
    return std::find(all.begin(), all.end(), plain(wanted)) != all.end();
}

std::optional<Address> address_in(std::string_view text) {
    std::string host(text);
    if (host.starts_with('[')) {
        const std::size_t end = host.find(']');
        if (end == std::string::npos) return std::nullopt;
        host = host.substr(1, end - 1);
    } else if (std::count(host.begin(), host.end(), ':') == 1) {
        host.resize(host.find(':'));
    }
    boost::system::error_code error;
    const Address address = asio::ip::make_address(host, error);
    return error ? std::nullopt : std::optional(plain(address));
}

std::string span(base::Milliseconds time) {
    const auto seconds = std::chrono::duration_cast<base::Seconds>(time).count();
    const auto said = [](std::int64_t count, const char* unit) {
        return std::to_string(count) + " " + unit + (count == 1 ? "" : "s");
    };
    constexpr std::int64_t kMinute = 60;
    constexpr std::int64_t kHour = 3'600;
    constexpr std::int64_t kDay = 86'400;
    if (seconds < 2 * kMinute) return said(seconds, "second");
    if (seconds < 2 * kHour) return said(seconds / kMinute, "minute");
    if (seconds < 2 * kDay) return said(seconds / kHour, "hour");
    return said(seconds / kDay, "day");
}

}  // namespace millrace::doctor
