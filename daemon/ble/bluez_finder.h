// Keeps up the connection to the message bus and knows who on it is BlueZ, through restarts of both. Loop thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "ble/bus.h"
#include "ble/limits.h"
#include "ble/problem.h"
#include "ble/retry.h"

namespace millrace::ble {

class BluezFinder {
public:
    // Told from the loop. `found` brings the bus, which lives until `gone`, and BlueZ's unique name on it; `changed`
    // says that condition() has.
    struct Told {
        std::function<void(Bus& bus, const std::string& owner)> found;
        std::function<void(const std::string& why)> gone;
        std::function<void()> changed;
    };

    BluezFinder(boost::asio::io_context& loop, std::string bus_address, const Limits& limits, Told told);

    void start();
    // Without telling it.
    void stop();

    // Working: BlueZ is there.
    [[nodiscard]] const Condition& condition() const { return condition_; }
    [[nodiscard]] std::uint64_t connections() const { return connections_; }  // to the bus, in this run

private:
    void connect();
    void on_owner(const Answer& answer);
    void on_owner_changed(sd_bus_message* message);
    void appear(const std::string& owner);
    void vanish(const std::string& why);
    void rest(Condition condition);
    void set(Condition condition);

    boost::asio::io_context& loop_;
    const std::string address_;
    const Limits& limits_;
    Told told_;
    std::unique_ptr<Bus> bus_;
    Slot owner_changes_;
    Slot asked_;
    Delay delay_;
    Backoff backoff_;
    Condition condition_;
    bool there_ = false;
    std::uint64_t connections_ = 0;
};

}  // namespace millrace::ble
