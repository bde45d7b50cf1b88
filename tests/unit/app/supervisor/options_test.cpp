#include "app/supervisor/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::app {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kKey(64, 'a');

TEST(AppOptions, EachThatIsSetIsUsed) {
    settings::Settings settings;
    settings.keys.default_file = "/config/bridge.key";
    EXPECT_THAT(apply_options(R"({"mode": "relay", "key": ")" + kKey + R"(", "mqtt_host": "broker.lan",
                               "mqtt_port": 1884, "mqtt_user": "me", "mqtt_password": "secret", "mqtt_tls": true,
                               "units": "us", "log_level": "debug", "bluetooth": true})",
                              settings),
                IsEmpty());
    EXPECT_EQ(settings.capture.mode, ports::CloudMode::Relay);
    EXPECT_EQ(settings.keys.default_key, kKey);
    EXPECT_EQ(settings.keys.default_file, "") << "the option wins over the config file";
    EXPECT_EQ(settings.publish.host, "broker.lan");
    EXPECT_EQ(settings.publish.port, 1884);
    EXPECT_EQ(settings.publish.user_name, "me");
    EXPECT_EQ(settings.publish.password, "secret");
    EXPECT_TRUE(settings.publish.tls);
    EXPECT_EQ(settings.publish.unit, base::VolumeUnit::Gallon);
    EXPECT_EQ(settings.api.unit, base::VolumeUnit::Gallon);
    EXPECT_EQ(settings.log_level, settings::LogLevel::Debug);
    EXPECT_TRUE(settings.ble.enabled);
}

TEST(AppOptions, WhatIsNotSetLeavesTheConfigFileAlone) {
    settings::Settings settings;
    settings.capture.mode = ports::CloudMode::RelayOnly;
    settings.publish.host = "from-the-file";
    settings.publish.password = "of-the-file";
    settings.publish.unit = base::VolumeUnit::Gallon;
    settings.log_level = settings::LogLevel::Warn;
    EXPECT_THAT(apply_options(R"({"key": "", "mqtt_host": null, "units": "", "mqtt_user": ""})", settings), IsEmpty());
    EXPECT_EQ(settings.capture.mode, ports::CloudMode::RelayOnly);
    EXPECT_EQ(settings.publish.host, "from-the-file");
    EXPECT_EQ(settings.publish.password, "of-the-file");
    EXPECT_EQ(settings.publish.unit, base::VolumeUnit::Gallon);
    EXPECT_EQ(settings.log_level, settings::LogLevel::Warn);
}

TEST(AppOptions, TlsHasItsOwnPortUnlessOneIsNamed) {
    settings::Settings settings;
    ASSERT_THAT(apply_options(R"({"mqtt_host": "broker", "mqtt_tls": true})", settings), IsEmpty());
    EXPECT_EQ(settings.publish.port, 8883);
}

TEST(AppOptions, EveryMistakeIsToldAtOnceAndNamesItsOption) {
    settings::Settings settings;
    EXPECT_THAT(
        apply_options(R"({"mode": "sideways", "key": "deadbeef", "mqtt_host": "mqtt://broker", "mqtt_port": 70000,
                                  "mqtt_tls": "yes", "units": "stone", "log_level": 3, "colour": "blue", "bluetooth": 1})",
                      settings),
        ElementsAre(HasSubstr("`colour`"), AllOf(HasSubstr("`mode`"), HasSubstr("local, relay, relay-only")),
                    AllOf(HasSubstr("`key`"), HasSubstr("64"), Not(HasSubstr("deadbeef"))), HasSubstr("`mqtt_host`"),
                    HasSubstr("`mqtt_port`"), HasSubstr("`mqtt_tls`"), HasSubstr("`bluetooth`"),
                    AllOf(HasSubstr("`units`"), HasSubstr("metric, us")), HasSubstr("`log_level`")));
}

TEST(AppOptions, ALoginWithoutABrokerIsAMistakeAndItsPasswordIsNotShown) {
    settings::Settings settings;
    EXPECT_THAT(apply_options(R"({"mqtt_user": "me", "mqtt_password": "hush"})", settings),
                ElementsAre(HasSubstr("`mqtt_user`"), AllOf(HasSubstr("`mqtt_password`"), Not(HasSubstr("hush")))));
    settings.publish.host = "of-the-config-file";
    EXPECT_THAT(apply_options(R"({"mqtt_user": "me", "mqtt_password": "hush"})", settings), IsEmpty());
}

TEST(AppOptions, WhatIsNoObjectIsSaid) {
    settings::Settings settings;
    EXPECT_THAT(apply_options("[]", settings), ElementsAre(HasSubstr("options")));
    EXPECT_THAT(apply_options("{", settings), ElementsAre(HasSubstr("options")));
}

TEST(AppOptions, PageAndStoreAreWhereTheSupervisorHasThem) {
    settings::Settings settings;
    settings.api.listen = "127.0.0.1:1";
    settings.store.state_dir = "/elsewhere";
    EXPECT_THAT(apply_fixed("/data", settings), IsEmpty());
    EXPECT_EQ(settings.api.listen, "0.0.0.0:8099");
    EXPECT_EQ(settings.store.state_dir, "/data");
    settings.api.certificate_file = "/ssl/fullchain.pem";
    EXPECT_THAT(apply_fixed("/data", settings), ElementsAre(HasSubstr("http.tls")));
}

}  // namespace
}  // namespace millrace::app
