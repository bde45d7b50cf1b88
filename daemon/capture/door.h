// What every door needs from its surroundings, and the limits of the doors in one place.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <boost/asio/io_context.hpp>

#include "base/time.h"
#include "capture/counters.h"
#include "capture/door_limits.h"
#include "capture/log.h"
#include "capture/network_book.h"
#include "ports/bridge_link.h"

namespace millrace::capture {

// Owned by Doors, which outlives the doors. Connections touch it only while they are open. Loop thread only.
struct DoorContext {
    boost::asio::io_context& loop;
    const base::Clock& clock;
    ports::FrameSink& sink;
    const DoorLimits& limits;

    Counters counters;
    LogGate trouble;
    ports::ConnectionId last_connection = 0;

    // Every socket is read into this one buffer, because only one handler runs at a time: an idle connection then
    // costs no buffer of its own.
    std::array<std::uint8_t, 16 * 1024> read_buffer{};

    // What the sink is given to act on connections, whichever door has them.
    ports::BridgeLink* link = nullptr;

    NetworkBook network{};

    [[nodiscard]] Moment now() const { return {clock.wall_now(), clock.steady_now()}; }
};

}  // namespace millrace::capture
