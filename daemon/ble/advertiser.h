// Advertises service data of BTHome through BlueZ, as a puck or a meter would: for emulations, not for the daemon.
//
// What an advertisement of the old sort can hold is 31 bytes: 3 of flags, 4 before the service data, 2 before the name;
// with more, BlueZ refuses it or takes a newer sort where the adapter has one. Loop thread only.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "base/bytes.h"
#include "ble/limits.h"
#include "ports/bluetooth.h"

namespace millrace::ble {

struct AdvertiserSettings {
    std::string adapter = "hci0";
    std::string local_name;    // empty: none
    bool connectable = false;  // as a peripheral; else it only broadcasts
    std::string bus_address;   // empty: the system's bus
};

class Advertiser {
public:
    // The loop outlives it. `service_data` is what follows the UUID; empty: none is advertised.
    Advertiser(boost::asio::io_context& loop, AdvertiserSettings settings, base::Bytes service_data,
               const Limits& limits = {});
    ~Advertiser();  // stops

    void start();
    void stop();
    // At once where it is being advertised already, and without a new registration.
    void set_service_data(base::Bytes service_data);

    // Working: BlueZ advertises it.
    [[nodiscard]] ports::BluetoothPart state() const;
    [[nodiscard]] std::string problem() const;  // empty: nothing

private:
    class Shown;
    std::unique_ptr<Shown> shown_;
};

}  // namespace millrace::ble
