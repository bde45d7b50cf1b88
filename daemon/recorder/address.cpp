#include "recorder/address.h"

#include <algorithm>
#include <utility>

namespace millrace::recorder {
namespace {

base::Error unusable() {
    return {"home_assistant.url is no URL such as http://homeassistant.local:8123"};
}

}  // namespace

std::string Address::authority() const {
    return (host.find(':') == std::string::npos ? host : '[' + host + ']') + ':' + port;
}

base::Result<Address, base::Error> address_of(std::string_view url) {
    Address address;
    constexpr std::string_view kPlain = "http://";
    constexpr std::string_view kTls = "https://";
    if (url.starts_with(kTls)) {
        address.tls = true;
        url.remove_prefix(kTls.size());
    } else if (url.starts_with(kPlain)) {
        url.remove_prefix(kPlain.size());
    } else {
        return base::failure(unusable());
    }
    const auto slash = url.find('/');
    std::string_view server = url.substr(0, slash);
    std::string_view folder = slash == url.npos ? std::string_view{} : url.substr(slash);
    while (folder.ends_with('/')) folder.remove_suffix(1);
    address.path = std::string(folder) + "/api/websocket";
    address.port = address.tls ? "443" : "80";
    std::string_view port;
    if (server.starts_with('[')) {
        const auto close = server.find(']');
        if (close == server.npos) return base::failure(unusable());
        address.host = server.substr(1, close - 1);
        port = server.substr(close + 1);
    } else {
        const auto colon = server.find(':');
        address.host = server.substr(0, colon);
        port = colon == server.npos ? std::string_view{} : server.substr(colon);
    }
    if (!port.empty()) {
        const bool good = port.size() >= 2 && port.size() <= 6 && port.front() == ':' &&
                          std::all_of(port.begin() + 1, port.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (!good) return base::failure(unusable());
        address.port = port.substr(1);
    }
    if (address.host.empty() || address.host.find('@') != std::string::npos) return base::failure(unusable());
    return address;
}

Address supervisor_address() {
    return {"supervisor", "80", "/core/websocket", false};
}

}  // namespace millrace::recorder
