#include "doctor/system_files.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>

#include "doctor/words.h"

namespace millrace::doctor {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kBlanks = " \t\r";

// The words of each line, without what follows a # or ;.
template <typename Use>
void each_line(std::string_view text, Use use) {
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        line = line.substr(0, line.find_first_of("#;"));
        std::vector<std::string_view> words;
        while (true) {
            const std::size_t start = line.find_first_not_of(kBlanks);
            if (start == std::string_view::npos) break;
            line.remove_prefix(start);
            const std::size_t length = std::min(line.find_first_of(kBlanks), line.size());
            words.push_back(line.substr(0, length));
            line.remove_prefix(length);
        }
        if (!words.empty()) use(words);
    }
}

std::optional<std::uint64_t> number(std::string_view digits, int base) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

// The kernel prints each 32 bits of an address as a number of the machine's own byte order.
std::optional<std::uint32_t> word(std::string_view digits) {
    const auto value = number(digits, 16);
    if (digits.size() != 8 || !value) return std::nullopt;
    auto bits = static_cast<std::uint32_t>(*value);
    if constexpr (std::endian::native == std::endian::little) bits = __builtin_bswap32(bits);
    return bits;
}

std::optional<Address> kernel_address(std::string_view digits) {
    constexpr std::size_t kDigitsOfWord = 8;
    if (digits.size() == kDigitsOfWord) {
        const auto bits = word(digits);
        return bits ? std::optional<Address>(asio::ip::address_v4(*bits)) : std::nullopt;
    }
    constexpr std::size_t kWords = 4;
    if (digits.size() != kWords * kDigitsOfWord) return std::nullopt;
    asio::ip::address_v6::bytes_type bytes{};
    for (std::size_t i = 0; i < kWords; ++i) {
        const auto bits = word(digits.substr(i * kDigitsOfWord, kDigitsOfWord));
        if (!bits) return std::nullopt;
        for (std::size_t j = 0; j < 4; ++j) bytes[4 * i + j] = static_cast<std::uint8_t>(*bits >> (8 * (3 - j)));
    }
    return plain(asio::ip::address_v6(bytes));
}

template <typename T>
void add_once(std::vector<T>& all, T one) {
    if (all.size() < kMostSystemServers && std::find(all.begin(), all.end(), one) == all.end()) {
        all.push_back(std::move(one));
    }
}

}  // namespace

std::vector<std::string> name_servers_in(std::string_view resolv_conf) {
    std::vector<std::string> servers;
    each_line(resolv_conf, [&](const std::vector<std::string_view>& words) {
        // A link-local address comes with its interface, which an answer can do without knowing.
        if (words.size() < 2 || words[0] != "nameserver" || !address_in(words[1])) return;
        add_once(servers, std::string(words[1]));
    });
    return servers;
}

std::vector<Address> gateways_in(std::string_view proc_net_route) {
    std::vector<Address> gateways;
    each_line(proc_net_route, [&](const std::vector<std::string_view>& words) {
        constexpr std::size_t kColumns = 8;
        constexpr std::size_t kMask = 7;
        if (words.size() < kColumns) return;
        const auto destination = word(words[1]);
        const auto gateway = word(words[2]);
        const auto mask = word(words[kMask]);
        if (destination != 0U || mask != 0U || !gateway || *gateway == 0) return;
        add_once<Address>(gateways, asio::ip::address_v4(*gateway));
    });
    return gateways;
}

std::vector<std::string> time_servers_in(std::string_view file) {
    std::vector<std::string> servers;
    each_line(file, [&](const std::vector<std::string_view>& words) {
        constexpr std::string_view kTimesyncd = "NTP=";
        if (words[0].starts_with(kTimesyncd)) {
            if (words[0].size() > kTimesyncd.size()) add_once(servers, std::string(words[0].substr(kTimesyncd.size())));
            for (std::size_t i = 1; i < words.size(); ++i) add_once(servers, std::string(words[i]));
        } else if (words.size() > 1 && (words[0] == "server" || words[0] == "pool")) {
            add_once(servers, std::string(words[1]));
        }
    });
    return servers;
}

std::vector<ListeningSocket> listeners_in(std::string_view proc_net_tcp, std::uint16_t port) {
    std::vector<ListeningSocket> found;
    each_line(proc_net_tcp, [&](const std::vector<std::string_view>& words) {
        constexpr std::size_t kInode = 9;
        constexpr std::string_view kListening = "0A";
        constexpr std::size_t kMostSockets = 64;
        if (words.size() <= kInode || words[3] != kListening || found.size() >= kMostSockets) return;
        const std::size_t colon = words[1].find(':');
        if (colon == std::string_view::npos || number(words[1].substr(colon + 1), 16) != port) return;
        const auto address = kernel_address(words[1].substr(0, colon));
        const auto inode = number(words[kInode], 10);
        if (address && inode) found.push_back({*address, *inode});
    });
    return found;
}

}  // namespace millrace::doctor
