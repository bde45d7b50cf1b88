// Who knows the user's broker, and how to log in there, where the settings name none: Home Assistant's Supervisor.
//
// Loop thread only. Holds a password, so nothing of it goes into a log or an answer but the reason of a NoBroker.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"

namespace millrace::ports {

struct BrokerLogin {
    std::string host;
    std::uint16_t port = 1883;
    bool tls = false;
    std::string user_name;
    std::string password;  // secret

    bool operator==(const BrokerLogin&) const = default;
};

struct NoBroker {
    bool failed = false;  // to ask, so there may be one; false: there is none
    std::string why;      // and what helps, in a sentence without its full stop

    bool operator==(const NoBroker&) const = default;
};

class BrokerSource {
public:
    virtual ~BrokerSource() = default;

    // `answer` is called once, later, on the loop. Logins change, so ask before each attempt at the broker.
    virtual void ask(std::function<void(base::Result<BrokerLogin, NoBroker>)> answer) = 0;
};

}  // namespace millrace::ports
