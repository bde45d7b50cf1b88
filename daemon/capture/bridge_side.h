// A bridge's own connection, as one door hands it to another: who answers changes, the connection stays.
#pragma once

#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "base/bytes.h"
#include "base/device_id.h"
#include "capture/admission.h"
#include "capture/secret_bytes.h"
#include "ports/bridge_link.h"

namespace millrace::capture {

struct BridgeSide {
    ports::ConnectionId id = 0;
    boost::asio::ip::tcp::socket socket;
    std::string peer;  // address and port
    Admission admission;
    SecretBytes connect{};  // its CONNECT as it came; empty where that is still in the socket
    std::string client_id{};
    std::optional<base::DeviceId> bridge{};
    base::Bytes after_connect{};  // read behind the CONNECT, and looked at by nobody yet
    base::Bytes outgoing{};       // for the bridge, and not taken by its socket yet
};

}  // namespace millrace::capture
