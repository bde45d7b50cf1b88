#include "ble/session.h"

#include <algorithm>
#include <array>
#include <utility>

#include <systemd/sd-bus.h>

namespace millrace::ble {

using ports::BluetoothPart;

namespace {

constexpr std::string_view kObjectManager = "org.freedesktop.DBus.ObjectManager";
constexpr const char* kBthomeUuid = "0000fcd2-0000-1000-8000-00805f9b34fb";

// Names come from BlueZ, which counts adapters up when they are plugged in and out.
constexpr std::size_t kMostTallies = 64;

std::string signal_rule(const std::string& sender, std::string_view interface, std::string_view member) {
    return "type='signal',sender='" + sender + "',interface='" + std::string(interface) + "',member='" +
           std::string(member) + "'";
}

ports::BluetoothAdapter adapter_view(const std::string& name, const Condition& condition) {
    ports::BluetoothAdapter adapter;
    adapter.name = name;
    adapter.state = condition.state;
    adapter.problem = condition.problem;
    return adapter;
}

// What is one word of many and changes nothing but what is heard.
bool is_chatter(const Properties& properties) {
    static constexpr std::array<std::string_view, 6> kChatter = {"RSSI",    "ServiceData",     "ManufacturerData",
                                                                 "TxPower", "AdvertisingData", "AdvertisingFlags"};
    return std::all_of(properties.begin(), properties.end(), [](const auto& property) {
        return std::find(kChatter.begin(), kChatter.end(), property.first) != kChatter.end();
    });
}

}  // namespace

Session::Scan::Scan(Bluez& bluez, const std::string& path, bool passive) : discovery(bluez, path) {
    if (passive) monitor.emplace(bluez, path);
}

const Condition& Session::Scan::condition() const {
    return monitor ? monitor->condition() : discovery.condition();
}

Session::Session(Bluez bluez, const Settings& settings, ports::AdvertisementSink& advertisements, FrameWay frames,
                 Tally& tally)
    : bluez_(std::move(bluez)),
      settings_(settings),
      advertisements_(advertisements),
      frames_(std::move(frames)),
      tally_(tally),
      tell_(std::exchange(bluez_.on_changed, [this] { schedule_update(); })),
      delay_(bluez_.loop),
      update_(bluez_.loop),
      backoff_(bluez_.limits.first_wait, bluez_.limits.longest_wait) {
    listen();
    ask_for_objects();
}

Session::~Session() = default;

// Before the objects are asked for, so that no change falls between.
void Session::listen() {
    const auto on = [this](std::string_view interface, std::string_view member, auto handler) {
        signals_.push_back(bluez_.bus.match(signal_rule(bluez_.owner, interface, member),
                                            [this, handler](sd_bus_message* message) { (this->*handler)(message); }));
    };
    on(kObjectManager, "InterfacesAdded", &Session::on_added);
    on(kObjectManager, "InterfacesRemoved", &Session::on_removed);
    on("org.freedesktop.DBus.Properties", "PropertiesChanged", &Session::on_properties);
}

void Session::ask_for_objects() {
    asked_ = bluez_.bus.call(bluez_.method("/", kObjectManager, "GetManagedObjects"), bluez_.limits.answer,
                             [this](const Answer& answer) { on_objects(answer); });
}

void Session::on_objects(const Answer& answer) {
    const auto each = [this](const std::string& path, const Interfaces& interfaces) {
        for (const auto& [interface, properties] : interfaces) bluez_.objects.apply(path, interface, properties);
    };
    if (!answer.ok() || !read_objects(answer.message, each)) {
        condition_ = answer.ok() ? Condition{BluetoothPart::Waiting, "what BlueZ says of its adapters makes no sense"}
                                 : refused(answer, "tell its adapters");
        delay_.after(backoff_.next(), [this] { ask_for_objects(); });
        tell_();
        return;
    }
    condition_ = {BluetoothPart::Working, ""};
    for (std::size_t i = 0; i < settings_.receivers.size(); ++i) {
        receivers_.push_back(std::make_unique<Receiver>(bluez_, settings_.receivers[i], frames_, tally_.receivers.at(i),
                                                        [this](const std::string& path) { return may_use(path); }));
    }
    update();
}

void Session::on_added(sd_bus_message* message) {
    const auto path = read_text(message);
    const auto interfaces = path ? read_interfaces(message) : std::nullopt;
    if (!interfaces) return;
    for (const auto& [interface, properties] : *interfaces) bluez_.objects.apply(*path, interface, properties);
    const auto device = interfaces->find(std::string(kDeviceInterface));
    if (device != interfaces->end()) hear(*path, device->second);
    schedule_update();
}

void Session::on_removed(sd_bus_message* message) {
    const auto path = read_text(message);
    const auto interfaces = path ? read_texts(message) : std::nullopt;
    if (!interfaces) return;
    for (const std::string& interface : *interfaces) bluez_.objects.remove(*path, interface);
    schedule_update();
}

void Session::on_properties(sd_bus_message* message) {
    const char* from = sd_bus_message_get_path(message);
    const auto interface = read_text(message);
    const auto properties = interface ? read_properties(message) : std::nullopt;
    if (from == nullptr || !properties) return;
    const std::string path(from);
    // Of an object that is not known there is nothing to change.
    const bool known = (*interface == kAdapterInterface && bluez_.objects.adapter(path) != nullptr) ||
                       (*interface == kDeviceInterface && bluez_.objects.device(path) != nullptr);
    if (known) {
        bluez_.objects.apply(path, *interface, *properties);
        if (const auto gone = read_texts(message)) bluez_.objects.forget(path, *interface, *gone);
        if (*interface == kDeviceInterface) hear(path, *properties);
        if (!is_chatter(*properties)) schedule_update();
    } else if (*interface == kCharacteristicInterface) {
        for (const auto& receiver : receivers_) receiver->on_characteristic(path, *properties);
    }
}

// BlueZ repeats the service data with each advertisement that has some.
void Session::hear(const std::string& path, const Properties& properties) {
    const auto* service_data = find<std::map<std::string, base::Bytes>>(properties, "ServiceData");
    const DeviceObject* device = bluez_.objects.device(path);
    if (service_data == nullptr || device == nullptr || !may_use(device->adapter)) return;
    const auto bthome = service_data->find(kBthomeUuid);
    if (bthome == service_data->end() || bthome->second.empty()) return;
    ports::Advertisement advertisement;
    advertisement.address = device->address;
    advertisement.service_data = bthome->second;
    advertisement.name = device->name;
    advertisement.rssi_dbm = device->rssi_dbm;
    advertisement.adapter = adapter_name(device->adapter);
    advertisement.at = bluez_.clock.wall_now();
    if (tally_.adapters.contains(advertisement.adapter) || tally_.adapters.size() < kMostTallies) {
        AdapterTally& tally = tally_.adapters[advertisement.adapter];
        ++tally.advertisements;
        tally.last_heard = advertisement.at;
    }
    advertisements_.on_advertisement(advertisement);
}

// Later, because it is told from the middle of what it would change.
void Session::schedule_update() {
    if (!update_.pending()) update_.after(base::Milliseconds{0}, [this] { update(); });
}

void Session::update() {
    if (condition_.state != BluetoothPart::Working) return;
    std::erase_if(scans_, [this](const auto& scan) { return bluez_.objects.adapter(scan.first) == nullptr; });
    for (const auto& receiver : receivers_) receiver->update();
    const bool seeking =
        std::any_of(receivers_.begin(), receivers_.end(), [](const auto& receiver) { return receiver->seeks(); });
    for (const auto& [path, adapter] : bluez_.objects.adapters()) {
        if (!may_use(path)) continue;
        auto& scan = scans_[path];
        if (!scan) scan = std::make_unique<Scan>(bluez_, path, settings_.passive);
        scan->discovery.update(!settings_.passive || seeking);
        if (scan->monitor) scan->monitor->update();
    }
    tell_();
}

void Session::stop() {
    for (const auto& receiver : receivers_) receiver->stop("the daemon stops");
    for (const auto& [path, scan] : scans_) {
        scan->discovery.stop();
        if (scan->monitor) scan->monitor->stop();
    }
}

std::vector<ports::BluetoothAdapter> Session::adapters() const {
    std::map<std::string, ports::BluetoothAdapter> by_name;
    if (condition_.state == BluetoothPart::Working) {
        for (const std::string& name : settings_.adapters) {
            by_name[name] = adapter_view(
                name, {BluetoothPart::Missing,
                       "there is no adapter " + name + ": is it plugged in? `bluetoothctl list` shows what is there"});
        }
    }
    for (const auto& [path, scan] : scans_) {
        const AdapterObject* adapter = bluez_.objects.adapter(path);
        const std::string name = adapter_name(path);
        by_name[name] = adapter_view(name, scan->condition());
        if (adapter != nullptr) by_name[name].address = adapter->address;
    }
    std::vector<ports::BluetoothAdapter> all;
    for (auto& [name, adapter] : by_name) {
        if (const auto tally = tally_.adapters.find(name); tally != tally_.adapters.end()) {
            adapter.advertisements = tally->second.advertisements;
            adapter.last_heard = tally->second.last_heard;
        }
        all.push_back(std::move(adapter));
    }
    return all;
}

const Condition* Session::receiver(std::size_t index) const {
    return index < receivers_.size() ? &receivers_[index]->condition() : nullptr;
}

bool Session::may_use(const std::string& adapter) const {
    const auto& chosen = settings_.adapters;
    return chosen.empty() || std::find(chosen.begin(), chosen.end(), adapter_name(adapter)) != chosen.end();
}

}  // namespace millrace::ble
