// A build without D-Bus.
#include <gtest/gtest.h>

#include "ble/radio.h"
#include "support/fakes.h"
#include "unit/ble/sink.h"

namespace millrace::ble {
namespace {

TEST(RadioWithoutDBus, SaysThatItHasNone) {
    boost::asio::io_context loop;
    support::FakeClock clock(base::from_unix_s(0));
    test::Sink sink;
    Settings settings;
    settings.enabled = true;
    Radio radio(settings, {loop, clock, sink, sink, [] { return ports::ConnectionId{1}; }});
    radio.start();
    EXPECT_EQ(radio.bluetooth().state, ports::BluetoothPart::Missing);
    std::vector<ports::HealthItem> items;
    radio.health(items);
    ASSERT_EQ(items.size(), 1U);
    EXPECT_FALSE(items[0].ok);
    EXPECT_NE(items[0].detail.find("this build has no Bluetooth"), std::string::npos);
    radio.stop();
}

}  // namespace
}  // namespace millrace::ble
