// Something of ours that BlueZ is to show: objects on the bus and their registration with a manager of BlueZ's, kept up
// through its restarts. Loop thread only.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "ble/bluez_finder.h"
#include "ble/bus.h"
#include "ble/limits.h"
#include "ble/problem.h"
#include "ble/retry.h"

namespace millrace::ble {

class Registration {
public:
    struct What {
        std::string bus_address;  // empty: the system's bus
        std::string adapter;      // "hci0"
        std::string manager;      // the interface of the adapter's to register with
        std::string add;          // its methods
        std::string remove;
        std::string path;                             // of the object that is registered
        std::string purpose;                          // continues "BlueZ could not …"
        std::function<std::vector<Slot>(Bus&)> show;  // puts the objects on the bus
    };

    Registration(boost::asio::io_context& loop, What what, const Limits& limits);

    void start() { finder_.start(); }
    // Takes it back, without waiting for an answer.
    void stop();
    // BlueZ has let go of it.
    void again();

    // Working: BlueZ shows it.
    [[nodiscard]] const Condition& condition() const;
    // Null when there is none.
    [[nodiscard]] Bus* bus() const { return bus_; }
    [[nodiscard]] bool is_from_bluez(sd_bus_message* message) const;

private:
    void ask();
    [[nodiscard]] Call call(const std::string& member, const char* types) const;

    const Limits limits_;
    const What what_;
    BluezFinder finder_;
    Bus* bus_ = nullptr;
    std::string owner_;
    std::vector<Slot> shown_;
    Slot asked_;
    Delay delay_;
    Backoff backoff_;
    Condition condition_;
};

}  // namespace millrace::ble
