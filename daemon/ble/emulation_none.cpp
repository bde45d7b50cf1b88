// For a build without D-Bus: nothing is advertised or notified, and that is said.
#include "ble/adapter_address.h"
#include "ble/advertiser.h"
#include "ble/frame_notifier.h"

namespace millrace::ble {

namespace {

constexpr const char* kNone = "this build has no Bluetooth";

}  // namespace

class AdapterAddress::Search {};

AdapterAddress::AdapterAddress(boost::asio::io_context&, std::string, const std::string&, Found, const Limits&) {}
AdapterAddress::~AdapterAddress() = default;
void AdapterAddress::start() {}

std::string AdapterAddress::problem() const {
    return kNone;
}

class Advertiser::Shown {};

Advertiser::Advertiser(boost::asio::io_context&, AdvertiserSettings, base::Bytes, const Limits&) {}
Advertiser::~Advertiser() = default;
void Advertiser::start() {}
void Advertiser::stop() {}
void Advertiser::set_service_data(base::Bytes) {}

ports::BluetoothPart Advertiser::state() const {
    return ports::BluetoothPart::Missing;
}

std::string Advertiser::problem() const {
    return kNone;
}

class FrameNotifier::Shown {};

FrameNotifier::FrameNotifier(boost::asio::io_context&, FrameNotifierSettings, const Limits&) {}
FrameNotifier::~FrameNotifier() = default;
void FrameNotifier::start() {}
void FrameNotifier::stop() {}

bool FrameNotifier::notify(const ports::Frame&) {
    return false;
}

bool FrameNotifier::has_listener() const {
    return false;
}

ports::BluetoothPart FrameNotifier::state() const {
    return ports::BluetoothPart::Missing;
}

std::string FrameNotifier::problem() const {
    return kNone;
}

}  // namespace millrace::ble
