#include "notify/mail.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include "base/bytes.h"

namespace millrace::notify {
namespace {

// A line of a mail has at most 78 characters; 76 of base64 are 57 bytes.
constexpr std::size_t kBytesPerLine = 57;
// An encoded word has at most 75 characters, and the first one shares its line with the header's name.
constexpr std::size_t kBytesPerWord = 42;

std::string base64(std::string_view text) {
    static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string result;
    const base::ByteView bytes = base::as_bytes(text);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = static_cast<std::uint32_t>(bytes[i]) << 16U;
        if (count > 1) group |= static_cast<std::uint32_t>(bytes[i + 1]) << 8U;
        if (count > 2) group |= bytes[i + 2];
        for (std::size_t digit = 0; digit < 4; ++digit) {
            result += digit <= count ? kDigits[group >> (18 - 6 * digit) & 63U] : '=';
        }
    }
    return result;
}

bool is_plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

// A header's words (RFC 2047), without half a character in any of them.
std::string header_text(std::string_view text) {
    if (is_plain(text) && text.size() <= 60) return std::string(text);
    std::string result;
    while (!text.empty()) {
        std::size_t size = std::min(kBytesPerWord, text.size());
        while (size > 1 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
        result += (result.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base64(text.substr(0, size)) + "?=";
        text.remove_prefix(size);
    }
    return result;
}

// "Mon, 23 Nov 2026 09:19:40 -0700"
std::string date_text(base::WallTime time, const base::TimeZone& zone) {
    static constexpr std::array<const char*, 7> kDays{"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};  // since 1970
    static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::int64_t offset_s = zone.utc_offset(time).count();
    const std::string local = base::to_rfc3339(time + base::Seconds{offset_s});
    const std::int64_t days = std::max<std::int64_t>(0, base::unix_s(time) + offset_s) / 86'400;
    const auto month = static_cast<std::size_t>((local[5] - '0') * 10 + (local[6] - '0') - 1);
    const std::int64_t offset_min = (offset_s < 0 ? -offset_s : offset_s) / 60;
    std::array<char, 16> zone_text{};
    std::snprintf(zone_text.data(), zone_text.size(), "%c%02d%02d", offset_s < 0 ? '-' : '+',
                  static_cast<int>(offset_min / 60 % 100), static_cast<int>(offset_min % 60));
    return std::string(kDays.at(static_cast<std::size_t>(days % 7))) + ", " + local.substr(8, 2) + " " +
           kMonths.at(month % 12) + " " + local.substr(0, 4) + " " + local.substr(11, 8) + " " + zone_text.data();
}

}  // namespace

std::string bare_address(const std::string& address) {
    const auto open = address.find('<');
    const auto close = address.find('>', open == std::string::npos ? 0 : open);
    return open == std::string::npos || close == std::string::npos ? address
                                                                   : address.substr(open + 1, close - open - 1);
}

std::string mail_text(const Channel& channel, const Notice& notice, const base::TimeZone& zone) {
    std::string to;
    for (const std::string& address : channel.to) to += (to.empty() ? "" : ",\r\n ") + address;
    const std::string incident = "<incident-" + std::to_string(notice.incident_id) + "@millrace>";
    std::string mail = "From: " + channel.from + "\r\nTo: " + to + "\r\nSubject: " + header_text(notice.title) +
                       "\r\nDate: " + date_text(notice.at, zone) + "\r\nMessage-ID: <notice-" +
                       std::to_string(notice.number) + "." + std::to_string(base::unix_ms(notice.at)) +
                       "@millrace>\r\n";
    if (notice.incident_id != 0) mail += "In-Reply-To: " + incident + "\r\nReferences: " + incident + "\r\n";
    if (notice.severity() == detect::Severity::Critical && notice.kind != NoticeKind::Cleared) {
        mail += "X-Priority: 1\r\nImportance: high\r\n";
    }
    mail +=
        "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n";
    std::string text;
    for (const char c : notice.text) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
    text += "\r\n";
    for (std::size_t i = 0; i < text.size(); i += kBytesPerLine) {
        mail += base64(std::string_view(text).substr(i, kBytesPerLine)) + "\r\n";
    }
    return mail;
}

}  // namespace millrace::notify
