#include "ble/frame_notifier.h"

#include <utility>

#include <systemd/sd-bus.h>

#include "ble/fragment_splitter.h"
#include "ble/frame_bytes.h"
#include "ble/registration.h"

namespace millrace::ble {

namespace {

constexpr const char* kServiceType = "org.bluez.GattService1";
constexpr const char* kCharacteristicType = "org.bluez.GattCharacteristic1";
constexpr const char* kRoot = "/org/millrace/receiver";
constexpr const char* kServicePath = "/org/millrace/receiver/service0";
constexpr const char* kCharacteristicPath = "/org/millrace/receiver/service0/frames";

}  // namespace

class FrameNotifier::Shown {
public:
    Shown(boost::asio::io_context& loop, FrameNotifierSettings settings, const Limits& limits)
        : settings_(std::move(settings)),
          splitter_(settings_.longest),
          registration_(loop,
                        {settings_.bus_address, settings_.adapter, "org.bluez.GattManager1", "RegisterApplication",
                         "UnregisterApplication", kRoot, "offer a service", [this](Bus& bus) { return show(bus); }},
                        limits) {}

    bool notify(const ports::Frame& frame);
    [[nodiscard]] bool has_listener() const { return registration_.bus() != nullptr && notifying_; }
    Registration& registration() { return registration_; }

private:
    std::vector<Slot> show(Bus& bus);
    static int get_service_uuid(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void* self,
                                sd_bus_error*);
    static int get_primary(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void*, sd_bus_error*);
    static int get_uuid(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void* self,
                        sd_bus_error*);
    static int get_service(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void*, sd_bus_error*);
    static int get_flags(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void*, sd_bus_error*);
    static int get_notifying(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void* self,
                             sd_bus_error*);
    static int get_value(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void* self,
                         sd_bus_error*);
    static int start_notify(sd_bus_message* message, void* self, sd_bus_error*);
    static int stop_notify(sd_bus_message* message, void* self, sd_bus_error*);

    static const sd_bus_vtable kService[];
    static const sd_bus_vtable kCharacteristic[];

    const FrameNotifierSettings settings_;
    FragmentSplitter splitter_;
    base::Bytes value_;  // the fragment that is being notified
    bool notifying_ = false;
    Registration registration_;
};

const sd_bus_vtable FrameNotifier::Shown::kService[] = {
    SD_BUS_VTABLE_START(0), SD_BUS_PROPERTY("UUID", "s", get_service_uuid, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_PROPERTY("Primary", "b", get_primary, 0, SD_BUS_VTABLE_PROPERTY_CONST), SD_BUS_VTABLE_END};

const sd_bus_vtable FrameNotifier::Shown::kCharacteristic[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("UUID", "s", get_uuid, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_PROPERTY("Service", "o", get_service, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_PROPERTY("Flags", "as", get_flags, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_PROPERTY("Notifying", "b", get_notifying, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY("Value", "ay", get_value, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_METHOD("StartNotify", "", "", start_notify, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("StopNotify", "", "", stop_notify, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END};

std::vector<Slot> FrameNotifier::Shown::show(Bus& bus) {
    notifying_ = false;
    std::vector<Slot> slots;
    sd_bus_slot* slot = nullptr;
    if (sd_bus_add_object_manager(bus.raw(), &slot, kRoot) >= 0) slots.emplace_back(slot);
    if (sd_bus_add_object_vtable(bus.raw(), &slot, kServicePath, kServiceType, kService, this) >= 0) {
        slots.emplace_back(slot);
    }
    if (sd_bus_add_object_vtable(bus.raw(), &slot, kCharacteristicPath, kCharacteristicType, kCharacteristic, this) >=
        0) {
        slots.emplace_back(slot);
    }
    return slots;
}

bool FrameNotifier::Shown::notify(const ports::Frame& frame) {
    const auto bytes = write_frame(frame);
    if (!bytes || !has_listener()) return false;
    Bus* bus = registration_.bus();
    for (base::Bytes& fragment : splitter_.split(*bytes)) {
        value_ = std::move(fragment);
        (void)sd_bus_emit_properties_changed(bus->raw(), kCharacteristicPath, kCharacteristicType, "Value", nullptr);
    }
    bus->on_changed();
    return true;
}

int FrameNotifier::Shown::get_service_uuid(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply,
                                           void* self, sd_bus_error*) {
    return sd_bus_message_append(reply, "s", static_cast<Shown*>(self)->settings_.service.c_str());
}

int FrameNotifier::Shown::get_primary(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void*,
                                      sd_bus_error*) {
    return sd_bus_message_append(reply, "b", 1);
}

int FrameNotifier::Shown::get_uuid(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void* self,
                                   sd_bus_error*) {
    return sd_bus_message_append(reply, "s", static_cast<Shown*>(self)->settings_.characteristic.c_str());
}

int FrameNotifier::Shown::get_service(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void*,
                                      sd_bus_error*) {
    return sd_bus_message_append(reply, "o", kServicePath);
}

int FrameNotifier::Shown::get_flags(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void*,
                                    sd_bus_error*) {
    return sd_bus_message_append(reply, "as", 1, "notify");
}

int FrameNotifier::Shown::get_notifying(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply,
                                        void* self, sd_bus_error*) {
    return sd_bus_message_append(reply, "b", static_cast<Shown*>(self)->notifying_ ? 1 : 0);
}

int FrameNotifier::Shown::get_value(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void* self,
                                    sd_bus_error*) {
    const base::Bytes& value = static_cast<Shown*>(self)->value_;
    return sd_bus_message_append_array(reply, SD_BUS_TYPE_BYTE, value.data(), value.size());
}

int FrameNotifier::Shown::start_notify(sd_bus_message* message, void* self, sd_bus_error*) {
    auto* shown = static_cast<Shown*>(self);
    if (shown->registration_.is_from_bluez(message)) shown->notifying_ = true;
    return sd_bus_reply_method_return(message, nullptr);
}

int FrameNotifier::Shown::stop_notify(sd_bus_message* message, void* self, sd_bus_error*) {
    auto* shown = static_cast<Shown*>(self);
    if (shown->registration_.is_from_bluez(message)) shown->notifying_ = false;
    return sd_bus_reply_method_return(message, nullptr);
}

FrameNotifier::FrameNotifier(boost::asio::io_context& loop, FrameNotifierSettings settings, const Limits& limits)
    : shown_(std::make_unique<Shown>(loop, std::move(settings), limits)) {}

FrameNotifier::~FrameNotifier() {
    stop();
}

void FrameNotifier::start() {
    shown_->registration().start();
}

void FrameNotifier::stop() {
    shown_->registration().stop();
}

bool FrameNotifier::notify(const ports::Frame& frame) {
    return shown_->notify(frame);
}

bool FrameNotifier::has_listener() const {
    return shown_->has_listener();
}

ports::BluetoothPart FrameNotifier::state() const {
    return shown_->registration().condition().state;
}

std::string FrameNotifier::problem() const {
    return shown_->registration().condition().problem;
}

}  // namespace millrace::ble
