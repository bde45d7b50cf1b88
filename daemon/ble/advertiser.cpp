#include "ble/advertiser.h"

#include <utility>

#include <systemd/sd-bus.h>

#include "ble/registration.h"

namespace millrace::ble {

namespace {

constexpr const char* kInterface = "org.bluez.LEAdvertisement1";
constexpr const char* kPath = "/org/millrace/advertisement";
constexpr const char* kBthomeUuid = "0000fcd2-0000-1000-8000-00805f9b34fb";

}  // namespace

class Advertiser::Shown {
public:
    Shown(boost::asio::io_context& loop, AdvertiserSettings settings, base::Bytes service_data, const Limits& limits)
        : settings_(std::move(settings)),
          service_data_(std::move(service_data)),
          registration_(
              loop,
              {settings_.bus_address, settings_.adapter, "org.bluez.LEAdvertisingManager1", "RegisterAdvertisement",
               "UnregisterAdvertisement", kPath, "advertise", [this](Bus& bus) { return show(bus); }},
              limits) {}

    void set_service_data(base::Bytes service_data) {
        service_data_ = std::move(service_data);
        Bus* bus = registration_.bus();
        if (bus == nullptr) return;
        (void)sd_bus_emit_properties_changed(bus->raw(), kPath, kInterface, "ServiceData", nullptr);
        bus->on_changed();
    }

    Registration& registration() { return registration_; }

private:
    std::vector<Slot> show(Bus& bus);
    static int get_type(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void* self,
                        sd_bus_error*);
    static int get_name(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void* self,
                        sd_bus_error*);
    static int get_service_data(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void* self,
                                sd_bus_error*);
    static int release(sd_bus_message* message, void* self, sd_bus_error*);

    static const sd_bus_vtable kNamed[];
    static const sd_bus_vtable kNameless[];

    const AdvertiserSettings settings_;
    base::Bytes service_data_;
    Registration registration_;
};

// A name that is there and empty would be advertised as such.
const sd_bus_vtable Advertiser::Shown::kNamed[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("Type", "s", get_type, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_PROPERTY("LocalName", "s", get_name, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_PROPERTY("ServiceData", "a{sv}", get_service_data, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_METHOD("Release", "", "", release, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END};

const sd_bus_vtable Advertiser::Shown::kNameless[] = {
    SD_BUS_VTABLE_START(0), SD_BUS_PROPERTY("Type", "s", get_type, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_PROPERTY("ServiceData", "a{sv}", get_service_data, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_METHOD("Release", "", "", release, SD_BUS_VTABLE_UNPRIVILEGED), SD_BUS_VTABLE_END};

std::vector<Slot> Advertiser::Shown::show(Bus& bus) {
    std::vector<Slot> slots;
    sd_bus_slot* slot = nullptr;
    const auto* table = settings_.local_name.empty() ? kNameless : kNamed;
    if (sd_bus_add_object_vtable(bus.raw(), &slot, kPath, kInterface, table, this) >= 0) slots.emplace_back(slot);
    return slots;
}

int Advertiser::Shown::get_type(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void* self,
                                sd_bus_error*) {
    const bool connectable = static_cast<Shown*>(self)->settings_.connectable;
    return sd_bus_message_append(reply, "s", connectable ? "peripheral" : "broadcast");
}

int Advertiser::Shown::get_name(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void* self,
                                sd_bus_error*) {
    return sd_bus_message_append(reply, "s", static_cast<Shown*>(self)->settings_.local_name.c_str());
}

int Advertiser::Shown::get_service_data(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply,
                                        void* self, sd_bus_error*) {
    const base::Bytes& data = static_cast<Shown*>(self)->service_data_;
    int result = sd_bus_message_open_container(reply, SD_BUS_TYPE_ARRAY, "{sv}");
    // BlueZ refuses service data without bytes.
    if (!data.empty()) {
        if (result >= 0) result = sd_bus_message_open_container(reply, SD_BUS_TYPE_DICT_ENTRY, "sv");
        if (result >= 0) result = sd_bus_message_append(reply, "s", kBthomeUuid);
        if (result >= 0) result = sd_bus_message_open_container(reply, SD_BUS_TYPE_VARIANT, "ay");
        if (result >= 0) result = sd_bus_message_append_array(reply, SD_BUS_TYPE_BYTE, data.data(), data.size());
        for (int container = 0; container < 2 && result >= 0; ++container) {
            result = sd_bus_message_close_container(reply);
        }
    }
    return result >= 0 ? sd_bus_message_close_container(reply) : result;
}

int Advertiser::Shown::release(sd_bus_message* message, void* self, sd_bus_error*) {
    Registration& registration = static_cast<Shown*>(self)->registration_;
    if (registration.is_from_bluez(message)) registration.again();
    return sd_bus_reply_method_return(message, nullptr);
}

Advertiser::Advertiser(boost::asio::io_context& loop, AdvertiserSettings settings, base::Bytes service_data,
                       const Limits& limits)
    : shown_(std::make_unique<Shown>(loop, std::move(settings), std::move(service_data), limits)) {}

Advertiser::~Advertiser() {
    stop();
}

void Advertiser::start() {
    shown_->registration().start();
}

void Advertiser::stop() {
    shown_->registration().stop();
}

void Advertiser::set_service_data(base::Bytes service_data) {
    shown_->set_service_data(std::move(service_data));
}

ports::BluetoothPart Advertiser::state() const {
    return shown_->registration().condition().state;
}

std::string Advertiser::problem() const {
    return shown_->registration().condition().problem;
}

}  // namespace millrace::ble
