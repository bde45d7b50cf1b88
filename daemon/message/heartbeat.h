// Heartbeat and its echo, as values. What is known of the wire form stands in heartbeat.cpp.
#pragma once

#include <cstdint>
#include <string>

namespace millrace::message {

// The cloud's sign of life; the bridge sends it back verbatim and restarts when none comes for about half an hour.
struct Heartbeat {
    std::int64_t timestamp_us = 0;  // unix time in microseconds
    std::string id;                 // 32 hex digits
    std::int64_t sequence = 0;      // from 1
};

// The bridge's answer: the same object.
struct HeartbeatEcho {
    Heartbeat heartbeat;
};

[[nodiscard]] std::string encode(const Heartbeat& heartbeat);

}  // namespace millrace::message
