// What the checks judge by: what is known already, and what the probes bring.
//
// Plain values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include "base/time.h"
#include "ports/bluetooth.h"
#include "ports/cloud_mode.h"
#include "ports/live.h"
#include "ports/setup.h"

namespace millrace::doctor {

using Address = boost::asio::ip::address;

// What only a running daemon knows.
struct House {
    ports::LiveState live;
    std::optional<ports::BridgeListener> listener;
    std::optional<ports::BrokerLink> guest;
    std::string watched_interface;                           // empty: none
    std::optional<ports::HomeAssistantLink> home_assistant;  // nothing: no broker is set
    ports::BluetoothState bluetooth = {};
    std::vector<ports::HeardDevice> heard_by_bluetooth = {};  // lately
    std::vector<ports::AdoptedDevice> adopted = {};
};

// What is known before anybody is asked.
struct Known {
    base::WallTime now;
    base::WallTime built;  // what was built is not older than this
    std::string version;
    std::string config_file;     // empty: none, and the defaults hold
    std::string config_problem;  // what would keep a daemon from starting with it; empty: nothing
    std::optional<House> house;  // nothing: no daemon answers
    std::string no_daemon;       // why not
    bool systemd = false;        // runs here
    bool container = false;      // we are in one, so the machine has addresses that we do not see
    bool root = false;
    ports::CloudMode mode = ports::CloudMode::Local;
    bool guest = false;    // bridges connect to another broker
    bool watched = false;  // bridges are listened to on an interface
    std::string listen;    // for bridges, as set
    std::uint16_t listen_port = 0;
    std::vector<Address> own;  // this machine's, loopback too
    std::string cloud_host;
    std::uint16_t cloud_port = 0;
    std::vector<std::string> cloud_name_servers;
    std::string state_dir;
    std::string database_server = {};  // its address, which may hold a password; empty: the database is a file in there
    std::string user;                  // that we run as
    // The user's broker, where there is no daemon to tell of it.
    std::string broker_host;
    std::uint16_t broker_port = 0;
    bool broker_tls = false;
    std::string discovery_prefix;  // empty: switched off
    std::optional<bool> keys;      // whether there are any, where there is no daemon
    bool bluetooth = false;        // whether it is to be listened to
};

// What one name server says of one name.
struct NameAnswer {
    std::string server;
    std::string name;
    std::string failure;             // why there is no answer; empty: there is one
    std::vector<Address> addresses;  // none: the server knows that there is none

    [[nodiscard]] bool answered() const { return failure.empty(); }
};

struct TimeAnswer {
    std::string server;
    std::string failure;           // empty: it answered
    base::Milliseconds ahead{0};   // how far our clock is ahead of it
    base::Milliseconds margin{0};  // how sure that is: half of the way there and back
};

struct PortHolder {
    std::string address;  // where it listens
    int pid = 0;          // 0: may not be seen
    std::string process;

    bool operator==(const PortHolder&) const = default;
};

struct ConnectOutcome {
    std::string target;   // address and port
    std::string failure;  // empty: connected
};

struct FolderFacts {
    bool exists = false;
    bool is_folder = false;
    bool writable = false;
    std::string owner;
    std::string file_system;  // "tmpfs" where it is one that a restart empties; else empty
    std::uint64_t free_bytes = 0;
    std::uint64_t store_bytes = 0;
    std::string failure;  // why it could not be looked at
};

enum class BrokerAnswer : std::uint8_t {
    NotAsked,
    Accepted,
    BadCredentials,
    NotAuthorised,
    Refused,
    NoMqtt,
    Unreachable
};

struct Upstream {
    std::vector<NameAnswer> answers;
    std::vector<ConnectOutcome> connections;
};

// What the probes bring.
struct Probed {
    std::vector<NameAnswer> names;
    std::vector<TimeAnswer> times;
    std::optional<bool> kernel_synchronised;  // nothing: the kernel does not tell
    std::vector<PortHolder> holders;          // of the port for bridges
    std::vector<int> others;                  // process ids of further daemons of ours
    std::vector<ConnectOutcome> own_port;     // connections to it at our own addresses
    std::optional<Upstream> upstream;         // nothing: nobody is to be reached
    FolderFacts folder;
    std::string database_failure = {};  // why the server cannot be reached; empty: it can, or there is none
    BrokerAnswer broker = BrokerAnswer::NotAsked;
    std::string broker_failure;
};

}  // namespace millrace::doctor
