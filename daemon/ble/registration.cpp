#include "ble/registration.h"

#include <utility>

#include <systemd/sd-bus.h>

namespace millrace::ble {

using ports::BluetoothPart;

Registration::Registration(boost::asio::io_context& loop, What what, const Limits& limits)
    : limits_(limits),
      what_(std::move(what)),
      finder_(loop, what_.bus_address, limits_,
              {[this](Bus& bus, const std::string& owner) {
                   bus_ = &bus;
                   owner_ = owner;
                   shown_ = what_.show(bus);
                   ask();
               },
               [this](const std::string&) {
                   asked_.reset();
                   delay_.cancel();
                   shown_.clear();
                   bus_ = nullptr;
                   condition_ = {};
               },
               [] {}}),
      delay_(loop),
      backoff_(limits.first_wait, limits.longest_wait) {}

Call Registration::call(const std::string& member, const char* types) const {
    return {owner_, "/org/bluez/" + what_.adapter, what_.manager, member, [this, types](sd_bus_message* message) {
                // What follows the path in `types` is a dictionary of options, of which we have none.
                return sd_bus_message_append(message, types, what_.path.c_str(), 0);
            }};
}

void Registration::ask() {
    asked_ = bus_->call(call(what_.add, "oa{sv}"), limits_.answer, [this](const Answer& answer) {
        if (answer.ok()) {
            backoff_.reset();
            condition_ = {BluetoothPart::Working, ""};
            return;
        }
        condition_ = refused(answer, what_.purpose);
        delay_.after(backoff_.next(), [this] { ask(); });
    });
}

void Registration::again() {
    if (bus_ == nullptr) return;
    condition_ = {};
    delay_.after(backoff_.next(), [this] { ask(); });
}

void Registration::stop() {
    asked_.reset();
    delay_.cancel();
    if (bus_ != nullptr) bus_->send(call(what_.remove, "o"));
    shown_.clear();
    bus_ = nullptr;
    condition_ = {};
    finder_.stop();
}

const Condition& Registration::condition() const {
    return bus_ != nullptr ? condition_ : finder_.condition();
}

bool Registration::is_from_bluez(sd_bus_message* message) const {
    const char* sender = sd_bus_message_get_sender(message);
    return sender != nullptr && owner_ == sender;
}

}  // namespace millrace::ble
