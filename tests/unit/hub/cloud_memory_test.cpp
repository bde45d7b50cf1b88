#include "hub/cloud_memory.h"

#include <gtest/gtest.h>

namespace millrace::hub {
namespace {

TEST(CloudMemory, ComesBackFromItsRecord) {
    cloud::Memory memory;
    memory.settings = R"({"1":1,"5":"mqtt.flumewater.com:1883"})";
    memory.sensors = {"61DA80B500000001"};
    memory.devices = {{"61DA80B500000001", "ASY-00007"}};
    ports::DeviceRecord record;
    write_memory(memory, record);
    const cloud::Memory back = read_memory(record);
    EXPECT_EQ(back.settings, memory.settings);
    EXPECT_EQ(back.sensors, memory.sensors);
    ASSERT_EQ(back.devices.size(), 1U);
    EXPECT_EQ(back.devices[0].uuid, "61DA80B500000001");
    EXPECT_EQ(back.devices[0].hardware_id, "ASY-00007");
}

TEST(CloudMemory, EmptyMemoryLeavesAnEmptyRecord) {
    ports::DeviceRecord record;
    write_memory({}, record);
    EXPECT_EQ(record, ports::DeviceRecord{});
}

TEST(CloudMemory, TextThatIsNoJsonIsNothingRemembered) {
    ports::DeviceRecord record;
    record.cloud_sensors = "[\"61DA";
    record.cloud_devices = "{}";
    EXPECT_TRUE(read_memory(record).sensors.empty());
    EXPECT_TRUE(read_memory(record).devices.empty());
}

}  // namespace
}  // namespace millrace::hub
