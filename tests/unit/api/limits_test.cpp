#include "api/limits.h"

#include "unit/api/site_fixture.h"

namespace millrace::api {
namespace {

using nlohmann::json;

const std::string kLimits = "/api/v1/sensors/0123456789ABCDEF/limits";

class LimitsRoute : public SiteTest {
protected:
    LimitsRoute() {
        alarms_.overview.days = {20'780, 20'781};
        for (auto& parts : alarms_.overview.at) {
            for (detect::PartLimit& part : parts) {
                part.limit = {base::Seconds{7'200}, detect::LimitSource::Fallback, base::Milliseconds{0}};
                part.longest.resize(2);
            }
        }
        detect::PartLimit& night = alarms_.overview.at[6][0];
        night.limit = {base::Seconds{3'600}, detect::LimitSource::Learned, base::Seconds{2'400}};
        night.longest = {base::Seconds{2'400}, base::Milliseconds{1'500}};
        night.sprinklers = {{{19'000}, {base::Seconds{5'100}, detect::LimitSource::Floor, base::Seconds{2'400}}}};
        night.running = {clock_.wall, base::Seconds{600}, night.sprinklers[0].limit};
    }
};

TEST_F(LimitsRoute, TellsEachRatesLimitsAndTheRunsOfTheDaysThatSaySo) {
    const Response response = get(kLimits);
    ASSERT_EQ(response.status, 200u) << response.body;
    const json document = parsed(response);
    EXPECT_EQ(document["sensor"], "0123456789ABCDEF");
    EXPECT_EQ(document["time_zone"], "America/Denver");
    EXPECT_EQ(document["flow_unit"], "L/min");
    EXPECT_EQ(document["days_learned"], 2);
    EXPECT_EQ(document["days_to_learn"], 14);
    ASSERT_EQ(document["items"].size(), 14u);
    EXPECT_EQ(document["items"][0]["flow_at_least"], 0.0087);
    EXPECT_EQ(document["items"][4]["rule"], "slow_leak");
    EXPECT_EQ(document["items"][6]["rule"], "continuous_flow");
    EXPECT_EQ(document["items"][11]["rule"], "burst");
    EXPECT_EQ(document["items"][6]["parts"][0], json::parse(R"({"part": "night", "from": "00:00", "to": "05:00",
        "limit_seconds": 3600.0, "limit_source": "learned", "usual_seconds": 2400.0,
        "sprinklers": [{"mean_flow_at_least": 1.14, "limit_seconds": 5100.0, "limit_source": "floor"}],
        "running": {"since": "2026-11-23T09:20:00-07:00", "seconds": 600.0, "limit_seconds": 5100.0,
                    "limit_source": "floor"},
        "days": [{"date": "2026-11-23", "longest_seconds": 2400.0},
                 {"date": "2026-11-24", "longest_seconds": 1.5}]})"));
    const json day = document["items"][6]["parts"][2];
    EXPECT_EQ(day["part"], "day");
    EXPECT_TRUE(day["usual_seconds"].is_null());
    EXPECT_TRUE(day["running"].is_null());
    EXPECT_EQ(parsed(get(kLimits + "?unit=gal"))["flow_unit"], "gal/min");
}

TEST_F(LimitsRoute, SaysWhatIsSwitchedOff) {
    alarms_.state.rules.off = {detect::Rule::SlowLeak};
    const json document = parsed(get(kLimits));
    EXPECT_EQ(document["items"][4]["on"], false);
    EXPECT_EQ(document["items"][5]["on"], true);
}

TEST_F(LimitsRoute, RefusesWhatItDoesNotKnow) {
    EXPECT_EQ(get("/api/v1/sensors/0000000000000000/limits").status, 404u);
    EXPECT_EQ(get(kLimits + "?from=2026-01-01").status, 400u);
    site_->dependencies.alarms = nullptr;
    EXPECT_EQ(get(kLimits).status, 404u);
}

}  // namespace
}  // namespace millrace::api
