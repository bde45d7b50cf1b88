#include "ble/bluez_finder.h"

#include <utility>

#include <systemd/sd-bus.h>

namespace millrace::ble {

using ports::BluetoothPart;

namespace {

constexpr const char* kBusName = "org.freedesktop.DBus";
constexpr const char* kBusPath = "/org/freedesktop/DBus";
constexpr const char* kOwnerChanges =
    "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
    "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='org.bluez'";

Condition no_bluez() {
    return {BluetoothPart::Missing,
            "BlueZ does not run: `apt install bluez` if it is not there, then `systemctl enable --now bluetooth`"};
}

Condition no_bus(const NoBus& why) {
    if (why.forbidden) {
        return {BluetoothPart::Forbidden, "the message bus does not let us in (" + why.text +
                                              "): the daemon's user needs to write to its socket"};
    }
    return {BluetoothPart::Missing,
            "there is no message bus to be had at " + why.text +
                "; Bluetooth needs D-Bus (`apt install dbus`; for a container, its socket mounted)"};
}

}  // namespace

BluezFinder::BluezFinder(boost::asio::io_context& loop, std::string bus_address, const Limits& limits, Told told)
    : loop_(loop),
      address_(std::move(bus_address)),
      limits_(limits),
      told_(std::move(told)),
      delay_(loop),
      backoff_(limits.first_wait, limits.longest_wait) {}

void BluezFinder::start() {
    connect();
}

void BluezFinder::stop() {
    delay_.cancel();
    asked_.reset();
    owner_changes_.reset();
    bus_.reset();
    there_ = false;
}

void BluezFinder::connect() {
    auto opened = Bus::open(loop_, address_, limits_.answer, [this](const std::string& why) {
        vanish("the message bus has gone");
        rest({BluetoothPart::Missing, "the message bus: " + why});
    });
    if (!opened) return rest(no_bus(opened.error()));
    bus_ = std::move(*opened);
    owner_changes_ = bus_->match(kOwnerChanges, [this](sd_bus_message* message) { on_owner_changed(message); });
    const auto fill = [](sd_bus_message* call) { return sd_bus_message_append(call, "s", "org.bluez"); };
    asked_ = bus_->call({kBusName, kBusPath, kBusName, "GetNameOwner", fill}, limits_.answer,
                        [this](const Answer& answer) { on_owner(answer); });
}

void BluezFinder::on_owner(const Answer& answer) {
    constexpr std::string_view kNobody = "org.freedesktop.DBus.Error.NameHasNoOwner";
    if (!answer.ok() && answer.error != kNobody) return rest(refused(answer, "say whether it is there"));
    ++connections_;
    backoff_.reset();
    if (there_) return;
    const auto owner = answer.ok() ? read_text(answer.message) : std::nullopt;
    if (owner) {
        appear(*owner);
    } else {
        set(no_bluez());
    }
}

void BluezFinder::on_owner_changed(sd_bus_message* message) {
    const char* sender = sd_bus_message_get_sender(message);
    const auto name = read_text(message);
    const auto before = read_text(message);
    const auto after = read_text(message);
    if (sender == nullptr || std::string_view(sender) != kBusName || !after || *name != "org.bluez") return;
    vanish("BlueZ has gone");
    if (after->empty()) {
        set(no_bluez());
    } else {
        appear(*after);
    }
}

void BluezFinder::appear(const std::string& owner) {
    there_ = true;
    set({BluetoothPart::Working, ""});
    told_.found(*bus_, owner);
}

void BluezFinder::vanish(const std::string& why) {
    if (std::exchange(there_, false)) told_.gone(why);
}

void BluezFinder::rest(Condition condition) {
    stop();
    set(std::move(condition));
    delay_.after(backoff_.next(), [this] { connect(); });
}

void BluezFinder::set(Condition condition) {
    if (condition == condition_) return;
    condition_ = std::move(condition);
    told_.changed();
}

}  // namespace millrace::ble
