#include "api/uses.h"

#include <gmock/gmock.h>

#include "unit/api/site_fixture.h"

namespace millrace::api {
namespace {

using nlohmann::json;

const std::string kUses = "/api/v1/sensors/0123456789ABCDEF/uses";

ports::KeptUse use_at(base::WallTime start) {
    ports::KeptUse kept;
    detect::Use& use = kept.use;
    use.start = start;
    use.end = start + std::chrono::seconds{90};
    use.volume = {9'000'000};
    use.peak = {150'000};
    use.mean = {100'000};
    use.shape = {{150'000}, {50'000}};
    return kept;
}

using UseRoute = SiteTest;

TEST_F(UseRoute, TellsWhatWasUsedAndWhatIsUnderWay) {
    const base::WallTime start = clock_.wall - std::chrono::hours{2};
    history_.past_uses = std::vector{use_at(start)};
    ports::SensorWatch watch;
    watch.sensor = kSensor;
    watch.use = use_at(clock_.wall - std::chrono::seconds{30}).use;
    alarms_.state.sensors = {watch};
    const json document = parsed(get(kUses));
    EXPECT_EQ(document["items"][0], json::parse(R"({"id": "1795443600000-9000000",
        "start": "2026-11-23T07:20:00-07:00", "end": "2026-11-23T07:21:30-07:00", "seconds": 90.0, "volume": 9.0,
        "peak_flow": 9.0, "mean_flow": 6.0, "base_flow": 0.0, "overlapped": false, "shape": [9.0, 3.0],
        "provisional": false, "category": null, "category_source": null, "confidence": null, "explanation": null,
        "alike_this_week": null, "steady": false, "fills": 1, "name": null, "labelled_by": null, "alarm": null})"));
    EXPECT_EQ(document["open"]["start"], "2026-11-23T09:19:30-07:00");
    EXPECT_TRUE(document["open"]["id"].is_null()) << "its volume grows";
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

TEST_F(UseRoute, TellsWhatTheOwnerSaidAndWhichAlarmRanBeside) {
    ports::KeptUse kept = use_at(clock_.wall - std::chrono::hours{2});
    kept.label = ports::UseLabel{"toilet", "guest \"bath\", left", "Ada", clock_.wall};
    kept.alarm = 7;
    history_.past_uses = std::vector{kept};
    const json use = parsed(get(kUses))["items"][0];
    EXPECT_EQ(use["category"], "toilet");
    EXPECT_EQ(use["category_source"], "owner");
    EXPECT_EQ(use["name"], "guest \"bath\", left");
    EXPECT_EQ(use["labelled_by"], "Ada");
    EXPECT_EQ(use["alarm"], 7);
    EXPECT_THAT(get(kUses + "?format=csv").body,
                ::testing::EndsWith(",1795443600000-9000000,toilet,owner,,1,\"guest \"\"bath\"\", left\",Ada,7\r\n"));
    history_.past_uses->at(0).label->category.clear();
    EXPECT_TRUE(parsed(get(kUses))["items"][0]["category_source"].is_null());
    EXPECT_FALSE(parsed(get(kUses))["items"][0]["name"].is_null());
}

TEST_F(UseRoute, TellsWhatMillraceTakesItForAndWhy) {
    ports::KeptUse kept = use_at(clock_.wall - std::chrono::hours{2});
    kept.use.peak = {105'000};
    kept.verdict = classify::Verdict{classify::Category::Toilet, 0.93, 14, false, "guest bath", kept.use.start};
    history_.past_uses = std::vector{kept};
    json use = parsed(get(kUses))["items"][0];
    EXPECT_EQ(use["category"], "toilet");
    EXPECT_EQ(use["category_source"], "millrace");
    EXPECT_EQ(use["confidence"], 0.93);
    EXPECT_EQ(use["explanation"], "9.0 L in 90 s at a steady 6.0 L/min, like 14 others this week");
    EXPECT_EQ(use["alike_this_week"], 14);
    EXPECT_EQ(use["steady"], true);
    EXPECT_EQ(use["name"], "guest bath");
    EXPECT_EQ(parsed(get(kUses + "?unit=gal"))["items"][0]["explanation"],
              "2.4 gal in 90 s at a steady 1.6 gal/min, like 14 others this week");
    EXPECT_THAT(get(kUses + "?format=csv").body, ::testing::HasSubstr(",toilet,millrace,0.93,1,"));
    // The owner's word counts, and needs no reasons.
    history_.past_uses->at(0).label = ports::UseLabel{"shower", "", "Ada", clock_.wall};
    use = parsed(get(kUses))["items"][0];
    EXPECT_EQ(use["category"], "shower");
    EXPECT_EQ(use["category_source"], "owner");
    EXPECT_TRUE(use["confidence"].is_null());
    EXPECT_TRUE(use["explanation"].is_null());
    EXPECT_TRUE(use["name"].is_null());
    // A name alone leaves the category to Millrace.
    history_.past_uses->at(0).label = ports::UseLabel{"", "upstairs", "Ada", clock_.wall};
    use = parsed(get(kUses))["items"][0];
    EXPECT_EQ(use["category_source"], "millrace");
    EXPECT_EQ(use["name"], "upstairs");
}

TEST_F(UseRoute, AMachinesCycleIsOneUseAndTheOneUnderWayIsProvisional) {
    ports::KeptUse kept = use_at(clock_.wall - std::chrono::hours{2});
    kept.verdict = classify::Verdict{classify::Category::ClothesWasher, 0.8, 1, true, "", kept.use.start};
    kept.cycle = ports::MachineCycle{4, kept.use.start + std::chrono::minutes{80}, {50'000'000}};
    history_.past_uses = std::vector{kept};
    ports::SensorWatch watch;
    watch.sensor = kSensor;
    watch.use = use_at(clock_.wall - std::chrono::seconds{30}).use;
    watch.use_may_be = classify::Verdict{classify::Category::Shower, 0.6, 0, false, "", {}};
    alarms_.state.sensors = {watch};
    const json document = parsed(get(kUses));
    const json& use = document["items"][0];
    EXPECT_EQ(use["id"], "1795443600000-9000000") << "the first fill's";
    EXPECT_EQ(use["fills"], 4);
    EXPECT_EQ(use["volume"], 50.0);
    EXPECT_EQ(use["seconds"], 4'800.0);
    EXPECT_EQ(use["end"], "2026-11-23T08:40:00-07:00");
    EXPECT_EQ(use["explanation"],
              "4 fills of one machine, 50 L in 80 min, like 1 other this week; you have named uses like it");
    EXPECT_EQ(document["open"]["category"], "shower");
    EXPECT_EQ(document["open"]["provisional"], true);
    EXPECT_EQ(use["provisional"], false);
}

const std::string kOne = kUses + "/1795443600000-9000000";

class UseLabels : public SiteTest {
protected:
    UseLabels() { history_.past_uses = std::vector{use_at(clock_.wall - std::chrono::hours{2})}; }
};

TEST_F(UseLabels, AreKeptAndAnsweredWith) {
    const Response response = put(kOne, R"({"category": "toilet", "name": "guest bath", "by": "Ada"})");
    ASSERT_EQ(response.status, 200u) << response.body;
    EXPECT_EQ(parsed(response)["sensor"], "0123456789ABCDEF");
    EXPECT_EQ(parsed(response)["unit"], "L");
    EXPECT_EQ(parsed(response)["use"]["category"], "toilet");
    EXPECT_EQ(parsed(response)["use"]["name"], "guest bath");
    EXPECT_EQ(parsed(response)["use"]["id"], "1795443600000-9000000");
    ASSERT_EQ(alarms_.labels.size(), 1u);
    const ports::UseLabelRecord& kept = alarms_.labels[0];
    EXPECT_EQ(kept.sensor, kSensor);
    EXPECT_EQ(kept.use, ports::key_of(history_.past_uses->at(0).use));
    EXPECT_EQ(kept.label, (ports::UseLabel{"toilet", "guest bath", "Ada", {}}));
    EXPECT_EQ(alarms_.labelled_before, history_.past_uses->at(0));
}

TEST_F(UseLabels, MemberLeftOutStaysAndNullTakesItBack) {
    history_.past_uses->at(0).label = ports::UseLabel{"toilet", "guest bath", "Ada", clock_.wall};
    ASSERT_EQ(put(kOne, R"({"category": "shower"})").status, 200u);
    EXPECT_EQ(alarms_.labels.back().label, (ports::UseLabel{"shower", "guest bath", "api", {}}));
    ASSERT_EQ(put(kOne, R"({"name": null})").status, 200u);
    EXPECT_EQ(alarms_.labels.back().label, (ports::UseLabel{"toilet", "", "api", {}}));
    const json bare = parsed(put(kOne, R"({"category": null, "name": null})"));
    EXPECT_EQ(alarms_.labels.back().label, (ports::UseLabel{"", "", "api", {}}));
    EXPECT_TRUE(bare["use"]["category"].is_null());
    EXPECT_TRUE(bare["use"]["labelled_by"].is_null());
}

TEST_F(UseLabels, EveryCategoryOfTheHouseIsTaken) {
    for (const char* category : {"toilet", "shower", "bath", "faucet", "clothes_washer", "dishwasher", "irrigation",
                                 "hose", "softener", "leak", "other"}) {
        EXPECT_EQ(put(kOne, json{{"category", category}}.dump()).status, 200u) << category;
    }
}

TEST_F(UseLabels, NamesTheFieldThatIsWrong) {
    std::string sixty;
    for (int i = 0; i < 60; ++i) sixty += "\u00fc";
    EXPECT_EQ(put(kOne, json{{"name", sixty}}.dump()).status, 200u) << "characters, not bytes";
    alarms_.labels.clear();
    for (const auto& [body, field] :
         std::vector<std::pair<std::string, std::string>>{{R"({"category": "uncategorised"})", "category"},
                                                          {R"({"category": "Toilet"})", "category"},
                                                          {R"({"category": 1})", "category"},
                                                          {R"({"category": ""})", "category"},
                                                          {json{{"name", sixty + "x"}}.dump(), "name"},
                                                          {R"({"name": "two\nlines"})", "name"},
                                                          {R"({"by": ""})", "by"},
                                                          {R"({"label": "x"})", "label"}}) {
        const Response response = put(kOne, body);
        ASSERT_EQ(response.status, 400u) << body;
        EXPECT_EQ(field_of(response), field) << body;
    }
    EXPECT_TRUE(alarms_.labels.empty());
}

TEST_F(UseLabels, UnknownUseIsNotFound) {
    const std::string body = R"({"category": "toilet"})";
    for (const char* id : {"1795443600000-9000001", "1795443600001-9000000", "1795443600000-9000000-o", "7", "-", "x-1",
                           "01795443600000-9000000", "1795443600000-9000000-", "1795443600000--9000000",
                           "99999999999999999999-1", "9223372036854775807-1", "1-9223372036854775808"}) {
        EXPECT_EQ(put(kUses + "/" + id, body).status, 404u) << id;
    }
    EXPECT_EQ(put("/api/v1/sensors/0000000000000000/uses/1795443600000-9000000", body).status, 404u);
    EXPECT_EQ(get(kOne).status, 405u);
    EXPECT_TRUE(alarms_.labels.empty());
}

TEST_F(UseLabels, FailureIsOurFault) {
    alarms_.failure = "the disk is full";
    EXPECT_EQ(put(kOne, R"({"category": "toilet"})").status, 503u);
    history_.past_uses = base::failure(base::Error{"no disk"});
    EXPECT_EQ(put(kOne, R"({"category": "toilet"})").status, 503u);
}

TEST(UseId, NamesEachUseOnce) {
    ports::UseKey use{base::from_unix_ms(1'772'431'565'123), false, {5'763'275}};
    EXPECT_EQ(use_id(use), "1772431565123-5763275");
    EXPECT_EQ(use_from_id("1772431565123-5763275"), use);
    use.overlapped = true;
    EXPECT_EQ(use_id(use), "1772431565123-5763275-o");
    EXPECT_EQ(use_from_id(use_id(use)), use);
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
