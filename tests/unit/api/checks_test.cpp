#include "api/checks.h"

#include <gmock/gmock.h>

#include "unit/api/site_fixture.h"

namespace millrace::api {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class FakeChecks final : public ports::Checks {
public:
    void run(ports::CheckWishes wished, Answer answer) override {
        wishes = std::move(wished);
        waiting = std::move(answer);
    }
    [[nodiscard]] std::optional<ports::CheckRun> last() const override { return newest; }

    std::optional<ports::CheckWishes> wishes;
    Answer waiting;
    std::optional<ports::CheckRun> newest;
};

class CheckRoute : public SiteTest {
protected:
    CheckRoute() { site_->dependencies.checks = &checks_; }

    ports::CheckRun found() const {
        return {clock_.wall,
                base::Milliseconds{1'250},
                {{"dns", ports::CheckState::Problem, "It leads away.", "Lead it here.", {{"asked", "192.168.1.1"}}},
                 {"clock", ports::CheckState::Ok, "It is right.", "", {}}}};
    }

    FakeChecks checks_;
};

constexpr const char* kFound = R"({"time": "2026-11-23T09:20:00-07:00", "seconds": 1.25, "checks": [
    {"id": "dns", "state": "problem", "summary": "It leads away.", "remedy": "Lead it here.",
     "facts": {"asked": "192.168.1.1"}},
    {"id": "clock", "state": "ok", "summary": "It is right.", "remedy": null, "facts": {}}]})";

TEST_F(CheckRoute, AnswersWhenTheRunIsOver) {
    EXPECT_EQ(post("/api/v1/checks", "").status, 0u);
    EXPECT_EQ(checks_.wishes, ports::CheckWishes{});
    checks_.waiting(found());
    EXPECT_EQ(parsed(*last_), json::parse(kFound));
}

TEST_F(CheckRoute, PassesOnWhomToAskToo) {
    post("/api/v1/checks", R"({"name_servers": ["192.168.1.1", "[fd00::1]:53"], "time_servers": ["ntp.lan"]})");
    EXPECT_EQ(checks_.wishes, (ports::CheckWishes{{"192.168.1.1", "[fd00::1]:53"}, {"ntp.lan"}}));
}

TEST_F(CheckRoute, RefusesWhatIsNoListOfServers) {
    for (const char* body :
         {R"({"name_servers": "192.168.1.1"})", R"({"name_servers": [1]})", R"({"name_servers": [""]})",
          R"({"name_servers": ["a,b"]})", R"({"time_servers": ["a b"]})", R"({"name_servers": ["1","2","3","4","5"]})",
          R"({"no_such": []})"}) {
        EXPECT_EQ(post("/api/v1/checks", body).status, 400u) << body;
    }
    EXPECT_FALSE(checks_.wishes);
}

TEST_F(CheckRoute, SaysWhyThereIsNoAnswer) {
    post("/api/v1/checks", "{}");
    checks_.waiting(base::failure(base::Error{"too many wait"}));
    EXPECT_EQ(last_->status, 503u);
    EXPECT_THAT(last_->body, HasSubstr("too many wait"));
}

TEST_F(CheckRoute, ShowsTheLastRunOrNone) {
    EXPECT_EQ(get("/api/v1/checks").body, "null");
    checks_.newest = found();
    EXPECT_EQ(parsed(get("/api/v1/checks")), json::parse(kFound));
}

TEST_F(CheckRoute, IsNotThereWhereNoneAreMade) {
    site_->dependencies.checks = nullptr;
    EXPECT_EQ(get("/api/v1/checks").status, 404u);
    EXPECT_EQ(post("/api/v1/checks", "{}").status, 404u);
}

}  // namespace
}  // namespace millrace::api
