// The book of incidents where there are many devices.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/incident.h"

namespace millrace::detect {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

base::DeviceId device_number(std::size_t number) {
    return *base::DeviceId::parse(std::to_string(6'100'000'000'000'000 + number));
}

Finding holding(Rule rule) {
    Finding found;
    found.rule = rule;
    found.severity = severity_of(rule);
    found.observed = found.limit = 100;
    return found;
}

TEST(IncidentBookOfAFleet, KnowsTheIncidentsOfOneDeviceWhateverIsDroppedOfOthers) {
    constexpr std::size_t kDevices = IncidentBook::kMaxIncidents + 50;
    const base::DeviceId leaking = device_number(kDevices);
    base::WallTime now = base::from_unix_s(1'764'000'000);
    IncidentBook book;
    EXPECT_THAT(book.update(leaking, {holding(Rule::Burst), holding(Rule::BatteryLow)}, now), SizeIs(2));
    for (std::size_t i = 0; i < kDevices; ++i) {
        (void)book.update(device_number(i), {holding(Rule::BatteryLow)}, now);
        now += base::Seconds{600};
        (void)book.update(device_number(i), {}, now);
        now += base::Seconds{600};
        (void)book.update(device_number(i), {}, now);
    }
    EXPECT_LT(book.incidents().size(), kDevices) << "those of the first devices were dropped";
    ASSERT_THAT(book.of(leaking), SizeIs(2));
    EXPECT_LT(book.of(leaking)[0]->id, book.of(leaking)[1]->id);
    EXPECT_THAT(book.of(device_number(0)), IsEmpty());
    std::size_t all = 0;
    for (std::size_t i = 0; i <= kDevices; ++i) {
        for (const Incident* incident : book.of(device_number(i))) {
            EXPECT_EQ(incident->device, device_number(i));
            ++all;
        }
    }
    EXPECT_EQ(all, book.incidents().size());
    IncidentBook restored;
    restored.restore(book.incidents(), 0);
    ASSERT_THAT(restored.of(leaking), SizeIs(2));
    EXPECT_EQ(*restored.of(leaking)[0], *book.of(leaking)[0]);
}

}  // namespace
}  // namespace millrace::detect
