// Between the doors that let frames in (`capture`, later `ble`) and the hub that decides about them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/device_id.h"
#include "ports/cloud_mode.h"
#include "ports/frame.h"

namespace millrace::ports {

// Names one delivery that the bridge wants acknowledged, unique within its connection and never used twice: an MQTT
// packet identifier is not enough, because the bridge uses it again as soon as it was acknowledged. 0 means that
// nothing is owed (QoS 0, or a door that only listens).
using Receipt = std::uint64_t;

// Told by a door, on the loop thread.
struct ConnectionOpened {
    ConnectionId connection = 0;
    Door door = Door::StandIn;
    std::optional<base::DeviceId> bridge;  // nothing when the client id is no uuid
    std::string peer;                      // address and port, for people
    base::WallTime at;
    CloudPath path = CloudPath::None;
};

struct ConnectionClosed {
    ConnectionId connection = 0;
    base::WallTime at;
    std::string reason;
};

// What the hub can do on a connection. Who answers the bridge may change while it lasts; on CloudPath::Relay publish()
// refuses, and what is acknowledged is only noted, for the case that we have to take over. Loop thread only; unknown
// connections are ignored, because they may have closed a moment ago.
class BridgeLink {
public:
    virtual ~BridgeLink() = default;

    // The frame of this delivery is on disk.
    virtual void acknowledge(ConnectionId connection, Receipt receipt) = 0;

    // Sends a message to the bridge, QoS 0 or 1. False when it did not go out, because the bridge has not subscribed to
    // its topic or is gone.
    virtual bool publish(ConnectionId connection, std::string topic, base::Bytes payload, std::uint8_t qos) = 0;
};

// Where doors deliver. Loop thread only; every call returns at once.
class FrameSink {
public:
    virtual ~FrameSink() = default;

    // `link` outlives the connection; null when the door only listens (pcap).
    virtual void on_opened(const ConnectionOpened& opened, BridgeLink* link) = 0;

    // `receipt` is to be acknowledged through the link once the frame is on disk. The frame's id is still 0. Receipts
    // of one connection only rise; relayed frames to the cloud have one each, whatever their QoS.
    virtual void on_frame(ConnectionId connection, Frame frame, Receipt receipt) = 0;

    virtual void on_closed(const ConnectionClosed& closed) = 0;

    // The words of this connection's bridge go another way from the next frame on.
    virtual void on_path(ConnectionId connection, CloudPath path) = 0;

    // On CloudPath::Relay: the cloud's answers show that it has every frame up to the one with this receipt.
    virtual void on_cloud_has(ConnectionId connection, Receipt receipt) = 0;

    // On CloudPath::Relay with failover: the way to the cloud broke, and what came after the last on_cloud_has may not
    // have arrived. Comes before the on_path or on_closed that follows from it.
    virtual void on_cloud_lost(ConnectionId connection) = 0;
};

}  // namespace millrace::ports
