// The passive scan of one adapter: an object that BlueZ reads off which advertisements we want, and hands to the
// controller. Nothing is asked of the devices.
//
// BlueZ offers that where it was built and started for it (before 5.73 only with --experimental). Loop thread only.
#pragma once

#include <string>

#include "ble/bluez.h"
#include "ble/problem.h"
#include "ble/retry.h"

namespace millrace::ble {

class Monitor {
public:
    Monitor(Bluez& bluez, std::string adapter);  // the adapter's path
    ~Monitor();
    Monitor(const Monitor&) = delete;
    Monitor& operator=(const Monitor&) = delete;

    // What BlueZ says of the adapter may have changed.
    void update();
    void stop();

    // BlueZ has begun to use the object, or gives it back. Called by the object on the bus.
    void on_activate();
    void on_release();
    [[nodiscard]] bool is_from_bluez(sd_bus_message* message) const;

    [[nodiscard]] const Condition& condition() const { return condition_; }

private:
    enum class Step { Idle, Registering, Registered, Active, Resting };

    void show();
    void register_monitor();
    void fail(Condition condition);
    void set(Step step, Condition condition);

    Bluez& bluez_;
    const std::string adapter_;
    const std::string root_;  // path of what is registered: a folder with one monitor in it
    Step step_ = Step::Idle;
    Condition condition_;
    Slot object_;
    Slot folder_;
    Slot asked_;
    Delay delay_;
    Backoff backoff_;
};

}  // namespace millrace::ble
