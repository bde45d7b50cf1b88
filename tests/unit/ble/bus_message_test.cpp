#include "ble/bus_message.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <array>
#include <memory>

namespace millrace::ble {
namespace {

// Messages as they come off a bus, without one.
class BusMessage : public ::testing::Test {
protected:
    void SetUp() override {
        std::array<int, 2> ends{};
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()), 0);
        other_end_ = ends[1];
        ASSERT_GE(sd_bus_new(&bus_), 0);
        ASSERT_GE(sd_bus_set_fd(bus_, ends[0], ends[0]), 0);
        ASSERT_GE(sd_bus_start(bus_), 0);
    }
    void TearDown() override {
        sd_bus_message_unref(message_);
        sd_bus_close_unref(bus_);
        ::close(other_end_);
    }

    template <typename... Arguments>
    sd_bus_message* message(const char* types, Arguments... arguments) {
        message_ = sd_bus_message_unref(message_);
        EXPECT_GE(sd_bus_message_new_signal(bus_, &message_, "/a", "a.b", "C"), 0);
        EXPECT_GE(sd_bus_message_append(message_, types, arguments...), 0);
        EXPECT_GE(sd_bus_message_seal(message_, 1, 0), 0);
        EXPECT_GE(sd_bus_message_rewind(message_, 1), 0);
        return message_;
    }

    sd_bus* bus_ = nullptr;
    sd_bus_message* message_ = nullptr;
    int other_end_ = -1;
};

TEST_F(BusMessage, GivesPropertiesOfAllKnownTypesAndLeavesOthersOut) {
    const auto properties =
        read_properties(message("a{sv}", 7, "Powered", "b", 1, "RSSI", "n", -70, "Name", "s", "Cellar", "Adapter", "o",
                                "/org/bluez/hci0", "Value", "ay", 2, 1, 255, "UUIDs", "as", 1, "x", "ServiceData",
                                "a{sv}", 2, "fcd2", "ay", 1, 0x40, "other", "s", "text"));
    ASSERT_TRUE(properties);
    EXPECT_EQ(properties->size(), 6U);
    EXPECT_TRUE(*find<bool>(*properties, "Powered"));
    EXPECT_EQ(*find<std::int64_t>(*properties, "RSSI"), -70);
    EXPECT_EQ(*find<std::string>(*properties, "Name"), "Cellar");
    EXPECT_EQ(*find<std::string>(*properties, "Adapter"), "/org/bluez/hci0");
    EXPECT_EQ(*find<base::Bytes>(*properties, "Value"), (base::Bytes{1, 255}));
    EXPECT_EQ((*find<std::map<std::string, base::Bytes>>(*properties, "ServiceData")),
              (std::map<std::string, base::Bytes>{{"fcd2", {0x40}}}));
    EXPECT_EQ(find<bool>(*properties, "Name"), nullptr);
    EXPECT_EQ(find<bool>(*properties, "Nothing"), nullptr);
}

TEST_F(BusMessage, LeavesOutWhatIsTooLargeAndReadsOn) {
    const std::string exact(1'024, 'n');
    const std::string longer = exact + "n";
    const auto properties = read_properties(
        message("a{sv}", 3, "Name", "s", longer.c_str(), "Alias", "s", exact.c_str(), "Powered", "b", 1));
    ASSERT_TRUE(properties);
    EXPECT_FALSE(properties->contains("Name"));
    EXPECT_EQ(*find<std::string>(*properties, "Alias"), exact);
    EXPECT_TRUE(properties->contains("Powered"));
    EXPECT_FALSE(read_text(message("s", longer.c_str())));
}

TEST_F(BusMessage, GivesNothingForAnotherType) {
    EXPECT_FALSE(read_properties(message("s", "text")));
    EXPECT_FALSE(read_properties(message("a{ss}", 1, "a", "b")));
    EXPECT_FALSE(read_properties(message("")));
    EXPECT_FALSE(read_interfaces(message("a{sv}", 1, "a", "b", 1)));
    EXPECT_FALSE(read_texts(message("ao", 1, "/a")));
    EXPECT_FALSE(read_text(message("u", 7)));
    EXPECT_FALSE(read_text(message("")));
    EXPECT_FALSE(read_objects(message("a{sv}", 1, "a", "b", 1), [](const auto&, const auto&) { FAIL(); }));
}

TEST_F(BusMessage, GivesObjectsWithTheirInterfaces) {
    std::map<std::string, Interfaces> objects;
    const auto keep = [&objects](const std::string& path, const Interfaces& interfaces) { objects[path] = interfaces; };
    EXPECT_TRUE(
        read_objects(message("a{oa{sa{sv}}}", 2, "/a", 1, "org.bluez.Adapter1", 1, "Powered", "b", 0, "/b", 0), keep));
    ASSERT_EQ(objects.size(), 2U);
    EXPECT_FALSE(*find<bool>(objects["/a"]["org.bluez.Adapter1"], "Powered"));
    EXPECT_TRUE(objects["/b"].empty());
}

TEST_F(BusMessage, ReadsOneElementAfterTheOther) {
    sd_bus_message* changed = message("sa{sv}as", "org.bluez.Device1", 1, "RSSI", "n", -3, 2, "Name", "RSSI");
    EXPECT_EQ(read_text(changed), "org.bluez.Device1");
    EXPECT_EQ(read_properties(changed)->size(), 1U);
    EXPECT_EQ(read_texts(changed), (std::vector<std::string>{"Name", "RSSI"}));
    EXPECT_FALSE(read_text(changed));
}

TEST(ShortText, CutsBetweenCharactersAndTakesControlsOut) {
    EXPECT_EQ(short_text("a\nb\x1b"), "a b ");
    std::string text(199, 'x');
    text += "\xC3\xBC";  // its first byte would be the last
    EXPECT_EQ(short_text(text), std::string(199, 'x'));
}

}  // namespace
}  // namespace millrace::ble
