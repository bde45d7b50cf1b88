// The address of an adapter of BlueZ's, which an emulated device has to know to encrypt what it advertises. For
// emulations, not for the daemon.
//
// Looked for until it is found. Loop thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "base/bluetooth_address.h"
#include "ble/limits.h"

namespace millrace::ble {

class AdapterAddress {
public:
    using Found = std::function<void(const base::BluetoothAddress& address)>;

    // The loop outlives it. `adapter` is "hci0"; an empty bus address means the system's bus. `found` is told once.
    AdapterAddress(boost::asio::io_context& loop, std::string adapter, const std::string& bus_address, Found found,
                   const Limits& limits = {});
    ~AdapterAddress();

    void start();

    [[nodiscard]] std::string problem() const;  // why it is not known; empty: nothing is wrong

private:
    class Search;
    std::unique_ptr<Search> search_;
};

}  // namespace millrace::ble
