// Whether somebody answers at a TCP port, and whether a broker there lets us in. Block for up to three seconds; any
// thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "doctor/facts.h"
#include "doctor/wait.h"

namespace millrace::doctor {

using Targets = std::vector<std::pair<Address, std::uint16_t>>;

// Connects to all at once, and closes again without a word.
[[nodiscard]] std::vector<ConnectOutcome> connect_to(const Targets& targets, const Bounds& bounds);

// As whom we would be at the user's broker.
struct BrokerLogin {
    std::string user_name;
    std::string password;  // secret
    bool tls = false;      // then it is only connected to
};

struct BrokerOutcome {
    BrokerAnswer answer = BrokerAnswer::NotAsked;
    std::string failure;
};

// Logs in as a client that nobody knows, and goes away again.
[[nodiscard]] BrokerOutcome ask_broker(const Targets& targets, const BrokerLogin& login, const Bounds& bounds);

}  // namespace millrace::doctor
