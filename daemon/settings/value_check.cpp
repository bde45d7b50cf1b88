#include "settings/value_check.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <sstream>

#include "base/time.h"
#include "base/time_zone.h"
#include "base/units.h"

namespace millrace::settings {
namespace {

constexpr std::size_t kMaxTextBytes = 4096;  // the longest path Linux takes
constexpr std::size_t kMaxQuoted = 60;
constexpr std::size_t kMaxAddresses = 8;  // resolvers beyond a few are never asked
constexpr std::size_t kMaxTexts = 64;     // more than a week's windows or a program's arguments

std::string quoted(std::string_view text, bool secret) {
    if (secret) return "the value";
    std::string result = "\"";
    for (const char c : text.substr(0, kMaxQuoted)) result += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    return result + (text.size() > kMaxQuoted ? "...\"" : "\"");
}

bool has_control_characters(std::string_view text, bool lines = false) {
    return std::any_of(text.begin(), text.end(), [lines](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && !(lines && c == '\n')) || c == 0x7f;
    });
}

template <typename T>
std::optional<T> number(std::string_view text) {
    T value{};
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string shown(double value) {
    std::ostringstream text;
    text.precision(12);
    text << value;
    return text.str();
}

std::optional<bool> boolean(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
    if (lower == "true" || lower == "yes" || lower == "on") return true;
    if (lower == "false" || lower == "no" || lower == "off") return false;
    return std::nullopt;
}

bool is_address(std::string_view text) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    const std::string copy(text);
    return inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1;
}

bool is_host_name(std::string_view text) {
    return !text.empty() && text.size() <= 253 && text.front() != '.' && text.front() != '-' &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                      c == '-' || c == '_';
           });
}

struct HostPort {
    std::string_view host;
    std::string_view port;
};

// "host:port", "address:port" or "[v6 address]:port".
std::optional<HostPort> split(std::string_view text) {
    if (text.starts_with('[')) {
        const auto end = text.find("]:");
        if (end == std::string_view::npos) return std::nullopt;
        return HostPort{text.substr(1, end - 1), text.substr(end + 2)};
    }
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos) return std::nullopt;
    return HostPort{text.substr(0, colon), text.substr(colon + 1)};
}

bool is_port(std::string_view text, int least) {
    const auto port = number<int>(text);
    return port && *port >= least && *port <= 65535;
}

bool is_host(std::string_view text) {
    return is_address(text) || is_host_name(text);
}

bool is_listen(std::string_view text) {
    const auto parts = split(text);
    return parts && is_address(parts->host) && is_port(parts->port, 0);
}

bool is_endpoint(std::string_view text) {
    const auto parts = split(text);
    return parts && is_host(parts->host) && is_port(parts->port, 1);
}

bool is_server_address(std::string_view text) {
    if (is_address(text)) return true;
    const auto parts = split(text);
    return parts && is_address(parts->host) && is_port(parts->port, 1);
}

bool is_moment(std::string_view text) {
    return base::from_rfc3339(text).has_value() || base::from_rfc3339(std::string(text) + "T00:00:00Z").has_value();
}

