#include "app/chosen_settings.h"

#include <optional>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace millrace::app {
namespace {

using nlohmann::json;

settings::Settings configured(std::string_view text = "site: {time_zone: America/Denver}") {
    return settings::parse(text, "/").value();
}

class ChosenSettingsTest : public ::testing::Test {
protected:
    ChosenSettings::Use use() {
        return [this](const settings::Settings& wanted, ports::ChoiceRecord choice,
                      const ports::Controls::Done& done) -> base::Result<void, base::Error> {
            if (busy) return base::failure(base::Error{"not now"});
            used.push_back(wanted);
            kept = std::move(choice);
            if (disk_full) {
                done(base::failure(base::Error{"the disk is full"}));
            } else {
                done({});
            }
            return {};
        };
    }

    base::Result<void, ports::RunTimeSettings::Refusal> change(ChosenSettings& chosen, const std::string& changes) {
        std::optional<base::Result<void, ports::RunTimeSettings::Refusal>> answer;
        chosen.change(changes, [&](auto done) { answer = std::move(done); });
        EXPECT_TRUE(answer) << "exactly once";
        return std::move(*answer);
    }

    ports::StoredState stored() const {
        ports::StoredState state;
        if (kept) state.choices.push_back(*kept);
        return state;
    }

    static json chosen_names(const ChosenSettings& chosen) { return json::parse(chosen.document())["chosen"]; }

    bool busy = false;
    bool disk_full = false;
    std::vector<settings::Settings> used;
    std::optional<ports::ChoiceRecord> kept;
};

TEST_F(ChosenSettingsTest, ChangesAddUpAndNullGivesBack) {
    ChosenSettings chosen(configured(), use());
    EXPECT_TRUE(change(chosen, R"({"site": {"units": "us"}})"));
    EXPECT_TRUE(change(chosen, R"({"site": {"time_zone": "UTC"}, "log": {"level": "warn"}})"));
    EXPECT_EQ(chosen_names(chosen), json::parse(R"(["site.units", "site.time_zone", "log.level"])"));
    EXPECT_EQ(used.back().hub.zone.name(), "UTC");
    EXPECT_EQ(used.back().api.unit, base::VolumeUnit::Gallon);
    EXPECT_TRUE(change(chosen, R"({"site": {"units": null}, "log": null})"));
    EXPECT_EQ(chosen_names(chosen), json::parse(R"(["site.time_zone"])"));
    EXPECT_EQ(used.back().api.unit, base::VolumeUnit::Litre);
    EXPECT_TRUE(change(chosen, R"({"site": {"time_zone": null}})"));
    EXPECT_EQ(chosen_names(chosen), json::array());
    EXPECT_EQ(chosen.in_force().hub.zone.name(), "America/Denver");
}

TEST_F(ChosenSettingsTest, ATariffIsTakenAsAWhole) {
    ChosenSettings chosen(configured(), use());
    EXPECT_TRUE(change(chosen, R"({"tariff": {"currency": "USD", "unit": "gal", "tiers": ["1 up to 5", "2"]}})"));
    EXPECT_TRUE(change(chosen, R"({"tariff": {"currency": "EUR", "price": "3"}})"));
    EXPECT_EQ(chosen.in_force().publish.tariff->unit, base::VolumeUnit::CubicMetre) << "nothing of the one before";
    EXPECT_EQ(chosen_names(chosen), json::parse(R"(["tariff"])"));
}

TEST_F(ChosenSettingsTest, ValuesAreTextsAndMonthsAreNumbers) {
    ChosenSettings chosen(configured(), use());
    EXPECT_TRUE(change(chosen, R"({"tariff": {"currency": "EUR", "price": "1",
                                              "seasons": [{"months": [4.0, 5, 6e0], "price": "2"}]}})"));
    EXPECT_EQ(chosen.in_force().publish.tariff->seasons.at(0).months, 0x38);
    for (const auto& [changes, name] : std::vector<std::pair<const char*, const char*>>{
             {R"({"tariff": {"currency": "EUR", "price": 1}})", "tariff.price"},
             {R"({"tariff": {"currency": "EUR", "tiers": [0]}})", "tariff.tiers[0]"},
             {R"({"site": {"units": false}})", "site.units"},
             {R"({"tariff": {"seasons": [{"months": ["4"], "price": "2"}]}})", "tariff.seasons[0].months[0]"},
             {R"({"tariff": {"currency": "EUR", "price": "1", "seasons": [{"months": [4.5], "price": "2"}]}})",
              "tariff.seasons[0].months"}}) {
        const auto done = change(chosen, changes);
        ASSERT_FALSE(done) << changes;
        EXPECT_EQ(done.error().problems.at(0).first, name);
    }
}

TEST_F(ChosenSettingsTest, AnEarlierRunsChoiceHoldsUntilTheFileSaysSomethingElse) {
    {
        ChosenSettings chosen(configured(), use());
        EXPECT_TRUE(change(chosen, R"({"site": {"units": "us"}})"));
    }
    ChosenSettings next(configured("site: {time_zone: America/Denver}\nmqtt: {host: other}"), use());
    next.restore(stored());
    EXPECT_EQ(next.in_force().api.unit, base::VolumeUnit::Gallon);
    EXPECT_EQ(next.in_force().publish.host, "other");
    ChosenSettings after(configured("site: {time_zone: America/Chicago}"), use());
    after.restore(stored());
    EXPECT_EQ(after.in_force().api.unit, base::VolumeUnit::Litre);
    EXPECT_EQ(chosen_names(after), json::array());
}

TEST_F(ChosenSettingsTest, WhatIsWrongOrMustWaitChangesNothing) {
    ChosenSettings chosen(configured(), use());
    const std::string before = chosen.document();
    const auto wrong = change(chosen, R"({"site": {"units": "imperial"}})");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().problems.at(0).first, "site.units");
    EXPECT_FALSE(change(chosen, "[1]"));
    EXPECT_FALSE(change(chosen, "{"));
    busy = true;
    EXPECT_EQ(change(chosen, R"({"site": {"units": "us"}})").error().not_now, "not now");
    EXPECT_EQ(chosen.document(), before);
    EXPECT_TRUE(used.empty());
}

TEST_F(ChosenSettingsTest, WhatTheDiskDoesNotTakeHoldsAllTheSame) {
    ChosenSettings chosen(configured(), use());
    disk_full = true;
    const auto done = change(chosen, R"({"site": {"units": "us"}})");
    ASSERT_FALSE(done);
    EXPECT_TRUE(done.error().not_kept);
    EXPECT_EQ(chosen.in_force().api.unit, base::VolumeUnit::Gallon);
}

TEST_F(ChosenSettingsTest, AStoredChoiceThatIsNoneIsLeft) {
    ChosenSettings chosen(configured(), use());
    EXPECT_TRUE(change(chosen, R"({"site": {"units": "us"}})"));
    for (const char* value : {"", "{", "[]", R"({"mqtt": {"host": "x"}})"}) {
        kept->value = value;
        ChosenSettings next(configured(), use());
        next.restore(stored());
        EXPECT_EQ(next.in_force().api.unit, base::VolumeUnit::Litre) << value;
        EXPECT_NO_THROW((void)next.document()) << value;
    }
}

}  // namespace
}  // namespace millrace::app
