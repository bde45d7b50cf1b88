#include "ble/monitor.h"

#include <array>
#include <utility>

#include <systemd/sd-bus.h>

namespace millrace::ble {

using ports::BluetoothPart;

namespace {

constexpr const char* kMonitorInterface = "org.bluez.AdvertisementMonitor1";
constexpr std::uint8_t kServiceData16 = 0x16;                  // the sort of data: service data with a UUID of 16 bits
constexpr std::array<std::uint8_t, 2> kBthome = {0xD2, 0xFC};  // UUID 0xFCD2 as it travels

int get_type(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void*, sd_bus_error*) {
    return sd_bus_message_append(reply, "s", "or_patterns");
}

int get_patterns(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void*, sd_bus_error*) {
    int result = sd_bus_message_open_container(reply, SD_BUS_TYPE_ARRAY, "(yyay)");
    if (result >= 0) result = sd_bus_message_open_container(reply, SD_BUS_TYPE_STRUCT, "yyay");
    if (result >= 0) result = sd_bus_message_append(reply, "yy", 0, kServiceData16);
    if (result >= 0) result = sd_bus_message_append_array(reply, SD_BUS_TYPE_BYTE, kBthome.data(), kBthome.size());
    if (result >= 0) result = sd_bus_message_close_container(reply);
    return result >= 0 ? sd_bus_message_close_container(reply) : result;
}

// 0: tell every advertisement.
int get_sampling(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void*, sd_bus_error*) {
    return sd_bus_message_append(reply, "q", 0);
}

int release(sd_bus_message* message, void* self, sd_bus_error*) {
    auto* monitor = static_cast<Monitor*>(self);
    if (monitor->is_from_bluez(message)) monitor->on_release();
    return sd_bus_reply_method_return(message, nullptr);
}

int activate(sd_bus_message* message, void* self, sd_bus_error*) {
    auto* monitor = static_cast<Monitor*>(self);
    if (monitor->is_from_bluez(message)) monitor->on_activate();
    return sd_bus_reply_method_return(message, nullptr);
}

// Which devices there are, BlueZ's own objects say.
int note_device(sd_bus_message* message, void*, sd_bus_error*) {
    return sd_bus_reply_method_return(message, nullptr);
}

// Unprivileged, or the library would ask the bus who calls, and wait for the answer.
const sd_bus_vtable kMonitorTable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("Type", "s", get_type, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_PROPERTY("RSSISamplingPeriod", "q", get_sampling, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_PROPERTY("Patterns", "a(yyay)", get_patterns, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_METHOD("Release", "", "", release, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Activate", "", "", activate, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("DeviceFound", "o", "", note_device, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("DeviceLost", "o", "", note_device, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END};

}  // namespace

Monitor::Monitor(Bluez& bluez, std::string adapter)
    : bluez_(bluez),
      adapter_(std::move(adapter)),
      root_("/org/millrace/monitors/" + adapter_name(adapter_)),
      delay_(bluez.loop),
      backoff_(bluez.limits.first_wait, bluez.limits.longest_wait) {}

Monitor::~Monitor() = default;

void Monitor::update() {
    const AdapterObject* adapter = bluez_.objects.adapter(adapter_);
    if (adapter == nullptr) return;
    if (!adapter->powered) {
        stop();
        set(Step::Idle, switched_off(adapter_name(adapter_), *adapter));
    } else if (!adapter->has_monitors) {
        stop();
        set(Step::Idle, {BluetoothPart::Waiting,
                         "this BlueZ does not offer to listen passively: start bluetoothd with --experimental, or set "
                         "bluetooth.passive to false"});
    } else if (step_ == Step::Idle) {
        register_monitor();
    }
}

void Monitor::stop() {
    const bool asked = step_ == Step::Registering || step_ == Step::Registered || step_ == Step::Active;
    asked_.reset();
    delay_.cancel();
    step_ = Step::Idle;
    if (!asked) return;
    bluez_.bus.send(
        bluez_.method(adapter_, kMonitorManagerInterface, "UnregisterMonitor",
                      [this](sd_bus_message* call) { return sd_bus_message_append(call, "o", root_.c_str()); }));
}

void Monitor::show() {
    if (object_) return;
    sd_bus_slot* slot = nullptr;
    if (sd_bus_add_object_manager(bluez_.bus.raw(), &slot, root_.c_str()) < 0) return;
    folder_ = Slot(slot);
    slot = nullptr;
    if (sd_bus_add_object_vtable(bluez_.bus.raw(), &slot, (root_ + "/bthome").c_str(), kMonitorInterface, kMonitorTable,
                                 this) < 0) {
        return;
    }
    object_ = Slot(slot);
}

void Monitor::register_monitor() {
    show();
    set(Step::Registering, {BluetoothPart::Waiting, condition_.problem});
    const auto fill = [this](sd_bus_message* call) { return sd_bus_message_append(call, "o", root_.c_str()); };
    asked_ = bluez_.bus.call(bluez_.method(adapter_, kMonitorManagerInterface, "RegisterMonitor", fill),
                             bluez_.limits.answer, [this](const Answer& answer) {
                                 if (!answer.ok()) return fail(refused(answer, "listen passively"));
                                 // It may have begun to use it already.
                                 if (step_ == Step::Registering) step_ = Step::Registered;
                             });
}

void Monitor::on_activate() {
    if (step_ != Step::Registering && step_ != Step::Registered) return;
    backoff_.reset();
    set(Step::Active, {BluetoothPart::Working, ""});
}

void Monitor::on_release() {
    if (step_ == Step::Idle || step_ == Step::Resting) return;
    stop();
    fail({BluetoothPart::Waiting, "BlueZ does not listen passively any more; it is asked again"});
}

bool Monitor::is_from_bluez(sd_bus_message* message) const {
    const char* sender = sd_bus_message_get_sender(message);
    return sender != nullptr && bluez_.owner == sender;
}

void Monitor::fail(Condition condition) {
    asked_.reset();
    set(Step::Resting, std::move(condition));
    delay_.after(backoff_.next(), [this] { register_monitor(); });
}

void Monitor::set(Step step, Condition condition) {
    step_ = step;
    if (condition == condition_) return;
    condition_ = std::move(condition);
    bluez_.on_changed();
}

}  // namespace millrace::ble
