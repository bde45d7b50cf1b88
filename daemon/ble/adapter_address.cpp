#include "ble/adapter_address.h"

#include <utility>

#include <systemd/sd-bus.h>

#include "ble/bluez_finder.h"
#include "ble/bus_message.h"
#include "ble/objects.h"
#include "ble/problem.h"
#include "ble/retry.h"

namespace millrace::ble {

class AdapterAddress::Search {
public:
    Search(boost::asio::io_context& loop, std::string adapter, const std::string& bus_address, Found found,
           const Limits& limits)
        : limits_(limits),
          adapter_(std::move(adapter)),
          found_(std::move(found)),
          finder_(loop, bus_address, limits_,
                  {[this](Bus& bus, const std::string& owner) { ask(bus, owner); },
                   [this](const std::string&) {
                       asked_.reset();
                       delay_.cancel();
                       condition_ = {};
                   },
                   [] {}}),
          delay_(loop),
          backoff_(limits.first_wait, limits.longest_wait) {}

    void start() { finder_.start(); }

    [[nodiscard]] std::string problem() const {
        return finder_.condition().state == ports::BluetoothPart::Working ? condition_.problem
                                                                          : finder_.condition().problem;
    }

private:
    void ask(Bus& bus, const std::string& owner) {
        const Call call{owner, "/org/bluez/" + adapter_, "org.freedesktop.DBus.Properties", "GetAll",
                        [](sd_bus_message* message) {
                            return sd_bus_message_append(message, "s", std::string(kAdapterInterface).c_str());
                        }};
        asked_ = bus.call(call, limits_.answer, [this, &bus, owner](const Answer& answer) {
            if (const auto address = read(answer)) {
                condition_ = {ports::BluetoothPart::Working, ""};
                if (found_) std::exchange(found_, nullptr)(*address);
                return;
            }
            condition_ = answer.ok() ? Condition{ports::BluetoothPart::Waiting, "BlueZ does not tell its address"}
                                     : refused(answer, "tell its address");
            delay_.after(backoff_.next(), [this, &bus, owner] { ask(bus, owner); });
        });
    }

    [[nodiscard]] static std::optional<base::BluetoothAddress> read(const Answer& answer) {
        const auto properties = answer.ok() ? read_properties(answer.message) : std::nullopt;
        const std::string* text = properties ? find<std::string>(*properties, "Address") : nullptr;
        return text == nullptr ? std::nullopt : base::BluetoothAddress::parse(*text);
    }

    const Limits limits_;
    const std::string adapter_;
    Found found_;
    BluezFinder finder_;
    Slot asked_;
    Delay delay_;
    Backoff backoff_;
    Condition condition_;
};

AdapterAddress::AdapterAddress(boost::asio::io_context& loop, std::string adapter, const std::string& bus_address,
                               Found found, const Limits& limits)
    : search_(std::make_unique<Search>(loop, std::move(adapter), bus_address, std::move(found), limits)) {}

AdapterAddress::~AdapterAddress() = default;

void AdapterAddress::start() {
    search_->start();
}

std::string AdapterAddress::problem() const {
    return search_->problem();
}

}  // namespace millrace::ble
