// What we do with one BlueZ while it is there: follow its objects, scan with its adapters, hand its advertisements on,
// and keep up the receivers. Ends with it, or with the bus; what is counted outlives it. Loop thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ble/bluez.h"
#include "ble/discovery.h"
#include "ble/monitor.h"
#include "ble/receiver.h"
#include "ble/settings.h"
#include "ble/tally.h"
#include "ports/bluetooth.h"

namespace millrace::ble {

class Session {
public:
    // All outlive it; `bluez` is of this BlueZ alone, and its on_changed is taken over.
    Session(Bluez bluez, const Settings& settings, ports::AdvertisementSink& advertisements, FrameWay frames,
            Tally& tally);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // Takes back what was asked of BlueZ, without waiting for its answers.
    void stop();

    // Of BlueZ itself; working as soon as it has told its objects.
    [[nodiscard]] const Condition& condition() const { return condition_; }
    // Those configured, or all there are, by name; with what was counted in this run.
    [[nodiscard]] std::vector<ports::BluetoothAdapter> adapters() const;
    // As configured; nothing before BlueZ has told its objects.
    [[nodiscard]] const Condition* receiver(std::size_t index) const;

private:
    struct Scan {
        Discovery discovery;
        std::optional<Monitor> monitor;

        Scan(Bluez& bluez, const std::string& path, bool passive);
        [[nodiscard]] const Condition& condition() const;
    };

    void listen();
    void ask_for_objects();
    void on_objects(const Answer& answer);
    void on_added(sd_bus_message* message);
    void on_removed(sd_bus_message* message);
    void on_properties(sd_bus_message* message);
    void hear(const std::string& device, const Properties& properties);
    void update();
    void schedule_update();
    [[nodiscard]] bool may_use(const std::string& adapter) const;

    Bluez bluez_;
    const Settings& settings_;
    ports::AdvertisementSink& advertisements_;
    FrameWay frames_;
    Tally& tally_;
    std::function<void()> tell_;
    Condition condition_;
    std::vector<Slot> signals_;
    Slot asked_;
    Delay delay_;
    Delay update_;
    Backoff backoff_;
    std::map<std::string, std::unique_ptr<Scan>> scans_;  // by the adapter's path
    std::vector<std::unique_ptr<Receiver>> receivers_;
};

}  // namespace millrace::ble
