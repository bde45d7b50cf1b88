// Where Home Assistant's WebSocket API is, from the URL of its page or the Supervisor's own. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::recorder {

struct Address {
    std::string host;
    std::string port;
    std::string path;  // of the WebSocket API
    bool tls = false;

    // As the Host header has it.
    [[nodiscard]] std::string authority() const;
    bool operator==(const Address&) const = default;
};

// "http://homeassistant.local:8123", "https://home.example/", "http://[fd00::2]:8123". A path before the API is kept,
// for proxies that serve Home Assistant in a folder.
[[nodiscard]] base::Result<Address, base::Error> address_of(std::string_view url);

// How an app reaches Home Assistant inside its Supervisor.
[[nodiscard]] Address supervisor_address();

}  // namespace millrace::recorder
