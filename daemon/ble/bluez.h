// One BlueZ on the bus, from its appearance to its end: what all that talks to it needs. Loop thread only.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "base/time.h"
#include "ble/bus.h"
#include "ble/limits.h"
#include "ble/objects.h"

namespace millrace::ble {

struct Bluez {
    boost::asio::io_context& loop;
    const base::Clock& clock;
    const Limits& limits;
    Bus& bus;
    std::string owner;                 // its unique name: one that comes after it has another
    std::function<void()> on_changed;  // how something does may have changed
    Objects objects{};

    [[nodiscard]] Call method(std::string path, std::string_view interface, std::string member,
                              std::function<int(sd_bus_message*)> fill = {}) const {
        return {owner, std::move(path), std::string(interface), std::move(member), std::move(fill)};
    }
};

}  // namespace millrace::ble
