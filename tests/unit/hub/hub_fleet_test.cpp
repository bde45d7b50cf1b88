// What the hub does less often, or not at all, where there are more devices than a house has.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "hub/hub.h"
#include "support/fakes.h"
#include "unit/hub/frames.h"

namespace millrace::hub {
namespace {

class HubFleetTest : public ::testing::Test {
protected:
    HubFleetTest() { hub_.subscribe(subscriber_); }

    void hear(std::size_t devices) {
        for (std::size_t i = 0; i < devices; ++i) {
            const auto id = *base::DeviceId::parse(std::to_string(6'100'000'000'000'000 + i));
            hub_.on_frame(1, upstream(1, id, R"([{"timestamp":1733208800,"value":5}])"), 0);
        }
    }
    // Ticks for so long, with something new before each; how often it was told.
    std::size_t told_within(base::Milliseconds time) {
        subscriber_.pictures.clear();
        for (base::Milliseconds passed{0}; passed < time; passed += Hub::kTick) {
            clock_.advance(Hub::kTick);
            hear(1);
            hub_.tick();
        }
        return subscriber_.pictures.size();
    }

    static base::DeviceId bridge(std::size_t number) {
        return *base::DeviceId::parse(std::to_string(6'200'000'000'000'000 + number));
    }

    struct Subscriber final : ports::LiveSubscriber {
        [[nodiscard]] bool looks() const override { return looking; }
        void on_live(const ports::LiveState& state) override { pictures.push_back(state.sensors.size()); }
        bool looking = true;
        std::vector<std::size_t> pictures;
    };

    support::FakeClock clock_{base::from_unix_s(kStart)};
    support::FakeStore store_;
    support::CountingRandom random_;
    support::RecordedNotices notices_;
    Subscriber subscriber_;
    Hub hub_{Settings{}, payload::KeyRing{}, Surroundings{store_, store_, clock_, random_, notices_}};
};

TEST_F(HubFleetTest, AHouseIsToldAtEveryTick) {
    hear(900);
    EXPECT_EQ(told_within(base::Milliseconds{2'000}), 10U);
}

TEST_F(HubFleetTest, ThePictureOfAFleetIsMadeLessOften) {
    hear(5'000);
    const std::size_t told = told_within(base::Milliseconds{5'000});
    EXPECT_GE(told, 4U);
    EXPECT_LE(told, 6U) << "each second instead of five times";
    EXPECT_EQ(subscriber_.pictures.back(), 5'000U);
}

TEST_F(HubFleetTest, NoPictureIsMadeWhereNobodyLooks) {
    hear(3);
    subscriber_.looking = false;
    EXPECT_GT(told_within(base::Milliseconds{1'000}), 0U) << "it is told of changes all the same";
    EXPECT_EQ(subscriber_.pictures.back(), 0U);
    subscriber_.looking = true;
    EXPECT_GT(told_within(base::Milliseconds{1'000}), 0U);
    EXPECT_EQ(subscriber_.pictures.back(), 3U);
}

TEST_F(HubFleetTest, HeartbeatsOfBridgesThatCameTogetherAreSpread) {
    constexpr std::size_t kBridges = 500;
    support::RecordedLink link;
    for (std::size_t i = 0; i < kBridges; ++i) {
        hub_.on_opened({1'000 + i, ports::Door::StandIn, bridge(i), "127.0.0.1:5", clock_.wall_now()}, &link);
    }
    clock_.advance(cloud::Heartbeats::kInterval);
    std::size_t most = 0;
    std::set<ports::ConnectionId> given;
    for (int tick = 0; tick < 60; ++tick) {
        const std::size_t before = link.published.size();
        hub_.tick();
        most = std::max(most, link.published.size() - before);
        clock_.advance(Hub::kTick);
    }
    for (const auto& published : link.published) given.insert(published.connection);
    EXPECT_EQ(given.size(), kBridges) << "each has got one within seconds";
    EXPECT_EQ(link.published.size(), kBridges) << "and only one";
    EXPECT_LT(most, kBridges / 10);
}

}  // namespace
}  // namespace millrace::hub
