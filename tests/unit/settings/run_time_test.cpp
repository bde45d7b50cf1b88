#include "settings/run_time.h"

#include <gtest/gtest.h>

namespace millrace::settings {
namespace {

Settings configured(std::string_view text = "site: {time_zone: America/Denver}") {
    return parse(text, "/").value();
}

std::string wrong_choice(std::string_view choices) {
    const auto read = with_choices(configured(), choices);
    std::string all;
    if (read) return all;
    for (const Problem& problem : read.error()) all += problem.key + ": " + problem.message + '\n';
    return all;
}

TEST(RunTime, WhatIsWrittenReadsAsTheSame) {
    const Settings settings = configured(R"(
site: {time_zone: Europe/Berlin, units: us}
log: {level: debug}
mqtt: {host: broker, user: somebody}
tariff:
  currency: EUR
  unit: ccf
  monthly_charge: 12.5
  tiers: ["0.000001 up to 10.333", "2 up to 11", "3.1"]
  seasons:
  - {months: [6, 7], price: 4}
  - {months: [12], tiers: ["0.5 up to 1", "0.75"]}
)");
    const std::string text = run_time_json(settings);
    const auto read = with_choices(configured("mqtt: {host: broker, user: somebody}"), text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(run_time_json(*read), text);
    EXPECT_EQ(read->publish.tariff, settings.publish.tariff);
    EXPECT_EQ(read->hub.zone.name(), "Europe/Berlin");
    EXPECT_EQ(read->notify.unit, base::VolumeUnit::Gallon);
    EXPECT_EQ(read->log_level, LogLevel::Debug);
    EXPECT_EQ(read->publish.host, "broker") << "all else stays";
}

TEST(RunTime, NothingChosenIsWhatIsConfigured) {
    EXPECT_EQ(run_time_json(*with_choices(configured(), "{}")),
              R"({"site":{"time_zone":"America/Denver","units":"metric"},"tariff":null,"log":{"level":"info"}})");
}

TEST(RunTime, EachCanBeChosenAlone) {
    const auto read = with_choices(configured(), R"({"site": {"units": "us"}})");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->publish.unit, base::VolumeUnit::Gallon);
    EXPECT_EQ(read->hub.zone.name(), "America/Denver");
}

TEST(RunTime, APriceWithoutAUnitIsForTheUnitChosenBesideIt) {
    const auto read =
        with_choices(configured(), R"({"site":{"units":"us"},"tariff":{"currency":"USD","price":"0.01"}})");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->publish.tariff->unit, base::VolumeUnit::Gallon);
}

TEST(RunTime, MistakesAreNamedWithTheirKeys) {
    EXPECT_NE(wrong_choice(R"({"site": {"units": "imperial", "time_zone": "Mars/Base"}})").find("site.units: "),
              std::string::npos);
    EXPECT_NE(wrong_choice(R"({"site": {"units": "imperial", "time_zone": "Mars/Base"}})").find("site.time_zone: "),
              std::string::npos);
    EXPECT_NE(wrong_choice(R"({"tariff": {"price": "0.1"}})").find("tariff: lacks `currency`"), std::string::npos);
    for (const char* nothing : {R"({"tariff": {}})", R"({"tariff": {"price": null, "tiers": null}})"}) {
        EXPECT_NE(wrong_choice(nothing).find("tariff: has no prices"), std::string::npos) << nothing;
    }
    EXPECT_NE(wrong_choice(R"({"site": "us"})").find("site: "), std::string::npos);
}

TEST(RunTime, WhatOnlyTheFileMayChangeIsRefused) {
    for (const char* choices : {R"({"mqtt": {"host": "elsewhere"}})", R"({"state_dir": "/"})",
                                R"({"notify": {"ping_url": "http://a"}})", R"({"http": {"listen": "0.0.0.0:1"}})"}) {
        EXPECT_NE(wrong_choice(choices).find("cannot be changed while the daemon runs"), std::string::npos) << choices;
    }
    EXPECT_NE(wrong_choice(R"({"nothing": 1})").find("nothing: is not known"), std::string::npos);
}

}  // namespace
}  // namespace millrace::settings
