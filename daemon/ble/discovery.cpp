#include "ble/discovery.h"

#include <utility>

#include <systemd/sd-bus.h>

namespace millrace::ble {

using ports::BluetoothPart;

namespace {

// Without the second, BlueZ tells a device's word once and keeps its repetitions to itself, and so new words that look
// the same: a puck that says "dry" each hour.
int append_filter(sd_bus_message* message) {
    return sd_bus_message_append(message, "a{sv}", 2, "Transport", "s", "le", "DuplicateData", "b", 1);
}

}  // namespace

Discovery::Discovery(Bluez& bluez, std::string adapter)
    : bluez_(bluez),
      adapter_(std::move(adapter)),
      delay_(bluez.loop),
      backoff_(bluez.limits.first_wait, bluez.limits.longest_wait) {}

void Discovery::update(bool wanted) {
    const AdapterObject* adapter = bluez_.objects.adapter(adapter_);
    if (adapter == nullptr) return;
    if (!wanted || !adapter->powered) {
        stop();
        backoff_.reset();
        set(Step::Idle, adapter->powered ? Condition{} : switched_off(adapter_name(adapter_), *adapter));
        return;
    }
    if (step_ == Step::Idle) set_filter();
    if (step_ == Step::Running) watch(adapter->discovering);
}

void Discovery::stop() {
    const bool asked = step_ == Step::Starting || step_ == Step::Running;
    asked_.reset();
    delay_.cancel();
    step_ = Step::Idle;
    if (asked) bluez_.bus.send(bluez_.method(adapter_, kAdapterInterface, "StopDiscovery"));
}

void Discovery::set_filter() {
    set(Step::SettingFilter, {BluetoothPart::Waiting, condition_.problem});
    asked_ = bluez_.bus.call(bluez_.method(adapter_, kAdapterInterface, "SetDiscoveryFilter", append_filter),
                             bluez_.limits.answer, [this](const Answer& answer) {
                                 if (!answer.ok()) return fail(refused(answer, "scan as we want it to"));
                                 start();
                             });
}

void Discovery::start() {
    step_ = Step::Starting;
    asked_ = bluez_.bus.call(bluez_.method(adapter_, kAdapterInterface, "StartDiscovery"), bluez_.limits.answer,
                             [this](const Answer& answer) { on_started(answer); });
}

void Discovery::on_started(const Answer& answer) {
    const AdapterObject* adapter = bluez_.objects.adapter(adapter_);
    // Left over from an attempt whose answer came too late.
    const bool runs_already =
        answer.error == "org.bluez.Error.InProgress" && adapter != nullptr && adapter->discovering;
    if (!answer.ok() && !runs_already) return fail(refused(answer, "scan for devices"));
    running_since_ = bluez_.clock.steady_now();
    seen_running_ = false;
    set(Step::Running, {BluetoothPart::Working, ""});
    watch(adapter != nullptr && adapter->discovering);
}

// BlueZ pauses a scan while it connects, and ends it when the adapter has trouble.
void Discovery::watch(bool discovering) {
    if (discovering) {
        seen_running_ = true;
        delay_.cancel();
    } else if (seen_running_ && !delay_.pending()) {
        delay_.after(bluez_.limits.first_wait, [this] {
            if (bluez_.clock.steady_now() - running_since_ > bluez_.limits.longest_wait) backoff_.reset();
            stop();
            fail({BluetoothPart::Waiting, "BlueZ has ended the scan; it is begun again"});
        });
    }
}

void Discovery::fail(Condition condition) {
    set(Step::Resting, std::move(condition));
    delay_.after(backoff_.next(), [this] { set_filter(); });
}

void Discovery::set(Step step, Condition condition) {
    step_ = step;
    if (condition == condition_) return;
    condition_ = std::move(condition);
    bluez_.on_changed();
}

}  // namespace millrace::ble
