// A receiver of frames as FORMAT.md has it, played by BlueZ: a service with one characteristic that notifies. For
// emulations, not for the daemon.
//
// Whoever is to find it needs an Advertiser that is connectable beside it. Loop thread only.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "ble/limits.h"
#include "ports/bluetooth.h"
#include "ports/frame.h"

namespace millrace::ble {

struct FrameNotifierSettings {
    std::string adapter = "hci0";
    std::string service;  // UUIDs as 36 characters in lower case
    std::string characteristic;
    std::size_t longest = 20;  // bytes of a notification: BlueZ cuts what is more than the MTU, which it does not tell
    std::string bus_address;   // empty: the system's bus
};

class FrameNotifier {
public:
    // The loop outlives it.
    FrameNotifier(boost::asio::io_context& loop, FrameNotifierSettings settings, const Limits& limits = {});
    ~FrameNotifier();  // stops

    void start();
    void stop();

    // False when nobody has switched notifications on, or the frame has no place in the format.
    [[nodiscard]] bool notify(const ports::Frame& frame);
    [[nodiscard]] bool has_listener() const;

    // Working: BlueZ offers the service.
    [[nodiscard]] ports::BluetoothPart state() const;
    [[nodiscard]] std::string problem() const;  // empty: nothing

private:
    class Shown;
    std::unique_ptr<Shown> shown_;
};

}  // namespace millrace::ble
