#include "settings/settings.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "unit/settings/reading.h"

namespace millrace::settings {
namespace {

using base::from_rfc3339;

Problems problems_in_file(const std::string& path) {
    auto settings = load(path);
    return settings ? Problems{} : settings.error();
}

class SettingsFile : public testing::Test {
protected:
    SettingsFile() { std::filesystem::create_directories(folder_); }
    ~SettingsFile() override { std::filesystem::remove_all(folder_); }
    std::string write(const std::string& name, std::string_view text) {
        std::ofstream(folder_ / name, std::ios::binary) << text;
        return (folder_ / name).string();
    }
    std::filesystem::path folder_ =
        std::filesystem::path(testing::TempDir()) / ("millrace-settings-" + std::to_string(getpid()) +
                                                     testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST(Settings, EmptyFileGivesTheDefaults) {
    for (const char* text : {"", "# nothing\n", "---\n", "version: 1\n", "mqtt:\nbridge:\n", "{}"}) {
        const Settings settings = parsed(text);
        EXPECT_EQ(settings.capture.listen, "0.0.0.0:1883");
        EXPECT_EQ(settings.api.listen, "127.0.0.1:8099");
        EXPECT_EQ(settings.publish.host, "");
        EXPECT_EQ(settings.capture.mode, ports::CloudMode::Local);
        EXPECT_EQ(settings.hub.zone.name(), base::TimeZone::load("")->name());
        EXPECT_EQ(settings.api.zone.name(), settings.hub.zone.name());
    }
}

TEST(Settings, EveryPartReachesItsRoom) {
    const Settings settings = parsed(R"(
version: 1
state_dir: /srv/water
site: {time_zone: America/Denver, units: us}
bridge: {listen: "127.0.0.1:0", mode: relay, max_connections: 5, max_connections_per_address: 3}
cloud: {host: "cloud.example:1884", name_servers: ["10.0.0.1", "10.0.0.2:54"]}
keys:
  default_file: all.key
  directory: /keys
  bridges: {61F6F57900000001: k/1.bin, 61f6f57900000002: /k/2.bin}
mqtt:
  host: broker.lan
  port: 8883
  user: me
  password: no
  client_id: 42
  base_topic: home/water
  discovery: off
  tls: {enabled: yes, ca_file: ca.crt, certificate_file: c.crt, key_file: c.key, verify_host_name: false}
http: {listen: "[::1]:80", max_connections: 9, max_connections_per_address: 4}
store: {max_queued_commits: 1000}
log: {level: warn}
)");
    EXPECT_EQ(settings.store.state_dir, "/srv/water");
    EXPECT_EQ(settings.hub.zone.name(), "America/Denver");
    EXPECT_EQ(settings.api.zone.name(), "America/Denver");
    EXPECT_EQ(settings.api.unit, base::VolumeUnit::Gallon);
    EXPECT_EQ(settings.publish.unit, base::VolumeUnit::Gallon);
    EXPECT_EQ(settings.capture.mode, ports::CloudMode::Relay);
    EXPECT_EQ(settings.capture.listen, "127.0.0.1:0");
    EXPECT_EQ(settings.capture.max_connections, 5u);
    EXPECT_EQ(settings.capture.max_connections_per_address, 3u);
    EXPECT_EQ(settings.capture.cloud, "cloud.example:1884");
    EXPECT_EQ(settings.capture.name_servers, (std::vector<std::string>{"10.0.0.1", "10.0.0.2:54"}));
    EXPECT_EQ(settings.keys.default_file, "/etc/millrace/all.key");
    EXPECT_EQ(settings.keys.directory, "/keys");
    ASSERT_EQ(settings.keys.bridges.size(), 2u);
    EXPECT_EQ(settings.keys.bridges[0].second, "/etc/millrace/k/1.bin");
    EXPECT_EQ(settings.keys.bridges[1].first.text(), "61f6f57900000002");
    EXPECT_EQ(settings.publish.host, "broker.lan");
    EXPECT_EQ(settings.publish.port, 8883);
    EXPECT_EQ(settings.publish.user_name, "me");
    EXPECT_EQ(settings.publish.password, "no");
    EXPECT_EQ(settings.publish.client_id, "42");
    EXPECT_EQ(settings.publish.base_topic, "home/water");
    EXPECT_FALSE(settings.publish.discovery);
    EXPECT_TRUE(settings.publish.tls);
    EXPECT_EQ(settings.publish.ca_file, "/etc/millrace/ca.crt");
    EXPECT_FALSE(settings.publish.verify_host_name);
    EXPECT_EQ(settings.api.listen, "[::1]:80");
    EXPECT_EQ(settings.api.max_connections, 9u);
    EXPECT_EQ(settings.store.max_queued_commits, 1000u);
    EXPECT_EQ(settings.log_level, LogLevel::Warn);
}

TEST(Settings, JsonIsReadByTheSameParser) {
    const Settings settings = parsed(
        "{\n\t\"version\": 1,\n\t\"mqtt\": {\"host\": \"core-mosquitto\", \"port\": 1883, \"tls\": {\"enabled\": "
        "false}},\n"
        "\t\"cloud\": {\"name_servers\": [\"9.9.9.9\"]}, \"site\": {\"time_zone\": null}\n}\n");
    EXPECT_EQ(settings.publish.host, "core-mosquitto");
    EXPECT_EQ(settings.capture.name_servers, std::vector<std::string>{"9.9.9.9"});
}

TEST(Settings, CalibrationTakesDatesTimesAndUnits) {
    const Settings settings = parsed(R"(
sensors:
  61DA80B500000001:
    calibration:
      - {from: 2026-07-01, ml_per_peak: 32.9}
      - {from: "2026-08-01T12:00:00-06:00", gallons_per_peak: 0.0087}
  61DA80B500000002:
    calibration: [{from: 2026-01-01, l_per_peak: 0.157}]
site: {time_zone: America/Denver}
)");
    ASSERT_EQ(settings.hub.calibrations.size(), 2u);
    const auto& [sensor, entries] = settings.hub.calibrations[0];
    EXPECT_EQ(sensor.text(), "61DA80B500000001");
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_EQ(entries[0].from, *from_rfc3339("2026-07-01T06:00:00Z"));
    EXPECT_EQ(entries[0].per_peak.microlitres, 32'900);
    EXPECT_EQ(entries[1].from, *from_rfc3339("2026-08-01T18:00:00Z"));
    EXPECT_EQ(entries[1].per_peak.microlitres, 32'933);
    EXPECT_EQ(settings.hub.calibrations[1].second[0].per_peak.microlitres, 157'000);
    EXPECT_EQ(settings.hub.calibrations[1].second[0].from, *from_rfc3339("2026-01-01T07:00:00Z"));
}

TEST(Settings, CalibrationMustBeWhole) {
    const std::string head = "sensors: {61DA80B500000001: {calibration: [";
    EXPECT_NE(lines(head + "{ml_per_peak: 1}]}}").find("lacks `from`"), std::string::npos);
    EXPECT_NE(lines(head + "{from: 2026-01-01}]}}").find("in one way"), std::string::npos);
    EXPECT_NE(lines(head + "{from: 2026-01-01, ml_per_peak: 1, l_per_peak: 1}]}}").find("in one way"),
              std::string::npos);
    EXPECT_NE(lines(head + "{from: yesterday, ml_per_peak: 1}]}}").find("\"yesterday\" is not a date"),
              std::string::npos);
    EXPECT_NE(lines(head + "{from: 2026-01-01, ml_per_peak: 1}, {from: 2026-01-01, ml_per_peak: 2}]}}")
                  .find("calibration[1]: begins at the same time"),
              std::string::npos);
    EXPECT_NE(lines("sensors: {kitchen: {}}").find("16 hexadecimal digits"), std::string::npos);
}

TEST(Settings, AllProblemsComeInOnePassWithTheirPlaces) {
    EXPECT_EQ(lines("version: 2\n"
                    "mqtt:\n"
                    "  prot: 1883\n"
                    "  port: 70000\n"
                    "bridge:\n"
                    "  mode: cloud\n"
                    "  mode: relay\n"
                    "time_zone: UTC\n"
                    "site: {time_zone: Mars/Olympus}\n"
                    "http: 8099\n"),
              "c:1:10: version: \"2\" is not from 1 to 1\n"
              "c:3:3: mqtt.prot: is not known; did you mean `port`?\n"
              "c:4:9: mqtt.port: \"70000\" is not from 1 to 65535\n"
              "c:6:9: bridge.mode: \"cloud\" is not local, relay or relay-only\n"
              "c:7:3: bridge.mode: stands here a second time; it is already in line 6\n"
              "c:8:1: time_zone: is not known; did you mean `site.time_zone`?\n"
              "c:9:19: site.time_zone: \"Mars/Olympus\" is not a time zone's name, such as America/Denver\n"
              "c:10:7: http: must be a section of `key: value` lines\n");
}

TEST(Settings, WrongShapesAreProblems) {
    EXPECT_NE(lines("[1, 2]").find("must be a section"), std::string::npos);
    EXPECT_NE(lines("hello").find("must be a section"), std::string::npos);
    EXPECT_NE(lines("mqtt: {host: [a]}").find("mqtt.host: must be a single value"), std::string::npos);
    EXPECT_NE(lines("mqtt: {host: {a: b}}").find("mqtt.host: must be a value"), std::string::npos);
    EXPECT_NE(lines("sensors: {61DA80B500000001: {calibration: 3}}").find("must be a list"), std::string::npos);
    EXPECT_NE(lines("cloud: {name_servers: [[9.9.9.9]]}").find("not an IP address"), std::string::npos);
    EXPECT_NE(lines("mqtt.port: 1883").find("is not known"), std::string::npos);
    EXPECT_NE(lines("\"sensors.*.calibration[].from\": 1").find("is not known"), std::string::npos);
    EXPECT_NE(lines("'*': 1").find("is not known"), std::string::npos);
}

TEST(Settings, SecretsAreNeverEchoed) {
    for (const char* text : {"mqtt: {password: [hunter2]}", "mqtt: {password: \"hunter2\\n\"}",
                             "mqtt: {passwort: hunter2}", "mqtt: hunter2", "mqtt: {password: {hunter2: 1}}",
                             "mqtt: {password: hunter2, password_file: x}", "mqtt: {password: hunter2"}) {
        EXPECT_NE(lines(text), "") << text;
        EXPECT_EQ(lines(text).find("hunter2"), std::string::npos) << lines(text);
    }
}

TEST(Settings, ProblemsStayOnOneLine) {
    EXPECT_EQ(lines("\"a\\nb\": 1\n\"a\\nb\": 2\n").find("a\nb"), std::string::npos);
    EXPECT_NE(lines("\"a\\nb\": 1\n").find("a?b: is not known"), std::string::npos);
}

TEST(Settings, HalfACertificateIsAProblem) {
    EXPECT_NE(lines("mqtt: {tls: {key_file: a}}").find("needs mqtt.tls.certificate_file"), std::string::npos);
    EXPECT_NE(lines("mqtt: {tls: {certificate_file: a}}").find("needs mqtt.tls.key_file"), std::string::npos);
}

TEST(Settings, ProblemsAreBounded) {
    std::string text = "mqtt:\n";
    for (int i = 0; i < 500; ++i) text += "  unknown" + std::to_string(i) + ": 1\n";
    EXPECT_EQ(parse(text, "").error().size(), kMaxProblems);
    EXPECT_EQ(parse(std::string(kMaxFileBytes + 1, '#'), "").error().size(), 1u);
}

TEST_F(SettingsFile, PasswordComesFromItsFile) {
    write("secret", "hunter2\r\n");
    const auto settings = load(write("millrace.yaml", "mqtt: {host: a, password_file: secret}\n"));
    ASSERT_TRUE(settings.has_value());
    EXPECT_EQ(settings->publish.password, "hunter2");
}

TEST_F(SettingsFile, PasswordFileThatCannotBeUsedIsAProblem) {
    const std::string config = write("millrace.yaml", "mqtt: {host: a, password_file: secret}\n");
    auto problems = problems_in_file(config);
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_EQ(problems[0].key, "mqtt.password_file");
    EXPECT_NE(problems[0].message.find((folder_ / "secret").string()), std::string::npos);
    write("secret", "\n");
    EXPECT_NE(problems_in_file(config).at(0).message.find("is empty"), std::string::npos);
    write("secret", std::string(5000, 'x'));
    EXPECT_NE(problems_in_file(config).at(0).message.find("is longer"), std::string::npos);
    write("secret", "x");
    EXPECT_TRUE(problems_in_file(config).empty());
}

TEST_F(SettingsFile, PasswordFileIsToldTogetherWithAllElseInTheFilesOrder) {
    const std::string config = write("millrace.yaml",
                                     "site: {units: pints}\n"
                                     "mqtt:\n"
                                     "  password_file: secret\n"
                                     "  host: a b\n");
    std::string told;
    for (const Problem& problem : problems_in_file(config)) told += to_line("c", problem) + '\n';
    EXPECT_EQ(told,
              "c:1:15: site.units: \"pints\" is not metric or us\n"
              "c:3:18: mqtt.password_file: the file " +
                  (folder_ / "secret").string() +
                  " cannot be read: No such file or directory\n"
                  "c:4:9: mqtt.host: \"a b\" is not a host name or an IP address without a port, such as "
                  "broker.lan or 192.168.1.5\n");
}

TEST_F(SettingsFile, MissingFileOrFolderIsAProblemWithoutAPlace) {
    const std::string missing = (folder_ / "none.yaml").string();
    EXPECT_EQ(to_line(missing, problems_in_file(missing).at(0)),
              missing + ": cannot be read: No such file or directory");
    EXPECT_EQ(problems_in_file(folder_.string()).at(0).message, "is a folder");
}

TEST(Settings, WhoNamesACloudWantsItUnlessTheyAlsoSayOtherwise) {
    const auto mode = [](const std::string& text) { return parse(text, "")->capture.mode; };
    EXPECT_EQ(mode("version: 1\n"), ports::CloudMode::Local);
    EXPECT_EQ(mode("version: 1\ncloud: { host: \"mqtt.example.net:1883\" }\n"), ports::CloudMode::Relay);
    EXPECT_EQ(mode("version: 1\nbridge: { mode: local }\ncloud: { host: \"mqtt.example.net:1883\" }\n"),
              ports::CloudMode::Local);
    EXPECT_EQ(mode("version: 1\nbridge: { mode: relay-only }\n"), ports::CloudMode::RelayOnly);
}

TEST(Settings, NobodyIsAskedForUpdatesUnlessSomebodyIsNamed) {
    const Settings silent = parsed("updates: {first_within: 2 min}");
    EXPECT_TRUE(silent.updates.url.empty());
    EXPECT_FALSE(silent.publish.update_entity);
    EXPECT_EQ(silent.updates.first_within, base::Seconds{120});
    EXPECT_FALSE(parsed("updates: {url: ''}").publish.update_entity);
    const Settings asking = parsed("updates: {url: https://example.org/newest.json}");
    EXPECT_EQ(asking.updates.url, "https://example.org/newest.json");
    EXPECT_TRUE(asking.publish.update_entity);
    EXPECT_NE(lines("updates: {url: 'https://user:password@example.org/'}"), "");
    EXPECT_NE(lines("updates: {url: 'file:///etc/passwd'}"), "");
}

TEST(Settings, PatienceIsInSecondsAndMayBeAFraction) {
    const auto settings = parse("version: 1\ncloud: { patience: 0.5, retry: 2 }\n", "");
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->capture.cloud_patience, base::Milliseconds{500});
    EXPECT_EQ(settings->capture.cloud_retry, base::Milliseconds{2000});
    EXPECT_FALSE(parse("version: 1\ncloud: { patience: 0 }\n", ""));
}

}  // namespace
}  // namespace millrace::settings
