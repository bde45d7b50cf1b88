// The active scan of one adapter: BlueZ asks what is around for its name, and tells every advertisement, repeated or
// not.
//
// Runs as long as it is wanted and the adapter is on, and is begun anew when BlueZ ends it. Loop thread only.
#pragma once

#include <string>

#include "ble/bluez.h"
#include "ble/problem.h"
#include "ble/retry.h"

namespace millrace::ble {

class Discovery {
public:
    Discovery(Bluez& bluez, std::string adapter);  // the adapter's path

    // What BlueZ says of the adapter, or whether a scan is wanted, may have changed.
    void update(bool wanted);
    // Takes back what was asked of BlueZ, without waiting for its answer.
    void stop();

    [[nodiscard]] const Condition& condition() const { return condition_; }

private:
    enum class Step { Idle, SettingFilter, Starting, Running, Resting };

    void set_filter();
    void start();
    void on_started(const Answer& answer);
    void watch(bool discovering);
    void fail(Condition condition);
    void set(Step step, Condition condition);

    Bluez& bluez_;
    const std::string adapter_;
    Step step_ = Step::Idle;
    Condition condition_;
    Slot asked_;
    Delay delay_;
    Backoff backoff_;
    base::SteadyTime running_since_{};
    bool seen_running_ = false;  // BlueZ has said so since
};

}  // namespace millrace::ble
