#include "api/frames.h"

#include "unit/api/site_fixture.h"

namespace millrace::api {
namespace {

using nlohmann::json;

ports::FramePage page_of(std::vector<base::Bytes> payloads) {
    ports::FramePage page;
    for (base::Bytes& payload : payloads) {
        ports::Frame frame;
        frame.id = 10 - static_cast<std::int64_t>(page.frames.size());
        frame.topic = "2/1/9/0123456789ABCDEF/1";
        frame.payload = std::move(payload);
        page.frames.push_back({std::move(frame), true});
    }
    return page;
}

using FramesRoute = SiteTest;

TEST_F(FramesRoute, ShowsPlainTextAsTextAndAllElseAsDigits) {
    history_.archived = page_of({base::to_bytes("{\"a\":1}"), {'{', '}', 0}, {0xff, 0x00}, {'a', 0, 'b'}});
    const json items = parsed(get("/api/v1/frames"))["items"];
    EXPECT_EQ(items[0]["payload"], "{\"a\":1}");
    EXPECT_TRUE(items[0]["payload_hex"].is_null());
    EXPECT_EQ(items[1]["payload"], std::string("{}\0", 3));
    EXPECT_EQ(items[2]["payload_hex"], "ff00");
    EXPECT_EQ(items[3]["payload_hex"], "610062");
    EXPECT_TRUE(items[3]["payload"].is_null());
    EXPECT_EQ(items[0]["id"], 10);
}

TEST_F(FramesRoute, GoesOnBelowTheCursorAndRefusesWhatIsNone) {
    history_.archived = page_of({{'a'}});
    history_.archived->next_below = 10;
    EXPECT_EQ(parsed(get("/api/v1/frames?limit=1"))["next_cursor"], "10");
    (void)get("/api/v1/frames?limit=1&cursor=10&bridge=0123456789ABCDEF");
    EXPECT_EQ(history_.frame_queries.at(1).below, 10);
    EXPECT_EQ(history_.frame_queries.at(1).bridge, base::DeviceId::parse("0123456789ABCDEF"));
    for (const char* wrong : {"cursor=x", "cursor=0", "cursor=-1", "limit=501", "bridge=kitchen",
                              "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z"}) {
        EXPECT_EQ(get(std::string("/api/v1/frames?") + wrong).status, 400u) << wrong;
    }
    history_.archived = base::failure(base::Error{"no disk"});
    EXPECT_EQ(get("/api/v1/frames").status, 503u);
}

}  // namespace
}  // namespace millrace::api
