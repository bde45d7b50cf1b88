#include "ble/receiver.h"

#include <algorithm>
#include <utility>

#include <systemd/sd-bus.h>

#include "ble/frame_bytes.h"

namespace millrace::ble {

using ports::BluetoothPart;

Receiver::Receiver(Bluez& bluez, const ReceiverSettings& settings, FrameWay way, ReceiverTally& tally,
                   std::function<bool(const std::string&)> may_use)
    : bluez_(bluez),
      settings_(settings),
      way_(std::move(way)),
      tally_(tally),
      may_use_(std::move(may_use)),
      delay_(bluez.loop),
      backoff_(bluez.limits.first_wait, bluez.limits.longest_wait) {
    seek();
}

Receiver::~Receiver() {
    close("BlueZ has gone");
}

void Receiver::update() {
    switch (step_) {
        case Step::Seeking: return seek();
        case Step::Resting: return;
        case Step::Connecting:
            if (bluez_.objects.device(device_) == nullptr) {
                fail({BluetoothPart::Waiting, "BlueZ forgot it while connecting: is it in range?"});
            }
            return;
        case Step::Resolving:
        case Step::Subscribing:
        case Step::Subscribed: break;
    }
    const DeviceObject* device = bluez_.objects.device(device_);
    if (device != nullptr && device->connected) seen_connected_ = true;
    // BlueZ's word that it is connected can come after its services, or never. That it is not any more, both
    // tell, in any order, or the end of what it offers.
    const bool lost = device == nullptr || (seen_connected_ && !device->connected) ||
                      (step_ != Step::Resolving &&
                       (!device->services_resolved || !bluez_.objects.has_characteristic(characteristic_)));
    if (lost) {
        fail({BluetoothPart::Waiting, "its connection broke: is it in range, and has it power?"});
    } else if (step_ == Step::Resolving) {
        resolve();
    }
}

// Of several adapters that have seen it, the one after the last that was tried.
void Receiver::seek() {
    if (leaving_) {
        delay_.after(bluez_.limits.first_wait, [this] { seek(); });
        return;
    }
    std::vector<std::string> seen;
    for (std::string& path : bluez_.objects.devices(settings_.address)) {
        if (may_use_(bluez_.objects.device(path)->adapter)) seen.push_back(std::move(path));
    }
    if (seen.empty()) {
        set(Step::Seeking, {BluetoothPart::Waiting, "not seen yet: is it switched on, in range, and advertising?"});
        return;
    }
    const auto after = std::upper_bound(seen.begin(), seen.end(), last_device_);
    connect(after == seen.end() ? seen.front() : *after);
}

void Receiver::connect(const std::string& device) {
    device_ = last_device_ = device;
    set(Step::Connecting, {BluetoothPart::Waiting, condition_.problem});
    asked_ = bluez_.bus.call(bluez_.method(device_, kDeviceInterface, "Connect"), bluez_.limits.connect,
                             [this](const Answer& answer) {
                                 if (!answer.ok() && answer.error != "org.bluez.Error.AlreadyConnected") {
                                     return fail(refused(answer, "connect to it"));
                                 }
                                 set(Step::Resolving, condition_);
                                 seen_connected_ = false;
                                 all_shown_ = false;
                                 delay_.after(bluez_.limits.services, [this] { on_resolve_timeout(); });
                                 resolve();
                             });
}

void Receiver::resolve() {
    const DeviceObject* device = bluez_.objects.device(device_);
    if (device == nullptr || !device->services_resolved) return;
    auto found = bluez_.objects.characteristic(device_, settings_.service, settings_.characteristic);
    if (found) {
        characteristic_ = std::move(*found);
        return subscribe();
    }
    // Its objects are told one by one, and not always before the word that they are known.
    if (!std::exchange(all_shown_, true)) delay_.after(bluez_.limits.attributes, [this] { on_resolve_timeout(); });
}

void Receiver::on_resolve_timeout() {
    if (!all_shown_) {
        fail({BluetoothPart::Waiting, "it is connected, but does not tell its services"});
    } else if (!bluez_.objects.has_service(device_, settings_.service)) {
        fail({BluetoothPart::Waiting, "it has no service " + settings_.service + ": check the receiver's `service`"});
    } else {
        fail({BluetoothPart::Waiting, "its service has no characteristic " + settings_.characteristic +
                                          ": check the receiver's `characteristic`"});
    }
}

void Receiver::subscribe() {
    delay_.cancel();
    set(Step::Subscribing, condition_);
    asked_ = bluez_.bus.call(bluez_.method(characteristic_, kCharacteristicInterface, "StartNotify"),
                             bluez_.limits.answer, [this](const Answer& answer) { on_subscribed(answer); });
}

void Receiver::on_subscribed(const Answer& answer) {
    if (!answer.ok()) return fail(refused(answer, "switch its notifications on"));
    ++tally_.subscriptions;
    connection_ = way_.next_connection();
    set(Step::Subscribed, {BluetoothPart::Working, ""});
    ports::ConnectionOpened opened;
    opened.connection = connection_;
    opened.door = ports::Door::Bluetooth;
    opened.peer = settings_.address.str();
    opened.at = bluez_.clock.wall_now();
    way_.sink.on_opened(opened, nullptr);
}

void Receiver::on_characteristic(const std::string& path, const Properties& properties) {
    if (step_ != Step::Subscribed || path != characteristic_) return;
    if (const auto* value = find<base::Bytes>(properties, "Value"); value != nullptr) on_notification(*value);
    if (const auto* notifying = find<bool>(properties, "Notifying"); notifying != nullptr && !*notifying) {
        fail({BluetoothPart::Waiting, "its notifications were switched off"});
    }
}

void Receiver::on_notification(const base::Bytes& value) {
    const auto bytes = joiner_.take(value, bluez_.clock.steady_now());
    tally_.broken += joiner_.broken() - std::exchange(counted_, joiner_.broken());
    if (!bytes) return;
    auto frame = read_frame(*bytes);
    if (!frame) {
        ++tally_.broken;
        return;
    }
    backoff_.reset();
    ++tally_.frames;
    frame->received = bluez_.clock.wall_now();
    way_.sink.on_frame(connection_, std::move(*frame), 0);
}

void Receiver::stop(const std::string& reason) {
    leave(reason);
    leaving_.reset();
    if (!device_.empty()) bluez_.bus.send(bluez_.method(device_, kDeviceInterface, "Disconnect"));
    device_.clear();
}

void Receiver::leave(const std::string& reason) {
    asked_.reset();
    delay_.cancel();
    close(reason);
    characteristic_.clear();
}

// BlueZ lets two seconds pass before it disconnects, and connects nothing properly until then: its answer is waited
// for.
void Receiver::fail(Condition condition) {
    leave(condition.problem);
    leaving_ = bluez_.bus.call(bluez_.method(device_, kDeviceInterface, "Disconnect"), bluez_.limits.answer,
                               [this](const Answer&) { leaving_.reset(); });
    device_.clear();
    set(Step::Resting, std::move(condition));
    delay_.after(backoff_.next(), [this] { seek(); });
}

void Receiver::close(const std::string& reason) {
    joiner_.reset();
    tally_.broken += joiner_.broken() - std::exchange(counted_, joiner_.broken());
    if (connection_ == 0) return;
    way_.sink.on_closed({std::exchange(connection_, 0), bluez_.clock.wall_now(), reason});
}

void Receiver::set(Step step, Condition condition) {
    const bool sought = step_ == Step::Seeking;
    step_ = step;
    if (condition == condition_ && sought == (step == Step::Seeking)) return;
    condition_ = std::move(condition);
    bluez_.on_changed();
}

}  // namespace millrace::ble
