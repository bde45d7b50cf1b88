#include "recorder/address.h"

#include <gtest/gtest.h>

namespace millrace::recorder {
namespace {

TEST(HomeAssistantAddress, IsTheUrlsServerWithTheApisPath) {
    EXPECT_EQ(address_of("http://homeassistant.local:8123"),
              (Address{"homeassistant.local", "8123", "/api/websocket", false}));
    EXPECT_EQ(address_of("https://home.example/"), (Address{"home.example", "443", "/api/websocket", true}));
    EXPECT_EQ(address_of("http://[fd00::2]:8123/ha/"), (Address{"fd00::2", "8123", "/ha/api/websocket", false}));
    EXPECT_EQ(address_of("http://[fd00::2]:8123")->authority(), "[fd00::2]:8123");
}

TEST(HomeAssistantAddress, RefusesWhatIsNoServer) {
    for (const char* url : {"", "ws://a", "http://", "http://a:", "http://a:x", "http://[fd00::2", "http://u:p@a"}) {
        EXPECT_FALSE(address_of(url)) << url;
    }
}

}  // namespace
}  // namespace millrace::recorder
