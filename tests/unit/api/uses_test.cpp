#include "api/uses.h"

#include <gmock/gmock.h>

#include "unit/api/site_fixture.h"

namespace millrace::api {
namespace {

using nlohmann::json;

const std::string kUses = "/api/v1/sensors/0123456789ABCDEF/uses";

detect::Use use_at(base::WallTime start) {
    detect::Use use;
    use.start = start;
    use.end = start + std::chrono::seconds{90};
    use.volume = {9'000'000};
    use.peak = {150'000};
    use.mean = {100'000};
    use.shape = {{150'000}, {50'000}};
    return use;
}

using UseRoute = SiteTest;

TEST_F(UseRoute, TellsWhatWasUsedAndWhatIsUnderWay) {
    const base::WallTime start = clock_.wall - std::chrono::hours{2};
    history_.past_uses = std::vector{use_at(start)};
    ports::SensorWatch watch;
    watch.sensor = kSensor;
    watch.use = use_at(clock_.wall - std::chrono::seconds{30});
    alarms_.state.sensors = {watch};
    const json document = parsed(get(kUses));
    EXPECT_EQ(document["items"][0], json::parse(R"({"start": "2026-11-23T07:20:00-07:00",
        "end": "2026-11-23T07:21:30-07:00", "seconds": 90.0, "volume": 9.0, "peak_flow": 9.0, "mean_flow": 6.0,
        "base_flow": 0.0, "overlapped": false, "shape": [9.0, 3.0]})"));
    EXPECT_EQ(document["open"]["start"], "2026-11-23T09:19:30-07:00");
    EXPECT_TRUE(document["next_cursor"].is_null());
    EXPECT_EQ(history_.use_queries.at(0).from, clock_.wall - std::chrono::hours{24});
    site_->dependencies.alarms = nullptr;
    EXPECT_TRUE(parsed(get(kUses))["open"].is_null());
}

TEST_F(UseRoute, GoesOnAfterTheCursor) {
    const base::WallTime start = clock_.wall - std::chrono::hours{2};
    history_.past_uses = std::vector{use_at(start), use_at(start + std::chrono::hours{1})};
    const json first = parsed(get(kUses + "?limit=1"));
    ASSERT_EQ(first["items"].size(), 1u);
    EXPECT_EQ(first["next_cursor"], "2026-11-23T14:20:00Z");
    (void)get(kUses + "?limit=1&cursor=2026-11-23T14:20:00Z");
    EXPECT_EQ(history_.use_queries.at(1).after, start);
    const Response refused = get(kUses + "?cursor=abc");
    EXPECT_EQ(refused.status, 400u);
    EXPECT_THAT(refused.body, ::testing::HasSubstr("cursor: must be the next_cursor of an earlier answer"));
    EXPECT_EQ(get(kUses + "?from=2026-11-24T00:00:00Z").status, 400u);
    EXPECT_EQ(get("/api/v1/sensors/0000000000000000/uses").status, 404u);
    history_.past_uses = base::failure(base::Error{"no disk"});
    EXPECT_EQ(get(kUses).status, 503u);
}

TEST(UsePage, KeepsUsesThatBeganTogetherOnOnePage) {
    const base::WallTime start = base::from_unix_s(1'000'000);
    std::vector uses{use_at(start), use_at(start + base::Seconds{60}), use_at(start + base::Seconds{60}),
                     use_at(start + base::Seconds{120})};
    auto page = uses;
    EXPECT_EQ(cut_page(page, 2), start + base::Seconds{60});
    EXPECT_EQ(page.size(), 3u) << "the cursor is a start, and both have it";
    page = uses;
    EXPECT_EQ(cut_page(page, 1), start);
    EXPECT_EQ(page.size(), 1u);
    EXPECT_FALSE(cut_page(uses, 4));
    EXPECT_EQ(uses.size(), 4u);
}

}  // namespace
}  // namespace millrace::api