struct Unit {
    std::string_view name;
    double factor;
};
constexpr std::array<Unit, 4> kSpanUnits{{{"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86'400}}};
constexpr std::array<Unit, 3> kFlowUnits{{{"l/min", 1}, {"L/min", 1}, {"gal/min", base::kLitresPerGallon}}};

constexpr std::array<Unit, 6> kVolumeUnits{{{"l", 1},
                                            {"L", 1},
                                            {"m3", litres_per(base::VolumeUnit::CubicMetre)},
                                            {"gal", litres_per(base::VolumeUnit::Gallon)},
                                            {"ft3", litres_per(base::VolumeUnit::CubicFoot)},
                                            {"ccf", litres_per(base::VolumeUnit::Ccf)}}};

// A number and a unit, with or without a space between, in the base unit.
template <std::size_t N>
std::optional<double> with_unit(std::string_view text, const std::array<Unit, N>& units) {
    const auto end = text.find_first_not_of("0123456789.");
    if (end == std::string_view::npos) return std::nullopt;
    const auto amount = number<double>(text.substr(0, end));
    text.remove_prefix(std::min(text.find_first_not_of(' ', end), text.size()));
    for (const Unit& unit : units) {
        if (amount && unit.name == text) return *amount * unit.factor;
    }
    return std::nullopt;
}

// How a type of quantity is read, and how many of the integer's steps one of the unit of its limits has.
struct Quantity {
    std::optional<double> (*read)(std::string_view);
    double steps;
};
std::optional<Quantity> quantity_of(ValueType type) {
    switch (type) {
        case ValueType::Span: return Quantity{[](std::string_view text) { return with_unit(text, kSpanUnits); }, 1e3};
        case ValueType::Flow:
            return Quantity{[](std::string_view text) { return with_unit(text, kFlowUnits); }, 1e6 / 60};
        case ValueType::Volume:
            return Quantity{[](std::string_view text) { return with_unit(text, kVolumeUnits); }, 1e6};
        default: return std::nullopt;
    }
}

// In the largest unit that leaves it whole.
std::string shown_span(double seconds) {
    for (auto unit = kSpanUnits.rbegin(); unit != kSpanUnits.rend(); ++unit) {
        const double amount = seconds / unit->factor;
        if (seconds > 0 && amount == std::floor(amount)) return shown(amount) + ' ' + std::string(unit->name);
    }
    return shown(seconds) + " s";
}

bool is_url(std::string_view text) {
    const std::size_t scheme = text.starts_with("http://") ? 7 : text.starts_with("https://") ? 8 : 0;
    const std::string_view server = text.substr(scheme, text.find_first_of("/?#", scheme) - scheme);
    return scheme > 0 && !server.empty() && server.find('@') == std::string_view::npos &&
           text.find_first_of(" \"<>") == std::string_view::npos;
}

// What a well-formed text of this type looks like, for the message when it is not.
std::string_view wanted(ValueType type) {
    switch (type) {
        case ValueType::Text: return "a text without control characters, at most 4096 bytes";
        case ValueType::Topic: return "a topic of 1 to 200 bytes without + and #, not beginning or ending with /";
        case ValueType::Path: return "a path, not empty";
        case ValueType::Integer: return "a whole number";
        case ValueType::Number: return "a number";
        case ValueType::Boolean: return "true or false";
        case ValueType::Choice: return "a choice";
        case ValueType::Host: return "a host name or an IP address without a port, such as broker.lan or 192.168.1.5";
        case ValueType::Listen: return "ADDRESS:PORT, such as 0.0.0.0:1883 or [::]:1883";
        case ValueType::Endpoint: return "HOST:PORT, such as example.org:1883";
        case ValueType::Addresses: return "a list of up to 8 IP addresses, such as [9.9.9.9, \"1.1.1.1:53\"]";
        case ValueType::TimeZone: return "a time zone's name, such as America/Denver";
        case ValueType::Moment: return "a date such as 2026-11-23, or a time such as 2026-11-23T16:19:40Z";
        case ValueType::Span: return "a number with s, min, h or d behind it, such as 90 s or 10 min";
        case ValueType::Flow: return "a number with l/min or gal/min behind it, such as 30 l/min";
        case ValueType::Volume: return "a number with l, m3, gal, ft3 or ccf behind it, such as 500 l";
        case ValueType::Url: return "a URL with http:// or https:// and a host, and without a user";
        case ValueType::Template: return "a text of at most 4096 bytes";
        case ValueType::Texts: return "a list of at most 64 texts";
    }
    return "a value";
}

bool is_topic(std::string_view text) {
    return !text.empty() && text.size() <= 200 && text.find_first_of("+#") == std::string_view::npos &&
           text.front() != '/' && text.back() != '/';
}

bool well_formed(ValueType type, std::string_view text) {
    switch (type) {
        case ValueType::Topic: return is_topic(text);
        case ValueType::Path: return !text.empty();
        case ValueType::Host: return text.empty() || is_host(text);
        case ValueType::Listen: return is_listen(text);
        case ValueType::Endpoint: return is_endpoint(text);
        case ValueType::Addresses: return is_server_address(text);
        case ValueType::TimeZone: return text.empty() || base::TimeZone::load(text).has_value();
        case ValueType::Moment: return is_moment(text);
        case ValueType::Url: return text.empty() || is_url(text);
        default: return true;
    }
}

}  // namespace

std::string_view type_name(ValueType type) {
    switch (type) {
        case ValueType::Text: return "text";
        case ValueType::Topic: return "topic";
        case ValueType::Path: return "path";
        case ValueType::Integer: return "integer";
        case ValueType::Number: return "number";
        case ValueType::Boolean: return "boolean";
        case ValueType::Choice: return "choice";
        case ValueType::Host: return "host";
        case ValueType::Listen: return "address:port";
        case ValueType::Endpoint: return "host:port";
        case ValueType::Addresses: return "list of addresses";
        case ValueType::TimeZone: return "time zone";
        case ValueType::Moment: return "date or time";
        case ValueType::Span: return "time span";
        case ValueType::Flow: return "flow rate";
        case ValueType::Volume: return "volume";
        case ValueType::Url: return "URL";
        case ValueType::Template: return "text of lines";
        case ValueType::Texts: return "list of texts";
    }
    return "value";
}

std::string allowed(ValueType type, const Limits& limits) {
    if (type == ValueType::Boolean) return "true or false";
    if (type == ValueType::Choice) {
        std::string text;
        for (std::size_t i = 0; i < limits.choices.size(); ++i) {
            if (i > 0) text += i + 1 == limits.choices.size() ? " or " : ", ";
            text += limits.choices[i];
        }
        return text;
    }
    if (type == ValueType::Integer || type == ValueType::Number) {
        return shown(limits.least) + " to " + shown(limits.most);
    }
    if (type == ValueType::Span) return shown_span(limits.least) + " to " + shown_span(limits.most);
    if (type == ValueType::Flow) return shown(limits.least) + " to " + shown(limits.most) + " l/min";
    if (type == ValueType::Volume) return shown(limits.least) + " to " + shown(limits.most) + " l";
    return {};
}

base::Result<Value, std::string> check_text(ValueType type, const Limits& limits, std::string_view text, bool secret) {
    Value value;
    value.text = text;
    const auto refused = [&](std::string_view what) {
        return base::failure(quoted(text, secret) + " is not " + std::string(what));
    };
    if (text.size() > kMaxTextBytes || has_control_characters(text, type == ValueType::Template)) {
        return refused(wanted(ValueType::Text));
    }
    const auto in_range = [&](double number) { return number >= limits.least && number <= limits.most; };
    if (type == ValueType::Integer) {
        const auto integer = number<std::int64_t>(text);
        if (!integer) return refused("a whole number from " + allowed(type, limits));
        if (!in_range(static_cast<double>(*integer))) return refused("from " + allowed(type, limits));
        value.integer = *integer;
    } else if (type == ValueType::Number) {
        const auto real = number<double>(text);
        if (!real || !std::isfinite(*real)) return refused("a number from " + allowed(type, limits));
        if (!in_range(*real)) return refused("from " + allowed(type, limits));
        value.number = *real;
    } else if (type == ValueType::Boolean) {
        const auto flag = boolean(text);
        if (!flag) return refused(allowed(type, limits));
        value.flag = *flag;
    } else if (type == ValueType::Choice) {
        const auto found = std::find(limits.choices.begin(), limits.choices.end(), text);
        if (found == limits.choices.end()) return refused(allowed(type, limits));
        value.integer = found - limits.choices.begin();
    } else if (const auto quantity = quantity_of(type)) {
        const auto amount = quantity->read(text);
        if (!amount) return refused(wanted(type));
        if (!in_range(*amount)) return refused("from " + allowed(type, limits));
        value.number = *amount;
        value.integer = std::llround(*amount * quantity->steps);
    } else if (type == ValueType::Addresses || type == ValueType::Texts) {
        return check_list(type, {value.text});
    } else if (!well_formed(type, text)) {
        return refused(wanted(type));
    }
    return value;
}

base::Result<Value, std::string> check_list(ValueType type, const std::vector<std::string>& texts) {
    if (type == ValueType::Texts) {
        const bool good = texts.size() <= kMaxTexts && std::none_of(texts.begin(), texts.end(), [](const auto& text) {
                              return text.size() > kMaxTextBytes || has_control_characters(text);
                          });
        if (!good) return base::failure("is not " + std::string(wanted(type)) + " without control characters");
        Value value;
        value.list = texts;
        return value;
    }
    if (type != ValueType::Addresses) return base::failure(std::string("must be a single value, not a list"));
    if (texts.empty() || texts.size() > kMaxAddresses) return base::failure("is not " + std::string(wanted(type)));
    Value value;
    for (const std::string& text : texts) {
        if (!well_formed(type, text))
            return base::failure(quoted(text, false) + " is not an IP address, with or without a port");
        value.list.push_back(text);
    }
    return value;
}

}  // namespace millrace::settings
