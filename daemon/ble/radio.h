// Bluetooth, as the app has it: BlueZ over D-Bus, for the advertisements of BTHome's devices and for receivers that
// pass a bridge's frames on.
//
// Off unless the settings say otherwise. Whatever is missing, forbidden or has gone is waited for and tried again, with
// waits that double; what is wrong, the view says in words. In a build without D-Bus (CMake's MILLRACE_BLUETOOTH) it
// says that. Loop thread only.
#pragma once

#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>

#include "base/time.h"
#include "ble/limits.h"
#include "ble/settings.h"
#include "ports/bluetooth.h"
#include "ports/bridge_link.h"
#include "ports/health.h"

namespace millrace::ble {

// All outlive the radio.
struct Surroundings {
    boost::asio::io_context& loop;
    const base::Clock& clock;
    ports::AdvertisementSink& advertisements;
    ports::FrameSink& frames;
    // Numbers that no other door gives. Only asked when a receiver's notifications are switched on.
    std::function<ports::ConnectionId()> next_connection;
};

class Radio final : public ports::BluetoothView, public ports::SelfReport {
public:
    Radio(Settings settings, Surroundings surroundings, const Limits& limits = {});
    ~Radio() override;  // stops
    Radio(const Radio&) = delete;
    Radio& operator=(const Radio&) = delete;

    // Does nothing when it is not enabled. Nothing that is missing is an error.
    void start();
    // Ends scans, closes the receivers' connections for the sink, and leaves the bus. Not from within a sink's call.
    void stop();

    [[nodiscard]] ports::BluetoothState bluetooth() const override;

    // "bluetooth" where it is enabled.
    void health(std::vector<ports::HealthItem>& items) const override;
    void metrics(std::vector<ports::Metric>& metrics) const override;

private:
    class Works;  // null: not enabled
    std::unique_ptr<Works> works_;
};

}  // namespace millrace::ble
