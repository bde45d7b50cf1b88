// What somebody who sets Millrace up has to see at once: who has knocked at the door for bridges, and how the brokers
// of the owner do.
//
// Values, made on the loop thread; all of it since the daemon was started. No secrets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/device_id.h"
#include "base/time.h"

namespace millrace::ports {

// A TCP connection to the port for bridges, whoever made it.
struct Knock {
    base::WallTime at;
    std::string peer;                      // address and port
    bool refused = false;                  // a limit was reached, and it was closed at once
    bool mqtt = false;                     // its CONNECT has come
    std::optional<base::DeviceId> bridge;  // whom the CONNECT names, where that is a bridge's name

    bool operator==(const Knock&) const = default;
};

struct BridgeListener {
    std::string address;  // with the port; empty while closed
    std::string problem;  // what is wrong and how to mend it; empty: nothing
    std::uint64_t knocks = 0;
    std::optional<Knock> last;

    [[nodiscard]] bool open() const { return !address.empty(); }
    bool operator==(const BridgeListener&) const = default;
};

class BridgeListenerView {
public:
    virtual ~BridgeListenerView() = default;
    [[nodiscard]] virtual BridgeListener bridge_listener() const = 0;
};

// A broker that we are a client of.
struct BrokerLink {
    std::string address;  // host and port, as set; empty: not known yet
    bool connected = false;
    std::string problem;  // what is wrong; empty: nothing, or the first attempt is under way

    bool operator==(const BrokerLink&) const = default;
};

// The broker where bridges connect instead of to us.
class GuestView {
public:
    virtual ~GuestView() = default;
    [[nodiscard]] virtual std::optional<BrokerLink> guest() const = 0;  // nothing: none is set
};

// The user's broker, and Home Assistant behind it.
struct HomeAssistantLink {
    BrokerLink broker;
    bool discovery = false;  // switched on
    std::string discovery_prefix;
    std::string birth_topic;
    // The broker has taken all documents of the devices known now, on the present connection.
    bool discovery_published = false;
    std::optional<base::WallTime> birth_seen;  // when the newest birth message came
    bool birth_retained = false;               // that one was kept by the broker, and may be from any time before

    bool operator==(const HomeAssistantLink&) const = default;
};

class HomeAssistantView {
public:
    virtual ~HomeAssistantView() = default;
    [[nodiscard]] virtual std::optional<HomeAssistantLink> home_assistant() const = 0;  // nothing: no broker is set
};

}  // namespace millrace::ports
