// The watch over more sensors than a house has.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/hub/watch_fixture.h"

namespace millrace::hub {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class WatchFleetTest : public WatchTest {
protected:
    static base::DeviceId id(std::uint64_t number) {
        return *base::DeviceId::parse(std::to_string(6'100'000'000'000'000 + number));
    }
    // So many sensors, all of them with an empty battery, and as many bridges.
    void make_fleet(std::size_t size) {
        watch_ = std::make_unique<Watch>(WatchParts{rules_, zone_, store_, &history_, clock_, notices_, size});
        ports::LiveBridge a_bridge = bridge();
        ports::LiveSensor a_sensor = sensor();
        live_.bridges.clear();
        live_.sensors.clear();
        for (std::size_t i = 0; i < size; ++i) {
            a_bridge.id = id(i);
            a_sensor.id = id(size + i);
            a_sensor.bridge = a_bridge.id;
            a_sensor.battery_mv = 2'000;
            live_.bridges.push_back(a_bridge);
            live_.sensors.push_back(a_sensor);
        }
    }
    [[nodiscard]] std::size_t alarms() const { return watch_->alarms().incidents.size(); }
};

TEST_F(WatchFleetTest, HasAsManyWatchedAsItIsTold) {
    constexpr std::size_t kFleet = 3;
    make_fleet(kFleet);
    look();
    event(message::sensor_event::kDeviceMoved, id(99));
    EXPECT_THAT(watch_->alarms().sensors, SizeIs(kFleet));
    ASSERT_THAT(notices_.said, SizeIs(kFleet + 1)) << "each one's battery, and the one that is not watched";
    EXPECT_THAT(notices_.said.back().second, HasSubstr("more than 3 sensors"));
}

TEST_F(WatchFleetTest, LooksAtALargeFleetPieceByPiece) {
    constexpr std::size_t kFleet = 2 * Watch::kAtOnce + 1;
    make_fleet(kFleet);
    look();
    EXPECT_EQ(alarms(), Watch::kAtOnce);
    ASSERT_TRUE(watch_->looking());
    const auto ahead = [](const auto&) { return base::Milliseconds{0}; };
    watch_->look_on(clock_.wall_now(), ahead);
    EXPECT_EQ(alarms(), 2 * Watch::kAtOnce);
    ASSERT_TRUE(watch_->looking());
    watch_->look_on(clock_.wall_now(), ahead);
    EXPECT_EQ(alarms(), kFleet);
    EXPECT_FALSE(watch_->looking());
}

TEST_F(WatchFleetTest, LooksLessOftenTheLargerTheFleetIs) {
    const auto whole_look = [this] {
        look();
        while (watch_->looking()) watch_->look_on(clock_.wall_now(), [](const auto&) { return base::Milliseconds{0}; });
    };
    make_fleet(Watch::kEachSecond);
    whole_look();
    clock_.advance(Watch::kStep);
    EXPECT_TRUE(watch_->due(clock_.wall_now()));
    make_fleet(Watch::kEachSecond + 1);
    whole_look();
    clock_.advance(Watch::kStep);
    EXPECT_FALSE(watch_->due(clock_.wall_now()));
    clock_.advance(Watch::kStep);
    EXPECT_TRUE(watch_->due(clock_.wall_now()));
}

}  // namespace
}  // namespace millrace::hub
