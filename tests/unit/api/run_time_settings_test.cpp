#include <gmock/gmock.h>

#include "unit/api/site_fixture.h"

namespace millrace::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FakeSettings final : public ports::RunTimeSettings {
public:
    [[nodiscard]] std::string document() const override { return R"({"chosen":[]})"; }
    void change(const std::string& changes, Done done) override {
        asked.push_back(changes);
        if (refusal) return done(base::failure(*refusal));
        done({});
    }
    std::vector<std::string> asked;
    std::optional<Refusal> refusal;
};

class SettingsRouteTest : public SiteTest {
protected:
    SettingsRouteTest() {
        site_->dependencies.settings = &settings_;
        add_settings_routes(router_, *site_);
    }
    FakeSettings settings_;
};

TEST_F(SettingsRouteTest, GivesChangesOnAsTheyCame) {
    const std::string changes = R"({"site": {"units": "us"}, "tariff": null, "log": {"level": "debug"}})";
    const Response response = put("/api/v1/settings", changes);
    EXPECT_EQ(response.status, 200u);
    EXPECT_EQ(response.body, settings_.document());
    EXPECT_THAT(settings_.asked, ElementsAre(changes));
    EXPECT_EQ(get("/api/v1/settings").body, settings_.document());
}

TEST_F(SettingsRouteTest, OtherSectionsAreRefusedHere) {
    const Response response = put("/api/v1/settings", R"({"mqtt": {"host": "elsewhere"}})");
    EXPECT_EQ(response.status, 400u);
    EXPECT_EQ(field_of(response), "mqtt");
    EXPECT_TRUE(settings_.asked.empty());
}

TEST_F(SettingsRouteTest, EveryProblemNamesItsSetting) {
    settings_.refusal = ports::RunTimeSettings::Refusal{
        {{"site.units", "must be metric or us"}, {"tariff", "lacks `currency`"}}, {}, false};
    const auto errors = parsed(put("/api/v1/settings", R"({"site": {}})"))["errors"];
    ASSERT_EQ(errors.size(), 2u);
    EXPECT_EQ(errors[1]["field"], "tariff");
}

TEST_F(SettingsRouteTest, WhatMustWaitIsAConflictAndWhatIsNotKeptIsSaid) {
    settings_.refusal = ports::RunTimeSettings::Refusal{{}, "try again in a moment", false};
    const Response wait = put("/api/v1/settings", "{}");
    EXPECT_EQ(wait.status, 409u);
    EXPECT_THAT(wait.body, HasSubstr("stay as they are: try again in a moment."));
    settings_.refusal = ports::RunTimeSettings::Refusal{{}, "the disk is full", true};
    const Response lost = put("/api/v1/settings", "{}");
    EXPECT_EQ(lost.status, 503u);
    EXPECT_THAT(lost.body, HasSubstr("in force, but the disk is full."));
}

}  // namespace
}  // namespace millrace::api
