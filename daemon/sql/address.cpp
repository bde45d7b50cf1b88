#include "sql/address.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <optional>

#include <libpq-fe.h>

namespace millrace::sql {
namespace {

using Options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

Options options_of(const std::string& address) {
    char* complaint = nullptr;  // quotes what may be a part of a password
    Options options(PQconninfoParse(address.c_str(), &complaint), PQconninfoFree);
    PQfreemem(complaint);
    return options;
}

std::optional<std::string_view> option(const Options& options, std::string_view keyword) {
    for (const PQconninfoOption* each = options.get(); each != nullptr && each->keyword != nullptr; ++each) {
        if (keyword == each->keyword && each->val != nullptr) return each->val;
    }
    return std::nullopt;
}

}  // namespace

bool is_server(std::string_view address) {
    return address.starts_with("postgresql://") || address.starts_with("postgres://");
}

std::string shown(std::string_view address) {
    constexpr std::string_view kBeforeUser = "://";
    std::string kept(address);
    if (!is_server(address)) return kept;
    // A password may stand among the options too, and none of them is worth showing; but one that was not written with
    // %3F may hold what looks like their beginning.
    const std::size_t options = std::min(kept.find('?'), kept.size());
    std::size_t at = kept.rfind('@', options);
    if (at == std::string::npos) at = kept.rfind('@');
    const std::size_t scheme = kept.find(kBeforeUser);
    if (at != std::string::npos) {
        const std::size_t colon = kept.find(':', scheme + kBeforeUser.size());
        if (colon < at) kept.erase(colon, at - colon);
    }
    return kept.substr(0, kept.find('?'));
}

std::string complaint_about(const std::string& address) {
    const Options options = options_of(address);
    // libpq takes the beginning of a password with a / in it for a port.
    const bool good =
        options && option(options, "port").value_or("").find_first_not_of("0123456789,") == std::string::npos;
    if (good) return {};
    return "cannot be read as an address; in a password / is written %2F, ? %3F, # %23, @ %40, : %3A and % %25";
}

bool has_password(const std::string& address) {
    return option(options_of(address), "password").has_value();
}

std::string with_password(const std::string& address, std::string_view password) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string whole = address + (address.find('?') == std::string::npos ? "?password=" : "&password=");
    for (const char c : password) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0) {
            whole += c;
        } else {
            whole += {'%', kDigits[byte >> 4U], kDigits[byte & 0xfU]};
        }
    }
    return whole;
}

}  // namespace millrace::sql
